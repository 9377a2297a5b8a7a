"""The parties of a call: what SIP headers say about a party, as a reader needs it.

The text comes from strangers on the network, so nothing here refuses: what cannot be read is shown as it came.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from sipsorcery_web.contract.records import SIPAccount

_QUOTED_NAME = re.compile(r'\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SCHEME = re.compile(r"^(?:sips?|tel):", re.IGNORECASE)
_NO_BRIDGE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Party:
    """A party's display name and address; `user` is empty where the address is a host alone, and the reverse."""

    name: str
    user: str
    host: str

    @property
    def address(self) -> str:
        """Return user@host, as far as there is one."""
        return f"{self.user}@{self.host}" if self.user and self.host else self.user or self.host


def party_of(header: str | None) -> Party:
    """The party of a From or To header: name-addr or addr-spec (RFC 3261, section 20.10)."""
    text = header or ""
    quoted = _QUOTED_NAME.match(text)
    before, bracket, rest = (text[quoted.end() :] if quoted else text).partition("<")
    name = re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL) if quoted else before if bracket else ""
    found = party_at(rest.partition(">")[0] if bracket else before)
    return Party(name.strip(), found.user, found.host)


def party_at(uri: str | None) -> Party:
    """The party at a URI, without scheme, password and parameters; the last @ ends the user (RFC 3261, 25.1)."""
    user, _, rest = _SCHEME.sub("", (uri or "").strip(), count=1).rpartition("@")
    return Party("", user.partition(":")[0], re.split("[;?]", rest)[0])


def address_of(account: SIPAccount) -> str:
    """The address of record as the service writes it: user@domain (RFC 3261, section 6)."""
    return f"{account.sip_username}@{account.sip_domain}"


def provider_in(uri: str | None) -> str:
    """Return the name of the provider that a call came through, which the SIP engine puts behind the address."""
    if not uri or ";provider=" not in uri:
        return ""
    parameters = uri.partition("?")[0].split(";")[1:]
    named = (parameter.removeprefix("provider=") for parameter in parameters if parameter.startswith("provider="))
    return unquote(next(named, ""))


def bridge_of(bridge_id: str | None) -> str | None:
    """Return what joins the legs of one call; None for a leg that is joined to no other (spec, section 7.8)."""
    text = (bridge_id or "").strip().lower()
    return text if text not in ("", _NO_BRIDGE) else None
