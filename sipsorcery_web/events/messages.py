"""SIP messages as the collector reads them: which call or registration they belong to, and between whom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sipsorcery_web.contract.sip_headers import read_headers, uri_in

from .redaction import is_sip, split

_BRANCH = re.compile(r";\s*branch\s*=\s*([^;\s,]+)", re.IGNORECASE)
_TAG = re.compile(r";\s*tag\s*=\s*([^;\s,]+)", re.IGNORECASE)


@dataclass(frozen=True)
class SIPMessage:
    """A message; what it lacks is empty. A stranger may have written any of it."""

    start: str
    headers: Mapping[str, str]
    """By names in lower case, the first value of each."""

    @classmethod
    def read(cls, payload: bytes) -> "SIPMessage | None":
        """Return the message of a payload; None where that is none."""
        if not is_sip(payload):
            return None
        head, _ = split(payload)
        start, _, fields = head.partition("\r\n")
        headers: dict[str, str] = {}
        for name, value in read_headers(fields):
            headers.setdefault(name.lower(), value)
        return cls(start, headers)

    @property
    def is_request(self) -> bool:
        """Return True for a request, False for a response."""
        return self.start[:4].upper() != "SIP/"

    @property
    def method(self) -> str:
        """Return the method of the request, or of the one that is answered."""
        return self.start.partition(" ")[0] if self.is_request else self.cseq.partition(" ")[2].strip()

    @property
    def uri(self) -> str:
        """Return the Request-URI."""
        return self.start.split(" ")[1] if self.is_request else ""

    @property
    def status(self) -> int:
        """Return the status code of a response, 0 of a request."""
        return 0 if self.is_request else int(self.start.split(" ")[1])

    @property
    def reason(self) -> str:
        """Return the reason phrase of a response."""
        return "" if self.is_request else self.start[len("SIP/2.0 200 ") :]

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


def _tag(value: str) -> str:
    found = _TAG.search(value.rpartition(">")[2])
    return found[1] if found else ""
