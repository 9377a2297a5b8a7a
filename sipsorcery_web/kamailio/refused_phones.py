"""The last refusals of phones, kept for the owners of their accounts.

Strangers refuse themselves as often as they like: what they send waits in a bounded place, alike ones count as one, and
all that came within a second is one transaction. Nothing is kept of a name that no account has.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from sipsorcery_web.database.connection import Database
from sipsorcery_web.events.refusals import AttemptKind, KeptRefusal, Refusal, RefusalReason
from sipsorcery_web.service.store.models import SIPAccountRow
from sipsorcery_web.service.store.refused_phones import (
    AGENT_LENGTH,
    CALL_ID_LENGTH,
    DETAIL_LENGTH,
    RefusedPhoneRow,
)

MOST = 5
"""Refusals that are kept of an account: those that were last."""
KEPT_FOR = timedelta(days=30)
MOST_WAITING = 1_000
"""Accounts whose refusals wait to be written; those of others are left out until then."""
AT_ONCE = 200
"""Accounts in one transaction."""
PAUSE = 1.0
"""Seconds between two transactions."""
STOPS_WITHIN = 5.0

AccountName = tuple[str, str]
Alike = tuple[str, str, str]

log = logging.getLogger(__name__)


@dataclass
class RefusedPhones:
    """The refusals that wait, and the thread that writes them."""

    database: Database
    clock: Callable[[], datetime]
    account_of: Callable[[str], AccountName | None]
    """Returns the name and the domain, in lower case, that a URI means."""
    most_waiting: int = MOST_WAITING
    _waiting: OrderedDict[AccountName, OrderedDict[Alike, KeptRefusal]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="refused-phones", daemon=True)

    def note(self, refusal: Refusal) -> None:
        """Have a refusal kept soon, as far as there is room."""
        account = self.account_of(refusal.account)
        if account is None:
            return
        with self._lock:
            if account not in self._waiting and len(self._waiting) >= self.most_waiting:
                return
            _add(self._waiting.setdefault(account, OrderedDict()), refusal)

    def write(self) -> None:
        """Write what waits."""
        while some := self._take():
            with self.database.write() as session:
                _write(session, some, self.clock())

    def start(self) -> None:
        """Begin to write, again and again."""
        self._thread.start()

    def stop(self) -> None:
        """End that, with what waits."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(STOPS_WITHIN)

    def _take(self) -> Mapping[AccountName, Collection[KeptRefusal]]:
        with self._lock:
            taken = [self._waiting.popitem(last=False) for _ in range(min(AT_ONCE, len(self._waiting)))]
        return {account: refusals.values() for account, refusals in taken}

    def _run(self) -> None:
        is_over = False
        while not is_over:
            is_over = self._stopped.wait(PAUSE)
            try:
                self.write()
            except Exception:  # the next ones may be kept
                log.exception("Refusals of phones could not be kept.")


@dataclass(frozen=True)
class KeptRefusals:
    """The refusals that are kept, for who may see their accounts."""

    database: Database
    clock: Callable[[], datetime]

    def of_accounts(self, ids: Collection[UUID]) -> Mapping[UUID, Sequence[KeptRefusal]]:
        """Return those of some accounts, the last ones first, in one statement."""
        row = RefusedPhoneRow
        wanted = row.sip_account_id.in_(ids), row.last_at >= self.clock() - KEPT_FOR
        found: dict[UUID, list[KeptRefusal]] = {}
        with self.database.read() as session:
            for each in session.scalars(select(row).where(*wanted).order_by(row.last_at.desc(), row.id)):
                found.setdefault(each.sip_account_id, []).append(_refusal(each))
        return found


def _add(waiting: OrderedDict[Alike, KeptRefusal], refusal: Refusal) -> None:
    key = (refusal.kind, refusal.reason, refusal.address)
    before = waiting.pop(key, None)
    waiting[key] = KeptRefusal(
        kind=refusal.kind,
        reason=refusal.reason,
        address=refusal.address,
        agent=refusal.agent[:AGENT_LENGTH],
        call_id=refusal.call_id[:CALL_ID_LENGTH],
        detail=refusal.detail[:DETAIL_LENGTH],
        first_at=before.first_at if before else refusal.time,
        last_at=refusal.time,
        times=before.times + 1 if before else 1,
    )
    if len(waiting) > MOST:
        waiting.popitem(last=False)


def _write(session: Session, refusals: Mapping[AccountName, Iterable[KeptRefusal]], now: datetime) -> None:
    row, account = RefusedPhoneRow, SIPAccountRow
    named = tuple_(func.lower(account.sip_username), account.sip_domain).in_(list(refusals))
    found = session.execute(select(account.id, func.lower(account.sip_username), account.sip_domain).where(named))
    ids = {(username, domain): id for id, username, domain in found}
    kept = session.scalars(select(row).where(row.sip_account_id.in_(ids.values()))).all()
    known = {(each.sip_account_id, each.kind, each.reason, each.address): each for each in kept}
    for name, id in ids.items():
        for refusal in refusals[name]:
            old = known.get((id, refusal.kind, refusal.reason, refusal.address))
            if old is None:
                session.add(_new_row(id, refusal))
            else:
                _count(old, refusal)
    session.flush()
    session.execute(delete(row).where(row.last_at < now - KEPT_FOR))
    _forget_oldest(session, ids.values())


def _new_row(account: UUID, refusal: KeptRefusal) -> RefusedPhoneRow:
    texts = {"agent": refusal.agent, "call_id": refusal.call_id, "detail": refusal.detail, "address": refusal.address}
    times = {"first_at": refusal.first_at, "last_at": refusal.last_at, "times": refusal.times}
    return RefusedPhoneRow(
        id=uuid4(), sip_account_id=account, kind=str(refusal.kind), reason=str(refusal.reason), **texts, **times
    )


def _count(row: RefusedPhoneRow, refusal: KeptRefusal) -> None:
    row.agent, row.call_id, row.detail = refusal.agent, refusal.call_id, refusal.detail
    row.last_at, row.times = refusal.last_at, row.times + refusal.times


def _forget_oldest(session: Session, accounts: Iterable[UUID]) -> None:
    """Delete what is beyond the bound of an account."""
    row = RefusedPhoneRow
    last_first = func.row_number().over(partition_by=row.sip_account_id, order_by=(row.last_at.desc(), row.id))
    ranked = select(row.id, last_first.label("place")).where(row.sip_account_id.in_(list(accounts))).subquery()
    session.execute(delete(row).where(row.id.in_(select(ranked.c.id).where(ranked.c.place > MOST))))


def _refusal(row: RefusedPhoneRow) -> KeptRefusal:
    facts = {name: getattr(row, name) for name in ("address", "agent", "call_id", "detail", "times")}
    return KeptRefusal(
        AttemptKind(row.kind), RefusalReason(row.reason), first_at=row.first_at, last_at=row.last_at, **facts
    )
