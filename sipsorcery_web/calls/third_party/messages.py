"""SIP messages as they are read and written (RFC 3261, sections 7 and 20)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from sipsorcery_web.contract.sip_headers import one_line, read_headers, uri_in

_BETWEEN_ADDRESSES = re.compile(r",(?=(?:[^\"<]|\"(?:[^\"\\]|\\.)*\"|<[^>]*>)*$)")
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Message:
    """A request or a response. Names of headers are in lower case and never in their short form."""

    start: str
    headers: Headers
    body: str = ""

    @classmethod
    def read(cls, datagram: bytes) -> Self:
        """Return the message of a datagram. Raises ValueError where it is none."""
        head, _, body = datagram.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
        start, _, block = head.partition("\r\n")
        headers = [(name.lower(), value) for name, value in read_headers(block)]
        message = cls(start, headers, body)
        message.cseq  # noqa: B018 (a message without one is none)
        if "SIP/2.0" not in start or not message.branch or not message["call-id"]:
            raise ValueError("no SIP message")
        return message

    def __getitem__(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")

    def all(self, name: str) -> list[str]:
        """Return the values of a header that may have several, in their order."""
        values = (value for known, value in self.headers if known == name)
        return [part.strip() for value in values for part in _BETWEEN_ADDRESSES.split(value)]

    @property
    def status(self) -> int:
        """Return the status code; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def phrase(self) -> str:
        """Return the reason phrase of a response, without what cannot be printed, since strangers write it."""
        return "".join(filter(str.isprintable, self.start.split(" ", 2)[2:3][0] if self.start.count(" ") > 1 else ""))

    @property
    def cseq(self) -> tuple[int, str]:
        """Return the number and the method of CSeq: of a response, those of the request. ValueError without one."""
        number, method = self["cseq"].split()
        return int(number), method

    @property
    def method(self) -> str:
        """Return the method of the request, or of the request that is answered."""
        return self.cseq[1]

    @property
    def branch(self) -> str:
        """Return the branch of the topmost Via."""
        found = re.search(r";\s*branch=([^;,\s]+)", self["via"])
        return found[1] if found else ""

    @property
    def contact(self) -> str:
        """Return the URI of the Contact; empty without one."""
        return uri_in(self["contact"])

    @property
    def description(self) -> str:
        """Return the session description that it carries; empty where it has none, or one together with more."""
        kind = self["content-type"].partition(";")[0].strip().lower()
        return self.body if kind == "application/sdp" else ""

    def written(self) -> bytes:
        """Return the datagram; it has the length of the body, whatever the headers say."""
        body = self.body.encode("utf-8", "surrogateescape")
        lines = [one_line(self.start), *(f"{_written(name)}: {one_line(value)}" for name, value in self.headers)]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        return head.encode("utf-8", "surrogateescape") + body


def response(request: Message, status: int, phrase: str, tag: str, more: Headers = (), body: str = "") -> Message:
    """Return an answer to a request; `tag` is put at To where it has none."""
    same = [(name, value) for name, value in request.headers if name in ("via", "record-route", "from", "call-id")]
    to = request["to"] if tag_of(request["to"]) or status == 100 else f"{request['to']};tag={tag}"
    return Message(f"SIP/2.0 {status} {phrase}", [*same, ("to", to), ("cseq", request["cseq"]), *more], body)


def tag_of(address: str) -> str:
    """Return the tag of a From or To header; empty where it has none."""
    found = re.search(r";\s*tag=([^;,\s]+)", address.rpartition(">")[2], re.IGNORECASE)
    return found[1] if found else ""


def without_tag(address: str) -> str:
    """Return a From or To header without its tag, and without other parameters of the header."""
    return address[: address.rfind(">") + 1] or address.partition(";")[0].strip()


def only(names: Iterable[str], headers: Headers) -> list[tuple[str, str]]:
    """Return the headers of these names."""
    wanted = frozenset(names)
    return [(name, value) for name, value in headers if name in wanted]


def _written(name: str) -> str:
    return {"call-id": "Call-ID", "cseq": "CSeq"}.get(name) or "-".join(map(str.capitalize, name.split("-")))
