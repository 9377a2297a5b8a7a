"""SIP messages as events need them (RFC 3261, section 7): a stranger may have written any, and all can be read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sipsorcery_web.contract.sip_headers import read_headers, uri_in

from .redaction import is_sip, split

_REQUEST = re.compile(r"([A-Za-z0-9.!%*_+`'~-]+) (\S+) SIP/2\.0", re.IGNORECASE)
_RESPONSE = re.compile(r"SIP/2\.0 ([0-9]{3})(?: (.*))?", re.IGNORECASE)
_HEAD_END = re.compile(r"\r?\n\r?\n")
_BRANCH = re.compile(r";\s*branch\s*=\s*([^;\s,]+)", re.IGNORECASE)
_TAG = re.compile(r";\s*tag\s*=\s*([^;\s,]+)", re.IGNORECASE)
_URI = re.compile(r"(?:sips?|tel):[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True)
class SIPMessage:
    """A message; what it lacks is empty."""

    start: str
    """The request line or status line; of what is no message the first line."""
    fields: str
    """The lines of the header fields, as they were written."""
    body: str

    @classmethod
    def read(cls, payload: bytes) -> "SIPMessage | None":
        """Return the message of a payload; None where that is none."""
        if not is_sip(payload):
            return None
        head, body = split(payload)
        start, _, fields = head.partition("\r\n")
        return cls(start, fields, body.decode("utf-8", "replace"))

    @classmethod
    def of_text(cls, text: str) -> "SIPMessage":
        """Return the message that a text is, whatever stands in it."""
        head, body = head_and_body(text)
        start, _, fields = head.partition("\n")
        return cls(start.strip(), fields, body)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Return the header fields by their long names in lower case, the first value of each."""
        headers: dict[str, str] = {}
        for name, value in read_headers(self.fields):
            headers.setdefault(name.lower(), value)
        return headers

    @cached_property
    def is_request(self) -> bool:
        """Return True for a request, False for a response."""
        return self._asks is not None

    @property
    def method(self) -> str:
        """Return the method of the request, or of the one that is answered."""
        return self._asks[1] if self._asks else self.cseq.partition(" ")[2].strip()

    @property
    def uri(self) -> str:
        """Return the Request-URI."""
        return self._asks[2] if self._asks else ""

    @property
    def status(self) -> int:
        """Return the status code of a response, 0 of a request."""
        return int(self._answers[1]) if self._answers else 0

    @property
    def reason(self) -> str:
        """Return the reason phrase of a response."""
        return self._answers[2] or "" if self._answers else ""

    @property
    def call_id(self) -> str:
        """Return the Call-ID."""
        return self.headers.get("call-id", "")

    @property
    def cseq(self) -> str:
        """Return number and method of the request."""
        return self.headers.get("cseq", "")

    @cached_property
    def branch(self) -> str:
        """Return the branch of the topmost Via, which a request and its responses share (RFC 3261, section 17)."""
        found = _BRANCH.search(self.headers.get("via", "").partition(",")[0])
        return found[1] if found else ""

    @cached_property
    def caller(self) -> str:
        """Return the URI in From."""
        return uri_in(self.headers.get("from", ""))

    @cached_property
    def called(self) -> str:
        """Return the URI in To."""
        return uri_in(self.headers.get("to", ""))

    @cached_property
    def from_tag(self) -> str:
        """Return the tag of From."""
        return _tag(self.headers.get("from", ""))

    @cached_property
    def to_tag(self) -> str:
        """Return the tag of To, which a request has within a dialog alone."""
        return _tag(self.headers.get("to", ""))

    @cached_property
    def sdp(self) -> str:
        """Return the session description that the message carries; empty where it carries none."""
        is_sdp = "application/sdp" in self.headers.get("content-type", "").lower() or self.body.startswith("v=0")
        return self.body if is_sdp and self.body.strip() else ""

    @cached_property
    def _asks(self) -> "re.Match[str] | None":
        return _REQUEST.fullmatch(self.start)

    @cached_property
    def _answers(self) -> "re.Match[str] | None":
        return _RESPONSE.fullmatch(self.start)


def head_and_body(text: str) -> tuple[str, str]:
    """Return the lines before the first empty one, and what follows it."""
    head, *body = _HEAD_END.split(text.lstrip("\r\n"), maxsplit=1)
    return head, body[0] if body else ""


def user_in(text: str) -> str:
    """Return the user of the first SIP address in a text; for a tel address the number."""
    found = _URI.search(text)
    if found is None:
        return ""
    scheme, _, rest = found[0].partition(":")
    user, at, _ = rest.rpartition("@")
    number = re.split("[;?]", rest)[0] if scheme.lower() == "tel" else ""
    return user.partition(":")[0].partition(";")[0] if at else number


def _tag(value: str) -> str:
    found = _TAG.search(value.rpartition(">")[2])
    return found[1] if found else ""
