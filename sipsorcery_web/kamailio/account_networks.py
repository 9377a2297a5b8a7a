"""The networks that phones register from, noted from Kamailio's bindings for the owners of their accounts.

An address changes by the day, the network that it is in seldom: one that an account has not been in before may be
somebody else's who has its password. Of an account that is called at its Contact as sent, and says a public address
there, that address is all that the bindings tell.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.database.connection import Database
from sipsorcery_web.ip_addresses import read_address, wide_network
from sipsorcery_web.service.store.account_networks import AccountNetworkRow
from sipsorcery_web.service.store.models import SIPAccountRow

from .tables import LOCATION

LOOKS_EVERY = timedelta(seconds=10)
NOTED_EVERY = timedelta(hours=1)
"""The time between two notes of the same network: phones that renew must not mean writing."""
MARGIN = timedelta(seconds=5)
"""How late Kamailio may write what it has changed."""
AT_ONCE = 200
"""Accounts whose networks are noted in one transaction."""
MOST = 200
"""Networks that are kept of an account."""


class Seen(NamedTuple):
    """An account, and a network that it has registered from."""

    username: str
    domain: str
    network: str


@dataclass
class AccountNetworks:
    """The note of networks, kept by the process that follows Kamailio."""

    database: Database
    clock: Callable[[], datetime]
    _looked_at: datetime | None = None
    _noted: set[Seen] = field(default_factory=set)
    _noted_since: datetime | None = None

    def look(self) -> None:
        """Note where phones have registered since the last look; nothing if that was a moment ago."""
        now = self.clock()
        if self._looked_at is not None and abs(now - self._looked_at) < LOOKS_EVERY:
            return
        if self._noted_since is None or abs(now - self._noted_since) >= NOTED_EVERY:
            self._noted, self._noted_since = set(), now
        for some in _portions(self._seen() - self._noted):
            with self.database.write() as session:
                note(session, some, now)
            self._noted.update(some)
        self._looked_at = now

    def _seen(self) -> set[Seen]:
        binding = LOCATION.c
        place = func.coalesce(binding.received, binding.contact).label("place")
        asked = select(binding.username, binding.domain, place).distinct()
        if self._looked_at is not None:
            asked = asked.where(binding.last_modified >= self._looked_at - MARGIN)
        with self.database.read() as session:
            rows = session.execute(asked).all()
        found = ((row, network_of(row.place)) for row in rows)
        return {Seen(row.username, row.domain, network) for row, network in found if network}


def network_of(uri: str) -> str:
    """Return the network of the address in a SIP URI; "" where it has a name."""
    try:
        address = read_address(split_port(SIPURI.parse(uri).host)[0])
    except ValueError:
        return ""
    return wide_network(address) if address else ""


def _portions(seen: Iterable[Seen]) -> Iterator[Sequence[Seen]]:
    """Yield what was seen, that of an account together: none of what comes with its first network is an alert."""
    by_account = [list(group) for _, group in groupby(sorted(seen), attrgetter("username", "domain"))]
    for start in range(0, len(by_account), AT_ONCE):
        yield list(chain.from_iterable(by_account[start : start + AT_ONCE]))


def note(session: Session, seen: Sequence[Seen], now: datetime) -> None:
    """Note networks of accounts; what is none any more is left out."""
    accounts = _accounts_of(session, seen)
    mine = AccountNetworkRow.sip_account_id.in_(set(accounts.values()))
    known = {(row.sip_account_id, row.network): row for row in session.scalars(select(AccountNetworkRow).where(mine))}
    have_some = {account for account, _ in known}
    for each in seen:
        if (account := accounts.get((each.username, each.domain))) is None:
            continue
        if row := known.get((account, each.network)):
            row.last_seen = now
            continue
        session.add(_new_row(account, each.network, account in have_some, now))
    session.flush()
    _forget_oldest(session, accounts.values())


def _accounts_of(session: Session, seen: Sequence[Seen]) -> dict[tuple[str, str], UUID]:
    columns = SIPAccountRow.id, SIPAccountRow.sip_username, SIPAccountRow.sip_domain
    named = SIPAccountRow.sip_username.in_({each.username for each in seen})
    rows = session.execute(select(*columns).where(named)).all()
    return {(row.sip_username, row.sip_domain): row.id for row in rows}


def _new_row(account: UUID, network: str, is_new: bool, now: datetime) -> AccountNetworkRow:
    return AccountNetworkRow(
        id=uuid4(), sip_account_id=account, network=network, first_seen=now, last_seen=now, is_new=is_new
    )


def _forget_oldest(session: Session, accounts: Iterable[UUID]) -> None:
    """Delete what is beyond the bound of an account: the networks that it was in longest ago."""
    row = AccountNetworkRow
    counted = select(row.sip_account_id).where(row.sip_account_id.in_(set(accounts))).group_by(row.sip_account_id)
    for account in session.scalars(counted.having(func.count() > MOST)).all():
        newest = select(row.id).where(row.sip_account_id == account).order_by(row.last_seen.desc(), row.id)
        session.execute(delete(row).where(row.id.in_(newest.offset(MOST))))
