"""REGISTER requests as they are written, and their answers as they are read (RFC 3261, sections 10 and 20)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from sipsorcery_web.contract.sip_headers import one_line, read_headers

_SAFE_IN_USER = "-_.!~*'()&=+$,;?/"
_CONTACT = re.compile(r'(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,<"])+')
_LONGEST = 2**31 - 1
"""Seconds; what is more is cut, so that sums of times stay possible."""


@dataclass(frozen=True)
class Binding:
    """The parts of a REGISTER that stay the same in each attempt."""

    username: str
    domain: str
    contact_user: str
    contact_host: str
    """With its port."""
    transport: str
    custom_headers: Sequence[str] = ()
    contact_hosts: Mapping[str, str] = field(default_factory=dict)
    """Where calls arrive over other transports."""

    def over(self, transport: str) -> "Binding":
        """Return the binding for a transport that the DNS may have chosen."""
        if transport == self.transport:
            return self
        return replace(self, transport=transport, contact_host=self.contact_hosts.get(transport, self.contact_host))

    @property
    def request_uri(self) -> str:
        """Return the address of the registrar's domain."""
        return f"sip:{self.domain}"

    @property
    def call_id(self) -> str:
        """Return the Call-ID of all its requests."""
        return f"{self.contact_user}@{self.contact_host}"

    @property
    def contact(self) -> str:
        """Return the address that calls from the provider are to come to."""
        transport = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:{self.contact_user}@{self.contact_host}{transport}"

    def headers(self, cseq: int, expires: int, authorization: str = "") -> str:
        """Return all headers of a REGISTER but those of the transaction; Kamailio adds a tag to From."""
        address = f"<sip:{quote(self.username, safe=_SAFE_IN_USER)}@{self.domain}>"
        lines = [
            f"To: {address}",
            f"From: {address}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq} REGISTER",
            f"Contact: <{self.contact}>",
            f"Expires: {expires}",
            *([authorization] if authorization else []),
            *self.custom_headers,
        ]
        return "".join(f"{one_line(line)}\r\n" for line in lines)


@dataclass(frozen=True)
class Reply:
    """A final answer; names of headers are in lower case."""

    status: int
    phrase: str
    headers: Sequence[tuple[str, str]] = ()

    @classmethod
    def read(cls, status: int, phrase: str, block: str) -> "Reply":
        """Return the answer of a status line and the lines of headers behind it."""
        headers = read_headers(block.partition("\r\n\r\n")[0])
        return cls(status, phrase, [(name.lower(), value) for name, value in headers])

    def all(self, name: str) -> list[str]:
        """Return the values of a header."""
        return [value for header, value in self.headers if header == name]

    @property
    def words(self) -> str:
        """Return code and phrase; what cannot be printed is left out, since strangers write it."""
        return f"{self.status} {''.join(filter(str.isprintable, self.phrase))}".strip()

    @property
    def retry_after(self) -> int | None:
        """Return for how many seconds the provider wants to be left alone (RFC 3261, section 20.33)."""
        return _first_number(self.all("retry-after"))

    @property
    def min_expires(self) -> int | None:
        """Return the shortest expiry that the registrar takes (RFC 3261, section 20.23)."""
        return _first_number(self.all("min-expires"))

    @property
    def contact_users(self) -> list[str]:
        """Return the user part of each contact that the registrar lists."""
        found = (re.search(r"sips?:(?:([^@>;?]*)@)?", contact, re.IGNORECASE) for contact in self._contacts)
        return [match[1] or "" for match in found if match]

    def granted(self, contact_user: str) -> int | None:
        """Return for how many seconds a contact is registered: its own parameter, else the header; None if unsaid.

        The one contact of a list is ours, whatever the registrar has made of it.
        """
        contacts = self._contacts
        own = contacts if len(contacts) == 1 else [contact for contact in contacts if f"{contact_user}@" in contact]
        for contact in own:
            if found := re.search(r";\s*expires\s*=\s*\"?(\d+)", contact.rpartition(">")[2], re.IGNORECASE):
                return _number(found[1])
        return _first_number(self.all("expires"))

    @property
    def _contacts(self) -> list[str]:
        return [contact.strip() for value in self.all("contact") for contact in _CONTACT.findall(value)]


def _first_number(values: Iterable[str]) -> int | None:
    return next((_number(found[0]) for value in values if (found := re.match(r"\d+(?![\w.])", value))), None)


def _number(digits: str) -> int:
    return min(int(digits[:12]), _LONGEST)
