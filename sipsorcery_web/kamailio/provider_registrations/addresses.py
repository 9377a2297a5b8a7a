"""The addresses of registered providers, told to Kamailio, so that it knows calls that come from one of them.

Any number that is called from the address that answered the REGISTER is the provider's. Whoever writes a provider down
chooses the name of its server, and what else that name leads to, so from there only calls to our contact count, which
names this one provider: nobody can have the calls of somebody else's.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from sipsorcery_web.contract.sip_uris import split_port
from sipsorcery_web.database.connection import Database
from sipsorcery_web.ip_addresses import IPAddress, read_address
from sipsorcery_web.service.store.models import SIPProviderBindingRow, SIPProviderRow

from ..rpc import NOT_FOUND, KamailioError, KamailioRefusal, Rpc
from .agent import server_of, transport_of
from .server_addresses import ServerAddresses

TABLE = "providers"
"""Kamailio's htable."""
MARK = "told"
"""A key for what this process has told: without it Kamailio has been started anew, or another process has told it.

Kamailio looks at it too: until it is there, nothing is known of anybody who calls.
"""
MARK_LASTS = timedelta(days=1)
SEVERAL = "several"
_ARRIVES_OVER = {"udp": ("udp", "tcp", "tls"), "tcp": ("tcp",), "tls": ("tls",)}
"""The transports that calls of a provider may take, by that of the registration: an address proves least over UDP."""


@dataclass(frozen=True)
class RegisteredProvider:
    """A provider that is registered with, and where it answered."""

    id: UUID
    owner: str
    username: str
    transport: str
    ip: IPAddress
    until: datetime
    servers: frozenset[IPAddress] = frozenset()
    """What else the name of its server leads to."""


@dataclass
class ProviderAddresses:
    """The teller of these addresses to Kamailio; it tells them again to one that was started anew."""

    database: Database
    rpc: Rpc
    clock: Callable[[], datetime]
    servers: ServerAddresses
    _told: dict[str, tuple[str, datetime] | None] = field(default_factory=dict)
    """The entries that Kamailio has, each with its end; None for one of an earlier process."""
    _marked_until: datetime = datetime.min.replace(tzinfo=UTC)
    _mark: str = field(default_factory=lambda: secrets.token_hex(8))

    def look(self) -> None:
        """Tell Kamailio what has changed. Raises KamailioError."""
        now = self.clock()
        wanted = entries_of(self._registered(now))
        is_forgotten = self._is_forgotten()
        if is_forgotten:
            self._told = self._told_before()
        for key in self._told.keys() - wanted.keys():
            self._forget(key)
        for key, entry in wanted.items():
            if self._told.get(key) != entry:
                self._tell(key, *entry, now)
        if is_forgotten or self._marked_until - now < MARK_LASTS / 2:
            self.rpc.call("htable.setxs", TABLE, MARK, self._mark, int(MARK_LASTS.total_seconds()))
            self._marked_until = now + MARK_LASTS

    def _is_forgotten(self) -> bool:
        try:
            return bool(self.rpc.call("htable.get", TABLE, MARK)["item"]["value"] != self._mark)
        except KamailioRefusal:
            return True

    def _told_before(self) -> dict[str, tuple[str, datetime] | None]:
        """Return what stands in the table, of which only what is not wanted has to go; nothing once it was emptied."""
        try:
            slots = self.rpc.call("htable.dump", TABLE) or []
        except KamailioError:  # as where there is more than an answer can hold
            self.rpc.call("htable.flush", TABLE)
            return {}
        return {entry["name"]: None for slot in slots for entry in slot["slot"] if entry["name"] != MARK}

    def _tell(self, key: str, value: str, until: datetime, now: datetime) -> None:
        self.rpc.call("htable.setxs", TABLE, key, value, max(1, int((until - now).total_seconds())))
        self._told[key] = (value, until)

    def _forget(self, key: str) -> None:
        try:
            self.rpc.call("htable.delete", TABLE, key)
        except KamailioRefusal as refusal:
            if refusal.code != NOT_FOUND:  # which it is once its time has run out
                raise
        del self._told[key]

    def _registered(self, now: datetime) -> list[RegisteredProvider]:
        provider, binding = SIPProviderRow, SIPProviderBindingRow
        query = (
            select(
                provider.id,
                provider.owner,
                provider.provider_username,
                provider.provider_outbound_proxy,
                provider.register_server,
                provider.provider_server,
                binding.registrar_sip_socket,
                binding.registered_until,
            )
            .join(binding, binding.provider_id == provider.id)
            .where(binding.is_registered, binding.binding_expiry > 0, binding.registered_until > now)
        )
        with self.database.read() as session:
            rows = session.execute(query).all()
        self.servers.keep({server_of(row) for row in rows})
        return list(filter(None, (_registered_provider(row, self.servers) for row in rows)))


def entries_of(providers: Iterable[RegisteredProvider]) -> dict[str, tuple[str, datetime]]:
    """Return the entries of the htable, each with its end: one for each address, and for each username and id there."""
    groups: dict[str, list[RegisteredProvider]] = defaultdict(list)
    for provider in providers:
        for transport in _ARRIVES_OVER[provider.transport]:
            at = f"{transport} {_as_kamailio_writes(provider.ip)}"
            groups[at].append(provider)
            for name in {provider.username, provider.username.partition("@")[0]} - {""}:
                groups[f"{at} {name}"].append(provider)
            for ip in {provider.ip} | provider.servers:
                groups[f"{transport} {_as_kamailio_writes(ip)} {provider.id.hex}"].append(provider)
    return {key: (_value(group), max(each.until for each in group)) for key, group in groups.items()}


def _value(group: Sequence[RegisteredProvider]) -> str:
    """The id of the only provider; of several the word for that, and their customer where they have the same."""
    if len(group) == 1:
        return group[0].id.hex
    owners = {provider.owner for provider in group}
    return f"{SEVERAL} {owners.pop()}" if len(owners) == 1 else SEVERAL


def _registered_provider(row: Any, servers: ServerAddresses) -> RegisteredProvider | None:
    ip = read_address(split_port(row.registrar_sip_socket or "")[0])
    if ip is None:
        return None
    server = server_of(row)
    return RegisteredProvider(
        row.id,
        row.owner,
        row.provider_username or "",
        transport_of(server),
        ip,
        row.registered_until,
        servers.of(server),
    )


def _as_kamailio_writes(ip: IPAddress) -> str:
    """Return the address as `$si` has it: one of IPv6 with all its groups, each without zeros in front."""
    if ip.version == 4:
        return str(ip)
    return ":".join(f"{int(group, 16):x}" for group in ip.exploded.split(":"))
