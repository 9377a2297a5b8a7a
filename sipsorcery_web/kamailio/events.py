"""Kamailio's side of the monitoring console: where its messages are collected, and whose accounts are on their legs."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from sipsorcery_web.contract.sip_uris import split_port
from sipsorcery_web.database.connection import Database
from sipsorcery_web.events.collector import Collector
from sipsorcery_web.events.ownership import OwnAddresses
from sipsorcery_web.events.store import SqliteEvents
from sipsorcery_web.events.traces import Traces
from sipsorcery_web.ip_addresses import read_address
from sipsorcery_web.service.store.models import SIPAccountRow, SIPProviderRow
from sipsorcery_web.settings import Settings, SipSettings

from .ports import CHANNEL_HOST, LOOPBACK
from .refused_phones import RefusedPhones

_SIP_URI = re.compile(r"sips?:(?P<user>[^@]+)@(?P<host>[^@;?]+)(?:[;?]|$)", re.IGNORECASE)
"""With a user whose parameters stand before the host."""
_PROVIDER_ID = re.compile(r"[0-9a-f]{32}")
_ACCOUNT_NAME = re.compile(r"[A-Za-z0-9_.+-]{1,64}")

AccountName = tuple[str, str]
"""The name and the domain of an account, in lower case."""


@dataclass(frozen=True)
class EventAccounts:
    """Accounts and providers, looked up for the collector; `events.ownership.Accounts`."""

    database: Database
    domain_of: Callable[[str], str]
    """The domain that a host means: Kamailio's own address stands for the default domain."""

    def owners_of(self, uris: Collection[str], called: Collection[str] = ()) -> Collection[str] | None:
        """Return the owners of those among some URIs that are an account's, or our contact at a provider.

        With `called` that of an account behind the last dot too, as Kamailio has it, where the whole name is none's.
        None where nobody can tell at present.
        """
        exact = {uri: account for uri in (*uris, *called) if (account := self.account_of(uri))}
        behind_dot = {uri: account for uri in called if (account := self._behind_dot(exact.get(uri)))}
        found = self._find({*exact.values(), *behind_dot.values()})
        if found is None:
            return None
        owners = (found.get(exact[uri], found.get(behind_dot.get(uri, exact[uri]))) for uri in exact)
        return [owner for owner in owners if owner]

    def account_of(self, uri: str) -> AccountName | None:
        """Return the account that a URI names, as it is written in lower case; None where it names none."""
        found = _SIP_URI.match(uri)
        if found is None:
            return None
        name = unquote(found["user"]).partition(";")[0].partition(":")[0]
        return (name.lower(), self.domain_of(split_port(found["host"])[0])) if _ACCOUNT_NAME.fullmatch(name) else None

    def _behind_dot(self, account: AccountName | None) -> AccountName | None:
        before, _, name = account[0].rpartition(".") if account else ("", "", "")
        return (name, account[1]) if account and before and name else None

    def _find(self, names: Collection[AccountName]) -> Mapping[AccountName, str] | None:
        """Return the owners of accounts by their names, and of providers by those of our contacts at them."""
        if not names:
            return {}
        row, provider = SIPAccountRow, SIPProviderRow
        named = tuple_(func.lower(row.sip_username), row.sip_domain).in_(names)
        accounts = select(func.lower(row.sip_username), row.sip_domain, row.owner).where(named)
        contacts = {UUID(name): (name, domain) for name, domain in names if _PROVIDER_ID.fullmatch(name)}
        try:
            with self.database.read_rows() as connection:
                found = {(name, domain): owner for name, domain, owner in connection.execute(accounts)}
                asked = select(provider.id, provider.owner).where(provider.id.in_(contacts))
                of_providers = connection.execute(asked).all() if contacts else ()
        except SQLAlchemyError:
            return None
        return found | {contacts[id]: owner for id, owner in of_providers}


def own_addresses(sip: SipSettings) -> OwnAddresses:
    """Return Kamailio's addresses as its packets have them."""
    address = read_address(sip.host)
    host = sip.bracketed_host if address is None else f"[{address}]" if address.version == 6 else str(address)
    outer = frozenset(f"{host}:{port}" for port in sip.transports.values())
    return OwnAddresses(outer, f"{LOOPBACK}:{sip.rpc_port}")


@dataclass(frozen=True)
class CollectedEvents:
    """The collector of Kamailio's messages, and the keeper of refusals that it finds in them, which run beside it."""

    messages: Collector
    refused: RefusedPhones

    def start(self) -> None:
        """Begin. OSError where something else has the collector's address."""
        self.messages.start()
        self.refused.start()

    def stop(self) -> None:
        """End, with what has come in."""
        self.messages.stop()
        self.refused.stop()


def collected_events(
    settings: Settings, database: Database, events: SqliteEvents, clock: Callable[[], datetime]
) -> CollectedEvents:
    """Return what collects Kamailio's messages, not started yet."""
    sip = settings.sip

    def domain_of(host: str) -> str:
        return settings.domain if host in sip.own_hosts else host

    accounts = EventAccounts(database, domain_of)
    refused = RefusedPhones(database, clock, accounts.account_of)
    traces = Traces(accounts, own_addresses(sip), refused.note)
    messages = Collector((CHANNEL_HOST, sip.rpc_port), (LOOPBACK, sip.rpc_port), traces, events)
    return CollectedEvents(messages, refused)
