"""Call records from the engine's rows."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.events.event import EventType
from sipsorcery_web.kamailio.call_records import AT_ONCE, ENDED_BY_US, facts_of, rows_of, take_over
from sipsorcery_web.kamailio.tables import ANSWER_FACTS, CALL_RECORD, DIALOG, HANGUP_FACTS, INVITE_FACTS, RING_FACTS
from sipsorcery_web.service.store.models import SIPCDRRow
from tests.events.wire import Console

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def record(**facts: Any) -> Any:
    """A call that alice made to bob, as the engine noted it."""
    usual: dict[str, Any] = dict.fromkeys((*INVITE_FACTS, *RING_FACTS, *ANSWER_FACTS, *HANGUP_FACTS)) | {
        "id": 1,
        "call_id": "abc@203.0.113.1",
        "caller_owner": "alice",
        "callee_owner": "bobby",
        "from_header": '"Alice" <sip:desk@sip.example.org>;tag=1',
        "from_name": "Alice",
        "from_user": "desk",
        "dst_uri": "sip:front@sip.example.org",
        "dst_user": "front",
        "dst_host": "sip.example.org",
        "remote_socket": "sip:203.0.113.1:5060;transport=tcp",
        "local_socket": "sip:192.0.2.1:5060",
        "callee_socket": "sip:203.0.113.2:5070",
        "setup_time": str(NOON.timestamp()),
        "start_time": NOON,
        "end_time": NOON + timedelta(seconds=70),
        "duration": 0.0,
        "bridge_id": uuid4().hex,
        "out_leg_id": uuid4().hex,
        "in_leg_id": uuid4().hex,
    }
    return SimpleNamespace(**(usual | facts))


def answered(**more: Any) -> Any:
    at = {f"{name}_time": str((NOON + timedelta(seconds=s)).timestamp()) for name, s in (("ring", 2), ("answer", 8))}
    end = str((NOON + timedelta(seconds=68)).timestamp())
    facts = {"ring_code": "180", "ring_reason": "Ringing", "answer_code": "200", "answer_reason": "OK"}
    return record(**at, **facts, hangup_time=end, hangup_reason="Client dialogue hungup", **more)


def test_an_answered_call_is_one_row_for_each_owner() -> None:
    out, into = rows_of(answered(), NOON)

    assert (out.owner, out.call_direction, into.owner, into.call_direction) == ("alice", "Out", "bobby", "In")
    assert out.bridge_id == into.bridge_id
    assert out.id != into.id
    assert (out.duration, out.ring_duration) == (60, 6)
    assert (out.remote_socket, into.remote_socket) == ("udp:203.0.113.2:5070", "tcp:203.0.113.1:5060")


def test_a_call_that_no_phone_hung_up_lasts_as_long_as_the_engine_measured() -> None:
    known = answered(duration=9.7)
    known.hangup_time = known.hangup_reason = ""
    out, _ = rows_of(known, NOON)

    assert (out.duration, out.hungup_reason) == (2, ENDED_BY_US)
    assert out.hungup_time == NOON + timedelta(seconds=9.7)


def test_a_refused_call_lasts_no_time() -> None:
    out, _ = rows_of(record(answer_code="486", answer_reason="Busy Here", answer_time=str(NOON.timestamp())), NOON)

    assert (out.answered_status, out.duration, out.ring_duration, out.hungup_time) == (486, 0, 0, None)


def test_an_unanswered_call_rang_until_its_final_answer() -> None:
    final = str((NOON + timedelta(seconds=19)).timestamp())
    facts = {"ring_code": "180", "ring_time": str((NOON + timedelta(seconds=2)).timestamp())}
    out, _ = rows_of(record(**facts, answer_code="480", answer_reason="Gone", answer_time=final), NOON)

    assert (out.duration, out.ring_duration) == (0, 17)


def test_an_answered_call_that_no_phone_hung_up_was_ended_here() -> None:
    facts = {"answer_code": "200", "answer_time": str(NOON.timestamp())}
    (out, _) = rows_of(record(**facts), NOON)

    assert (out.hungup_reason, out.hungup_time, out.duration) == (
        "Ended by the server",
        NOON + timedelta(seconds=70),
        70,
    )


def test_a_call_from_outside_is_the_callees_alone() -> None:
    rows = list(rows_of(record(caller_owner=None), NOON))

    assert [(row.owner, row.call_direction) for row in rows] == [("bobby", "In")]


def test_a_call_that_nobody_owns_is_kept_for_administrators() -> None:
    (row,) = rows_of(record(caller_owner=None, callee_owner=None), NOON)

    assert row.owner is None


def test_what_strangers_write_is_cut_and_made_carriable() -> None:
    (out, _) = rows_of(record(from_name="x" * 500, dst_uri="sip:\x00\x1b[2J" + "y" * 2000, answer_code="abc"), NOON)

    assert (len(out.from_name or ""), len(out.dst_uri), out.answered_status) == (128, 1024, 0)
    assert out.dst_uri.startswith("sip:[2J")


def test_times_that_are_none_do_not_stop_the_rest() -> None:
    (out, _) = rows_of(record(setup_time="never", answer_time="1e400", answer_code="200"), NOON)

    assert (out.created, out.answered_time) == (NOON, None)


IDS = ("bridge_id", "out_leg_id", "in_leg_id")


def values_of(record: Any) -> dict[str, Any]:
    """Return the values as the engine writes them."""
    facts = vars(record)
    packed = {
        "invite": json.dumps({name: facts[name] for name in INVITE_FACTS if facts[name]}),
        "answer": json.dumps({name: facts[name] for name in (*RING_FACTS, *ANSWER_FACTS) if facts[name]}),
        "hangup": f"{facts['hangup_time']} {facts['hangup_reason']}" if facts["hangup_time"] else None,
    }
    return packed | {name: facts[name] for name in ("start_time", "end_time", "duration", *IDS)}


def test_what_the_engine_noted_is_read_again(database: Database) -> None:
    known = answered(from_name='Al "Ice" {\\}')
    with database.write() as session:
        session.execute(insert(CALL_RECORD).values(values_of(known)))
        (row,) = session.execute(select(CALL_RECORD)).all()

    found = facts_of(row)

    assert {name: value for name, value in vars(known).items() if name != "id"}.items() <= vars(found).items()


def test_a_row_that_cannot_be_read_does_not_stop_the_others(database: Database) -> None:
    with database.write() as session:
        for values in (
            values_of(record()) | {"invite": '{"call_id', "answer": "[]", "hangup": ""},
            values_of(answered()),
        ):
            session.execute(insert(CALL_RECORD).values(values))

    with database.write() as session:
        assert take_over(session, NOON) == 2
        assert len(session.scalars(select(SIPCDRRow)).all()) == 3


def test_records_are_moved_once(database: Database) -> None:
    with database.write() as session:
        for _ in range(3):
            session.execute(insert(CALL_RECORD).values(values_of(answered())))

    with database.write() as session:
        assert take_over(session, NOON) == 3
    with database.write() as session:
        assert take_over(session, NOON) == 0
        assert session.scalar(select(func.count()).select_from(SIPCDRRow)) == 6


def test_the_end_of_a_call_is_told_to_both_once_it_is_recorded(database: Database) -> None:
    console = Console()
    with database.write() as session:
        session.execute(insert(CALL_RECORD).values(values_of(answered())))
    with database.write() as session:
        take_over(session, NOON, console)
        assert console.events == []

    (told,) = console.events
    with database.read() as session:
        row = session.scalars(select(SIPCDRRow)).first()
        owners = frozenset(owner for owner in session.scalars(select(SIPCDRRow.owner)) if owner)
    assert row is not None
    assert (told.type, told.owners, told.call_id) == (EventType.MediatedCall, owners, row.call_id)
    assert told.text.startswith(f"The call from {row.from_user} to {row.dst} is over: {row.hungup_reason} after ")


def test_a_call_that_is_over_is_not_left_among_those_that_go_on(database: Database) -> None:
    known = values_of(answered())
    going = dict.fromkeys(column.name for column in DIALOG.columns if column.name not in ("id", "start_time")) | {
        "hash_entry": 1, "hash_id": 2, "state": 4, "start_time": NOON,
        **dict.fromkeys(("from_uri", "from_tag", "to_uri", "to_tag", "caller_cseq", "callee_cseq", "req_uri"), "x"),
        **dict.fromkeys(("caller_contact", "callee_contact", "caller_sock", "callee_sock"), "x"),
        **{name: uuid4().hex for name in ("bridge_id", "out_leg_id", "in_leg_id")},
    }  # fmt: skip
    with database.write() as session:
        session.execute(insert(CALL_RECORD).values(known))
        for call_id in ("abc@203.0.113.1", "another@203.0.113.1"):
            session.execute(insert(DIALOG).values(going | {"callid": call_id}))

    with database.write() as session:
        take_over(session, NOON)
        assert session.scalars(select(DIALOG.c.callid)).all() == ["another@203.0.113.1"]


def test_a_record_that_was_moved_before_a_crash_is_not_doubled(database: Database) -> None:
    known = values_of(answered())
    for _ in range(2):  # the engine's file had kept it
        with database.write() as session:
            session.execute(insert(CALL_RECORD).values(known))
            take_over(session, NOON)

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SIPCDRRow)) == 2


def test_a_long_row_of_records_is_moved_in_parts(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(CALL_RECORD), [values_of(record()) for _ in range(AT_ONCE + 1)])

    with database.write() as session:
        assert [take_over(session, NOON), take_over(session, NOON)] == [AT_ONCE, 1]
