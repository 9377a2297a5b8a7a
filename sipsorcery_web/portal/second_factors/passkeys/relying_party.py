"""The portal as WebAuthn's relying party: the name that passkeys are made for, and the origin that they are used at."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

from sipsorcery_web.ip_addresses import read_address
from sipsorcery_web.portal.http.csrf import origin_of
from sipsorcery_web.portal.http.parts import part

THIS_MACHINE = "localhost"


@dataclass(frozen=True)
class PublicAddress:
    """The address that the operator says browsers find the portal at; empty where that is whatever they ask for."""

    url: str = ""


@dataclass(frozen=True)
class RelyingParty:
    """A name and the one origin that belongs to it (WebAuthn, sections 4 and 5.1)."""

    id: str
    origin: str


class NoPasskeysHere(Exception):
    """An error where browsers offer no passkeys; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def relying_party() -> RelyingParty:
    """Return the relying party of this request. Raises NoPasskeysHere."""
    here = origin_of(request.host_url)
    origin = origin_of(part(PublicAddress).url) or here
    parts = urlsplit(origin)
    name = parts.hostname or ""
    if read_address(name) is not None:
        raise NoPasskeysHere(
            f"Passkeys belong to a name, and this portal is at an IP address, {name}. They can be used once it is "
            "opened by a name."
        )
    if origin != here:
        raise NoPasskeysHere(f"Passkeys of this portal belong to {origin}. Open it there to use them.")
    if parts.scheme != "https" and not _is_this_machine(name):
        raise NoPasskeysHere("Browsers offer passkeys over https alone, and this page came over http.")
    return RelyingParty(name, origin)


def why_not_here() -> str:
    """Return why there are no passkeys where this page was opened; "" where there are."""
    try:
        relying_party()
    except NoPasskeysHere as error:
        return error.reason
    return ""


def _is_this_machine(name: str) -> bool:
    """Return whether browsers trust a host over http as well (Secure Contexts, 3.1)."""
    return name == THIS_MACHINE or name.endswith(f".{THIS_MACHINE}")
