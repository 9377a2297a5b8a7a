"""A service over a real socket that answers what a test has put down, and notes what it was asked."""

import re
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import Any

from lxml import etree

from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.schema import message_schema

Step = bytes | Callable[[socket.socket], object]
XML = "text/xml; charset=utf-8"
LONG = 10.0
"""Seconds that no call in a test may take."""


@dataclass(frozen=True)
class Request:
    """A request that came in: the head as text, the body as bytes."""

    head: str
    body: bytes

    @property
    def message(self) -> etree._Element:
        """The element in the body of the envelope."""
        return envelope.body_of(envelope.parse_envelope(self.body))

    def header(self, name: str) -> str | None:
        """An HTTP header."""
        found = re.search(rf"^{name}:[ ]*(.*?)\r?$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else None


class ScriptedService:
    """Each request takes the next step of the script: bytes to send, or a function of the socket."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._over = Event()
        self.script: list[Step] = []
        self.requests: list[Request] = []
        self.connections = 0
        Thread(target=self._accept, daemon=True).start()

    @property
    def origin(self) -> str:
        """Return the origin."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def url(self) -> str:
        """Return the address of the endpoint."""
        return self.origin + names.ENDPOINT_PATH

    def answers(self, *steps: Step) -> None:
        """Put down what comes next."""
        self.script.extend(steps)

    def drips(self, piece: bytes, preface: bytes = b"") -> Step:
        """A step that sends the piece over and over, slowly and for a long time."""

        def drip(connection: socket.socket) -> None:
            ends_at = monotonic() + LONG
            connection.sendall(preface)
            with suppress(OSError):
                while not self._over.wait(0.02) and monotonic() < ends_at:
                    connection.sendall(piece)

        return drip

    def silence(self, _connection: socket.socket) -> None:
        """A step that does not answer."""
        self._over.wait(LONG)

    def read(self, connection: socket.socket) -> bool:
        """Take in one more request; False when there is none."""
        request = _read(connection)
        if request is not None:
            self.requests.append(request)
        return request is not None

    def close(self) -> None:
        """End everything that is under way."""
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while self.read(connection):
                step = self.script.pop(0)
                if callable(step):
                    step(connection)
                    return
                connection.sendall(step)
                if b"connection: close" in step.partition(b"\r\n\r\n")[0].lower():
                    return


def http(content: str | bytes, status: int = 200, content_type: str | None = XML, **headers: str) -> bytes:
    """A whole HTTP answer."""
    body = content.encode() if isinstance(content, str) else content
    lines = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    if content_type is not None:
        lines["Content-Type"] = content_type
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Some Reason\r\n{head}\r\n".encode() + body


def message(content: str, header: str = "") -> str:
    """An envelope around a body."""
    return f'<s:Envelope xmlns:s="{names.SOAP}">{header}<s:Body>{content}</s:Body></s:Envelope>'


def reply(operation: str, result: str | None = None, status: int = 200) -> bytes:
    """The answer of an operation.

    `result` is XML: `a:` stands for SIP records, `c:` customers, `b:` times, `i:` nil.
    """
    inner = "" if result is None else result
    return http(message(_wrapped(operation, inner)), status)


def valid_reply(operation: str, result: str | None = None) -> bytes:
    """The same for a reply that must be valid by the contract."""
    assert_valid(etree.fromstring(_wrapped(operation, result or "")))
    return reply(operation, result)


def fault(text: str, type_name: str | None = "System.ApplicationException", status: int = 500, code: str = "") -> bytes:
    """A fault as .NET writes it; without a type it has no detail."""
    detail = f"<Message>{text}</Message><StackTrace/><Type>{type_name}</Type>"
    wrapped = f'<detail><ExceptionDetail xmlns="{names.FAULT_DETAIL}">{detail}</ExceptionDetail></detail>'
    content = (
        f'<s:Fault><faultcode xmlns:f="{names.FAULT_CODES}">f:{code or "InternalServiceFault"}</faultcode>'
        f'<faultstring xml:lang="en-US">{text}</faultstring>{wrapped if type_name else ""}</s:Fault>'
    )
    return http(message(content), status)


def assert_valid(element: Any) -> None:
    """The element keeps to the schemas of the WSDL."""
    schema = message_schema()
    assert schema.validate(element), str(schema.error_log)


def _wrapped(operation: str, inner: str) -> str:
    spaces = (
        f'xmlns="{names.SVC}" xmlns:a="{names.APP}" xmlns:c="{names.CRM}" xmlns:b="{names.SYS}" xmlns:i="{names.XSI}"'
    )
    return f"<{operation}Response {spaces}>{inner}</{operation}Response>"


def _read(connection: socket.socket) -> Request | None:
    received = b""
    while b"\r\n\r\n" not in received:
        if not (piece := connection.recv(65536)):
            return None
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return Request(head.decode("latin-1"), body)
