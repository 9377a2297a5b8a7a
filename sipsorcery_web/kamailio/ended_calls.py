"""Events of calls that are over, told when their records are the service's."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from sipsorcery_web.events.event import Event, EventServer, EventType
from sipsorcery_web.events.redaction import shown
from sipsorcery_web.events.sink import EventSink
from sipsorcery_web.service.store.models import SIPCDRRow


def tell_ended(session: Session, events: EventSink, rows: Iterable[SIPCDRRow], now: datetime) -> None:
    """Tell of the calls of new records when the transaction of a session is committed, and never if it is not."""
    told = list(_events(rows, now))
    event.listen(session, "after_commit", lambda _session: events.note(*told), once=True)


def _events(rows: Iterable[SIPCDRRow], now: datetime) -> Iterator[Event]:
    """Yield one event of each call, which belongs to the owners of all its records."""
    calls: dict[tuple[str, str | None], list[SIPCDRRow]] = {}
    for row in rows:
        calls.setdefault((row.call_id, row.bridge_id), []).append(row)
    yield from (_event(records, now) for records in calls.values())


def _event(records: Sequence[SIPCDRRow], now: datetime) -> Event:
    row = records[0]
    owners = frozenset(record.owner for record in records if record.owner)
    text = (
        f"The call from {shown(row.from_user or 'somebody')} to {shown(row.dst or 'nobody')} is over: {_outcome(row)}."
    )
    over = row.hungup_time or row.answered_time or now
    return Event(over, EventType.MediatedCall, EventServer.SIPProxy, text, owners, call_id=row.call_id)


def _outcome(row: SIPCDRRow) -> str:
    if 200 <= row.answered_status < 300:
        return f"{shown(row.hungup_reason or 'ended')} after {row.duration} s"
    return f"{row.answered_status} {shown(row.answered_reason or 'not answered')}"
