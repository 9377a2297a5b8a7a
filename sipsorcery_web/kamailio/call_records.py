"""Call records from Kamailio's rows to the service's: one row for the owner of each side (spec, section 7.8)."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from sipsorcery_web.calls.broken_calls import ENGINE_ENDED
from sipsorcery_web.events.sink import EventSink
from sipsorcery_web.service.store.models import SIPCDRRow

from .ended_calls import tell_ended
from .noted_facts import read_object, read_time
from .programs import Programs
from .tables import ANSWER_FACTS, CALL_RECORD, DIALOG, DIALOG_VARS, HANGUP_FACTS, INVITE_FACTS, RING_FACTS
from .unproved_callers import without_floods
from .views import ANSWERED

AT_ONCE = 100
"""Records in one transaction: with SQLite Kamailio's processes wait for its end, and phones for theirs."""
WRONG_CREDENTIALS = "Wrong name or password"
"""The phrase for a call whose caller did not prove to be who it says, whether there is such an account or not."""
ELSEWHERE = "Not from where the provider registered"
"""The answer to a call that names a provider's contact here and comes from an address that has not registered it."""
MISSING_PLAN = "SIP account missing dialplan setting"
"""The answer to an account without a dial plan that calls anything but an account of this service."""
ENDED_BY_US = "Ended by the server"
"""Of an answered call that no phone hung up: somebody did in the portal, or both phones had gone."""


def take_over(
    session: Session, now: datetime, events: EventSink | None = None, programs: Programs | None = None
) -> int:
    """Move records that Kamailio has written into the service's, and tell of them; answers how many, at most AT_ONCE.

    Two files are not one transaction when the power fails, so a row that is there already is left as it is. Kamailio
    lets the row of a call that is over stand for some seconds and would take it up again if it started within them, so
    that goes here too.
    """
    written = session.execute(select(CALL_RECORD).order_by(CALL_RECORD.c.id).limit(AT_ONCE)).all()
    records = [facts_of(row) for row in written]
    rows = [row for record in without_floods(session, records, now) for row in rows_of(record, now)]
    known = set(session.scalars(select(SIPCDRRow.id).where(SIPCDRRow.id.in_([row.id for row in rows]))))
    new = [row for row in rows if row.id not in known]
    session.add_all(new)
    session.flush()
    if events is not None:
        tell_ended(session, events, new, now)
    if programs is not None:
        programs.tell_ended(session, new, now)
    taken = [record.id for record in records]
    session.execute(delete(CALL_RECORD).where(CALL_RECORD.c.id.in_(taken)))
    _forget_calls(session, records)
    return len(taken)


def write_broken_off(session: Session, invites: Sequence[str], now: datetime) -> None:
    """Write records as Kamailio would have, of calls that rang when it was killed; `take_over` goes on with them."""
    answer = {
        "answer_code": str(ENGINE_ENDED.code),
        "answer_reason": ENGINE_ENDED.reason,
        "answer_time": str(now.timestamp()),
    }
    rows = [{"start_time": now, "end_time": now, "invite": each, "answer": json.dumps(answer)} for each in invites]
    session.execute(insert(CALL_RECORD), rows)


def _forget_calls(session: Session, records: Sequence[Any]) -> None:
    """Delete Kamailio's rows of calls that are over, with what it noted of them.

    A phone that was refused may call again under the same Call-ID, so that a call which was not answered leaves those
    alone that were.
    """
    answered = [record.call_id for record in records if _was_answered(record)]
    others = [record.call_id for record in records if not _was_answered(record)]
    only_rang = DIALOG.c.callid.in_(others) & DIALOG.c.state.not_in(ANSWERED)
    over = DIALOG.c.callid.in_(answered) | only_rang
    noted = tuple_(DIALOG_VARS.c.hash_entry, DIALOG_VARS.c.hash_id)
    session.execute(delete(DIALOG_VARS).where(noted.in_(select(DIALOG.c.hash_entry, DIALOG.c.hash_id).where(over))))
    session.execute(delete(DIALOG).where(over))


