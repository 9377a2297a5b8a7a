"""HTTP requests as a browser's connection carries them, prepared before anything is measured."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from itertools import count
from urllib.parse import urlencode

HOST = "127.0.0.1"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {"User-Agent": "Mozilla/5.0 (bench)", "Accept": "text/html,application/xhtml+xml"}
COMPRESSED = {"Accept-Encoding": "gzip, deflate, br"}
SENT_BACK = {"ETag": "If-None-Match", "Live-Stamp": "Live-Stamp"}
"""Headers of an answer that whoever asks for the same again sends back, and the headers that they are sent in."""
UNIQUE = "9876543210"
"""Stands for a number that no other request has."""
NUMBERS = count(1)
"""What `send` puts there; wrk's begin far above."""


class WrongAnswer(Exception):
    """An answer is not the one that is measured."""


@dataclass(frozen=True)
class Request:
    """A request without the address that it goes to."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def raw(self, port: int) -> bytes:
        """Return the bytes of the request, for a connection that is kept (RFC 9112)."""
        headers = {"Host": f"{HOST}:{port}", **BROWSER, **self.headers}
        body = self.body.encode()
        if body:
            headers["Content-Length"] = str(len(body))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def send(self, port: int) -> tuple[HTTPResponse, bytes]:
        """Return the answer and its body, not compressed."""
        connection = HTTPConnection(HOST, port, timeout=60)
        headers = {**BROWSER, **self.headers, "Accept-Encoding": "identity"}
        sent = self.body.replace(UNIQUE, f"{next(NUMBERS):0{len(UNIQUE)}}")
        connection.request(self.method, self.path, sent.encode() or None, headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body


def form_request(path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Request:
    """A form that is sent."""
    return Request(path, "POST", {**headers, **FORM}, urlencode(fields))


@dataclass(frozen=True)
class Expected:
    """The answer that counts: its status, patterns with how often they are in its body, and a part of its Location."""

    status: int = 200
    patterns: Mapping[str, int] = field(default_factory=dict)
    location: str = ""

    def check(self, request: Request, port: int) -> None:
        """Raise WrongAnswer unless the request is answered like that."""
        response, body = request.send(port)
        text = body.decode("utf-8", "replace")
        found = {pattern: len(re.findall(pattern, text)) for pattern in self.patterns}
        location = response.getheader("Location", "")
        if response.status != self.status or found != dict(self.patterns) or self.location not in location:
            where = f"{request.method} {request.path} on port {port}"
            raise WrongAnswer(f"{where}: {response.status} {location} {found}, expected {self}\n{text[:2000]}")


@dataclass(frozen=True)
class Step:
    """A request, and the answer that counts."""

    request: Request
    expected: Expected = Expected()

    def check(self, port: int) -> None:
        """Raise WrongAnswer unless the request is answered as expected."""
        self.expected.check(self.request, port)


@dataclass(frozen=True)
class Script:
    """The steps of one connection: taken in turn, again and again, or each once."""

    steps: Sequence[Step]
    is_sent_once: bool = False

    def check(self, port: int) -> None:
        """Raise WrongAnswer unless the steps are answered as expected; of what can be sent only once, the last one."""
        for step in self.steps[-1:] if self.is_sent_once else self.steps:
            step.check(port)
