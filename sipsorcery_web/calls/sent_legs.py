"""Legs as the engine is told to send them: target, From, headers and credentials (facts of dial plans, section 3)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.database.keyring import KeyringError
from sipsorcery_web.dial_plans.calls import Call
from sipsorcery_web.dial_plans.legs import Leg, Sender
from sipsorcery_web.dial_plans.outcomes import Dialling
from sipsorcery_web.dial_plans.sip_text import UnfitText, host_part, user_part
from sipsorcery_web.ip_addresses import ContactPolicy

from .invites import withholds_caller
from .messages import SendLeg

SHORTEST_RING = 100
"""Milliseconds."""
NOBODYS_HOST = "anonymous.invalid"
_NEXT_HOP = re.compile(r"sips?:", re.IGNORECASE)


class LegRefused(Exception):
    """The leg cannot go out; the message is a sentence for the plan's log."""

    code = 480


class ServerRefused(LegRefused):
    """The server that a leg goes to may not be sent anything, or cannot (RFC 3261, section 16.9)."""

    code = 503


@dataclass(frozen=True)
class Way:
    """The way to the server that a leg goes to."""

    next_hop: str = ""
    """A URI; empty where the engine finds it itself."""
    server_name: str = ""
    """The name to say to a server over TLS."""


def as_written(_target: str) -> Way:
    """Leave it to the engine to find the way."""
    return Way()


@dataclass(frozen=True)
class LegSender:
    """Makes the commands that send legs out; credentials are looked up when a leg goes out, and kept nowhere."""

    password_of: Callable[[str, str], str]
    """The password of a provider, by its name and owner."""
    contacts: ContactPolicy = ContactPolicy()
    """Which addresses legs may go to. Where a name leads, the engine sees when it sends."""
    find_way: Callable[[str], Way] = as_written
    """The way to the server of a URI, which may have to be looked up. Raises ServerRefused."""

    def command(
        self, transaction: str, leg: Leg, dialling: Dialling, call: Call, owner: str, ring_seconds: float
    ) -> SendLeg:
        """The command for a leg of a Dial. Raises LegRefused, and what else `password_of` does."""
        if leg.kind != "account":
            self._check(leg.uri)
        if leg.outbound_proxy:
            self._check(leg.outbound_proxy)
        way = Way() if leg.kind == "account" else self.find_way(leg.outbound_proxy or leg.uri)
        name, uri = from_of(leg, dialling, call)
        password = self._password_of(leg.provider, owner) if leg.kind == "provider" else leg.password
        return SendLeg(
            transaction=transaction,
            uri=leg.uri,
            account=leg.account,
            next_hop=way.next_hop or _next_hop(leg.outbound_proxy),
            server_name=way.server_name,
            from_name=name,
            from_uri=uri,
            headers=_headers(leg, dialling),
            content_type=dialling.content_type,
            body=dialling.body,
            username=leg.username if password else "",
            password=password,
            ring_milliseconds=max(SHORTEST_RING, int(ring_seconds * 1000)),
            call_seconds=min(filter(None, (dialling.answered_seconds, leg.options.duration)), default=0),
            follows_redirects=leg.options.follows_redirects,
            hides_caller=withholds_caller(call),
            is_outside=leg.kind != "account",
            transfer=leg.options.transfer,
            mangles_sdp=leg.options.mangles_sdp,
        )

    def _password_of(self, provider: str, owner: str) -> str:
        try:
            return self.password_of(provider, owner)
        except KeyringError as error:
            raise LegRefused("its stored password cannot be read. It has to be typed again.") from error

    def _check(self, uri: str) -> None:
        try:
            hosts = SIPURI.parse(uri).hosts
        except ValueError as error:
            raise LegRefused(f"{uri} is no SIP address.") from error
        for host in hosts:
            if not self.contacts.allows_host(host):
                raise LegRefused(f"{split_port(host)[0]} is an address that no call may go to.")


def _headers(leg: Leg, dialling: Dialling) -> tuple[tuple[str, str], ...]:
    """The headers that the script set, then those of the provider; of two with a name the script's counts."""
    set_by_script = {name.lower() for name, _ in dialling.headers}
    return (*dialling.headers, *(each for each in leg.headers if each[0].lower() not in set_by_script))


def from_of(leg: Leg, dialling: Dialling, call: Call) -> tuple[str, str]:
    """The name and the URI of the From header: by the leg's options, the script, the provider, else the caller's own.

    A provider that no From is set for sees its own username.
    """
    options, by_script, given = leg.options, dialling.sender or Sender(), leg.sender
    name = options.from_name if options.from_name is not None else by_script.name or given.name
    user = options.from_user if options.from_user is not None else by_script.user or given.user
    host = options.from_host if options.from_host is not None else by_script.host or given.host
    if leg.kind == "provider" and not (user or host):
        user, host = leg.username, split_port(SIPURI.parse(leg.uri).host)[0]
    if not (name or user or host):
        return "", ""
    return name or call.from_name, f"sip:{user or user_part(call.from_user) or 'anonymous'}@{host or _host_of(call)}"


def _host_of(call: Call) -> str:
    """The host of the caller's From, which may be a stranger's; that of nobody where it is none."""
    try:
        return host_part(call.from_host)
    except UnfitText:
        return NOBODYS_HOST


def _next_hop(proxy: str) -> str:
    if not proxy:
        return ""
    uri = proxy if _NEXT_HOP.match(proxy) else f"sip:{proxy}"
    return uri if ";lr" in uri.lower() else f"{uri};lr"