def facts_of(row: Any) -> SimpleNamespace:
    """A row of Kamailio's with each fact under its own name, None where it was not noted."""
    facts: dict[str, Any] = dict.fromkeys((*INVITE_FACTS, *RING_FACTS, *ANSWER_FACTS, *HANGUP_FACTS))
    for noted in (row.invite, row.answer):
        facts |= read_object(noted)
    time, _, reason = (row.hangup or "").partition(" ")
    return SimpleNamespace(**{**row._mapping, **facts, "hangup_time": time, "hangup_reason": reason})


def rows_of(record: Any, now: datetime) -> Iterator[SIPCDRRow]:
    """Return a row Out for the owner of the caller's account, In for the callee's; one if both are unknown.

    None for a caller without proof whose name no account has: Kamailio notes such calls like others, lest their answer
    tells by its time that there is no such name, but anybody could fill the lists with them.
    """
    if record.caller_owner:
        yield _row(record, now, "Out", record.caller_owner, record.out_leg_id)
    if record.callee_owner:
        yield _row(record, now, "In", record.callee_owner, record.in_leg_id)
    if not record.caller_owner and not record.callee_owner and not record.unproved:
        yield _row(record, now, "In", None, record.in_leg_id)


def _was_answered(record: Any) -> bool:
    return 200 <= _number(record.answer_code) < 300


def _row(record: Any, now: datetime, direction: str, owner: str | None, id: str) -> SIPCDRRow:
    status = _number(record.answer_code)
    was_answered = _was_answered(record)
    created = read_time(record.setup_time) or record.start_time
    ringing, answered = read_time(record.ring_time), read_time(record.answer_time)
    over = created + timedelta(seconds=record.duration) if created and record.duration else record.end_time
    hung_up = read_time(record.hangup_time) or (over if was_answered else None)
    return SIPCDRRow(
        id=UUID(hex=id),
        owner=owner,
        bridge_id=str(UUID(hex=record.bridge_id)),
        call_direction=direction,
        call_id=_text(record.call_id, 256) or "",
        created=created,
        inserted=now,
        is_relayed=record.relayed == "1" if was_answered else None,
        from_header=_text(record.from_header, 1024),
        from_name=_text(record.from_name, 128),
        from_user=_text(record.from_user, 128),
        dst=_text(record.dst_user, 128),
        dst_host=_text(record.dst_host, 128) or "",
        dst_uri=_text(record.dst_uri, 1024) or "",
        in_progress_status=_number(record.ring_code),
        in_progress_reason=_text(record.ring_reason, 512),
        in_progress_time=ringing,
        answered_status=status,
        answered_reason=_text(record.answer_reason, 512),
        answered_time=answered,
        hungup_reason=_text(record.hangup_reason, 512) or (ENDED_BY_US if was_answered else None),
        hungup_time=hung_up,
        duration=_seconds(answered, hung_up) if was_answered else 0,
        ring_duration=_seconds(ringing, answered),
        local_socket=_socket(record.local_socket),
        remote_socket=_socket(record.callee_socket if direction == "Out" else record.remote_socket)
        or _socket(record.remote_socket),
    )


def _text(value: str | None, most: int) -> str | None:
    """Return the text as far as the contract carries it.

    Characters that XML cannot carry are left out, since strangers write these texts.
    """
    if not value:
        return None
    return "".join(character for character in value if character.isprintable())[:most]


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() else 0


def _seconds(start: datetime | None, end: datetime | None) -> int:
    return max(0, round((end - start).total_seconds())) if start and end else 0


def _socket(uri: str | None) -> str:
    """Return `sip:192.0.2.7:5060;transport=tcp` as `tcp:192.0.2.7:5060`."""
    bare, _, parameters = (uri or "").removeprefix("sip:").partition(";")
    protocol = parameters.lower().removeprefix("transport=") or "udp"
    return f"{protocol}:{bare}"[:64] if bare else ""
