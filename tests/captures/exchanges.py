"""Exchanges as files: a request and its reply as they went over the wire, with a line of four dashes between them."""

import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.schema import message_schema

TOKEN = re.compile(r"\b[0-9a-f]{96}\b")


@dataclass(frozen=True)
class HttpMessage:
    """First line, headers and body; of a reply or of a request."""

    first_line: str
    headers: dict[str, str]
    body: bytes

    @property
    def status(self) -> int:
        """The status of a reply."""
        return int(self.first_line.split()[1])

    @property
    def media_type(self) -> str:
        """The content type without its parameters, "none" without a body."""
        return self.headers.get("Content-Type", "").partition(";")[0] if self.body else "none"

    @property
    def wire_body(self) -> bytes:
        """The body as it went over the wire: in the files all text is UTF-8."""
        charset = self.headers.get("Content-Type", "").partition("charset=")[2] or "utf-8"
        return self.body if charset == "utf-8" else self.body.decode().encode(charset)

    @property
    def content(self) -> etree._Element | None:
        """Return the content of the body of the envelope; None when there is no envelope, or nothing in it."""
        try:
            body = etree.fromstring(self.body).find(names.soap("Body"))
        except etree.XMLSyntaxError:
            return None
        return None if body is None or len(body) != 1 else body[0]

    @property
    def is_valid(self) -> bool:
        """Return True when the content keeps to the schemas of the WSDL; faults are not in them."""
        content = self.content
        return content is not None and message_schema().validate(content)


@dataclass(frozen=True)
class Exchange:
    """A request and what it was answered with; `number` is the place in its run."""

    number: int
    name: str
    request: HttpMessage
    reply: HttpMessage

    @property
    def method(self) -> str:
        return self.request.first_line.split()[0]

    @property
    def path(self) -> str:
        return self.request.first_line.split()[1]

    @property
    def operation(self) -> Operation:
        """Return the operation, by the name of the file."""
        return OPERATIONS[self.name.split("-")[1]]

    @property
    def token_given(self) -> str | None:
        """The token that the reply gives, if it is one of a Login."""
        content = self.reply.content
        return None if content is None else content.findtext(names.svc("LoginResult"))


def read_exchanges(folder: Path) -> list[Exchange]:
    """All exchanges of a folder in the order of their run."""
    return [_read(path) for path in sorted(folder.glob("*.http"))]


def _read(path: Path) -> Exchange:
    request, _, reply = path.read_bytes().partition(b"\n----\n")
    return Exchange(int(path.name.partition("-")[0]), path.stem, _message(request), _message(reply))


def _message(text: bytes) -> HttpMessage:
    head, _, body = text.partition(b"\n\n")
    first_line, *lines = head.decode().splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    return HttpMessage(first_line, headers, body.removesuffix(b"\n"))
