"""Calls of callers who did not prove who they are: few are recorded, lest strangers fill the lists of others.

Phones that were refused are counted beside the records (`refused_phones.py`), so that what is left out here is told
there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sipsorcery_web.service.store.models import SIPCDRRow

MOST = 5
"""Records of an owner with one answer within a day."""
_DAY = timedelta(days=1)

_OwnerAndAnswer = tuple[str | None, str | None]


def without_floods(session: Session, records: Sequence[Any], now: datetime) -> Iterator[Any]:
    """Yield the facts of calls that are to be recorded: all of proved callers, and MOST in a day of others."""
    counts = _recorded(session, [record for record in records if record.unproved], now)
    for record in records:
        if record.unproved:
            kind = _kind(record)
            counts[kind] += 1
            if counts[kind] > MOST:
                continue
        yield record


def _recorded(session: Session, unproved: Iterable[Any], now: datetime) -> Counter[_OwnerAndAnswer]:
    """Return how many records there are of the last day, by their owners and answers."""
    owners, answers = {_kind(record)[0] for record in unproved}, {record.answer_reason for record in unproved}
    if not owners:
        return Counter()
    row = SIPCDRRow
    recorded = row.owner.in_(owners), row.answered_reason.in_(answers), row.created > now - _DAY
    found = session.execute(
        select(row.owner, row.answered_reason, func.count()).where(*recorded).group_by(row.owner, row.answered_reason)
    )
    return Counter({(owner, answer): count for owner, answer, count in found})


def _kind(record: Any) -> _OwnerAndAnswer:
    return record.caller_owner or record.callee_owner, record.answer_reason
