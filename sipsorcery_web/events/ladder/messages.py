"""SIP messages, read as far as a ladder needs it (RFC 3261, section 7). Whatever a text is, it can be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_REQUEST = re.compile(r"([A-Z][A-Z0-9.!%*_+`'~-]*) (\S+) SIP/2\.0", re.IGNORECASE)
_RESPONSE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?", re.IGNORECASE)
_COMPACT = {
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
}
_BRANCH = re.compile(r";\s*branch\s*=\s*([^;,\s]+)", re.IGNORECASE)
_URI = re.compile(r"(?:sips?|tel):[^\s<>\"]+", re.IGNORECASE)
_METHOD = re.compile(r"\s*[0-9]+\s+([A-Za-z0-9.!%*_+`'~-]+)")


@dataclass(frozen=True)
class SIPMessage:
    """The text of a message."""

    text: str

    @cached_property
    def first_line(self) -> str:
        """The request line or status line."""
        return self.text.lstrip("\r\n").partition("\n")[0].strip()

    @cached_property
    def method(self) -> str:
        """The method of a request; empty for a response."""
        found = _REQUEST.fullmatch(self.first_line)
        return found[1].upper() if found else ""

    @cached_property
    def request_uri(self) -> str:
        """The address that a request goes to."""
        found = _REQUEST.fullmatch(self.first_line)
        return found[2] if found else ""

    @cached_property
    def status(self) -> int:
        """The status code of a response; 0 for a request."""
        found = _RESPONSE.fullmatch(self.first_line)
        return int(found[1]) if found else 0

    @cached_property
    def phrase(self) -> str:
        """The reason phrase of a response."""
        found = _RESPONSE.fullmatch(self.first_line)
        return (found[2] or "").strip() if found else ""

    @cached_property
    def head_and_body(self) -> tuple[str, str]:
        """The lines of the head, and what follows the empty line."""
        parts = re.split(r"\r?\n\r?\n", self.text.lstrip("\r\n"), maxsplit=1)
        return parts[0], parts[1] if len(parts) > 1 else ""

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Header fields by their long names in small letters, in order; folded lines are put together."""
        return list(_fields(self.head_and_body[0]))

    def header(self, name: str) -> str:
        """Return the first value of a header field; empty where there is none."""
        return next((value for known, value in self.headers if known == name), "")

    @cached_property
    def cseq_method(self) -> str:
        """The method that a request has, or that a response answers."""
        found = _METHOD.match(self.header("cseq"))
        return found[1].upper() if found else self.method

    @cached_property
    def branch(self) -> str:
        """The branch of the topmost Via, which names the transaction."""
        found = _BRANCH.search(self.header("via"))
        return found[1] if found else ""

    @cached_property
    def sdp(self) -> str:
        """The session description that the message carries; empty where it carries none."""
        body = self.head_and_body[1]
        is_sdp = "application/sdp" in self.header("content-type").lower() or body.startswith("v=0")
        return body if is_sdp and body.strip() else ""

    @cached_property
    def from_user(self) -> str:
        """The user that the From header names."""
        return user_in(self.header("from"))


def user_in(text: str) -> str:
    """Return the user of the first SIP address in a text; for a tel address the number."""
    found = _URI.search(text)
    if found is None:
        return ""
    scheme, _, rest = found[0].partition(":")
    user, at, _ = rest.rpartition("@")
    number = re.split("[;?]", rest)[0] if scheme.lower() == "tel" else ""
    return user.partition(":")[0].partition(";")[0] if at else number


def long_name(name: str) -> str:
    """Return the name of a header field in small letters, and not in its compact form."""
    small = name.strip().lower()
    return _COMPACT.get(small, small)


def _fields(head: str) -> Iterator[tuple[str, str]]:
    unfolded = re.sub(r"\r?\n[ \t]+", " ", head)
    for line in unfolded.splitlines()[1:]:
        name, colon, value = line.partition(":")
        if colon:
            yield long_name(name), value.strip()
