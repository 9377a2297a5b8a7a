"""Events are kept in their order for a day, within a size, by many processes, and a broken file breaks nothing."""

import multiprocessing
import sqlite3
import stat
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from sipsorcery_web.events import store
from sipsorcery_web.events.event import BEYOND_ALL, Event, EventServer, EventType, NumberedEvent, Stretch
from sipsorcery_web.events.store import BYTES_OF_ROW, NAME, READ_AT_ONCE, REMOVED_AT_ONCE, SqliteEvents
from tests.conftest import Clock

from .wire import event, everything

Make = Callable[..., SqliteEvents]


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Make:
    def made(most_bytes: int = store.MOST_BYTES) -> SqliteEvents:
        return SqliteEvents(tmp_path / "data" / NAME, clock, most_bytes)

    return made


@pytest.fixture
def events(make: Make) -> SqliteEvents:
    return make()


def texts(found: Stretch | Sequence[NumberedEvent]) -> list[str]:
    return [each.event.text for each in (found.events if isinstance(found, Stretch) else found)]


def all_of(events: SqliteEvents, owner: str | None = None) -> list[str]:
    return texts(events.after(0, everything, owner, 100_000))


def test_an_event_comes_back_as_it_was(events: SqliteEvents, clock: Clock) -> None:
    kept = event(
        "INVITE é \U0001f600",
        "alice",
        "bobby",
        time=clock.now.replace(microsecond=123_456),
        type=EventType.DialPlan,
        server=EventServer.AppServer,
        source="[2001:db8::1]:5060",
        destination="192.0.2.1:5060",
        transport="tls",
        call_id="one@two",
    )

    events.add([kept])

    (found,) = events.after(0, everything, None, 10).events
    assert found.event == kept
    assert found.number == events.newest()


def test_the_file_is_its_owners_alone(events: SqliteEvents) -> None:
    events.note(event())

    assert stat.S_IMODE(events.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(events.path.parent.stat().st_mode) == 0o700


def test_before_the_first_event_there_is_none(events: SqliteEvents) -> None:
    assert events.newest() == 0
    assert all_of(events) == []


def test_a_reader_goes_on_where_it_was(events: SqliteEvents) -> None:
    events.add([event(str(number)) for number in range(5)])

    first = events.after(0, everything, None, 3)
    second = events.after(first.events[-1].number, everything, None, 3)

    assert (texts(first), texts(second)) == (["0", "1", "2"], ["3", "4"])
    assert texts(events.after(events.newest(), everything, None, 3)) == []


def test_what_is_wanted_is_found_behind_much_that_is_not(events: SqliteEvents) -> None:
    events.add([event("no") for _ in range(2 * READ_AT_ONCE + 1)] + [event("yes")])

    assert texts(events.after(0, lambda each: each.text == "yes", None, 10)) == ["yes"]


def test_the_last_events_come_oldest_first(events: SqliteEvents) -> None:
    events.add([event(str(number)) for number in range(READ_AT_ONCE + 5)])

    assert texts(events.before(BEYOND_ALL, everything, None, 2)) == [str(READ_AT_ONCE + 3), str(READ_AT_ONCE + 4)]
    assert texts(events.before(BEYOND_ALL, lambda each: each.text == "1", None, 2)) == ["1"]


def test_however_rare_it_is_no_more_is_looked_at_than_allowed_and_the_next_look_goes_on(events: SqliteEvents) -> None:
    events.add([event("rare"), *(event("common") for _ in range(READ_AT_ONCE + 8)), event("rare")])

    def is_rare(each: Event) -> bool:
        return each.text == "rare"

    first = events.before(BEYOND_ALL, is_rare, None, 9, look_at=READ_AT_ONCE)
    assert (texts(first), first.is_all, first.looked_at) == (["rare"], False, READ_AT_ONCE)
    assert first.end is not None
    second = events.before(first.end.number, is_rare, None, 9, look_at=READ_AT_ONCE)
    assert (texts(second), second.is_all, second.looked_at) == (["rare"], True, 10)

    later = events.after(second.end.number if second.end else 0, is_rare, None, 9, look_at=READ_AT_ONCE)
    assert (texts(later), later.is_all) == ([], False)
    assert later.end is not None
    assert texts(events.after(later.end.number, is_rare, None, 9, look_at=READ_AT_ONCE)) == ["rare"]


def test_customers_read_what_is_theirs(events: SqliteEvents) -> None:
    events.add([event("hers", "alice"), event("his", "bobby"), event("both", "alice", "bobby"), event("nobody's")])

    assert all_of(events, "alice") == ["hers", "both"]
    assert all_of(events, "bobby") == ["his", "both"]
    assert all_of(events, "alic") == all_of(events, "") == all_of(events, "%") == []
    assert texts(events.before(BEYOND_ALL, everything, "bobby", 1)) == ["both"]
    assert all_of(events) == ["hers", "his", "both", "nobody's"]


def test_the_legs_of_a_call_are_found_from_any_of_them_as_far_as_the_owner_has_events_of_them(
    events: SqliteEvents,
) -> None:
    events.add([
        event("call", "alice", "bobby", call_id="call"),
        event("to a provider", "bobby", call_id="leg", upper_call_id="call"),
        event("of the plan of who is called", "bobby", call_id="deeper", upper_call_id="leg"),
        event("another one", "carol", call_id="hers", upper_call_id="other"),
    ])  # fmt: skip

    for call_id in ("call", "leg", "deeper"):
        assert set(events.call_ids_of_legs([call_id], "bobby")) == {"call", "leg", "deeper"}
    assert events.call_ids_of_legs(["call"], "alice") == ["call"]
    assert set(events.call_ids_of_legs(["deeper", "hers"], None)) == {"call", "leg", "deeper", "hers", "other"}
    assert events.call_ids_of_legs(["nothing", ""], None) == ["nothing", ""]
    (leg,) = events.of_calls(["leg"], "bobby")
    assert leg.event.upper_call_id == "call"


def test_however_many_legs_a_call_has_some_are_looked_at(events: SqliteEvents) -> None:
    events.add([event("leg", call_id=str(number), upper_call_id="call") for number in range(50)])

    assert len(events.call_ids_of_legs(["call"], None)) == store.MOST_LEGS


def test_whoever_takes_the_name_of_a_deleted_customer_reads_none_of_that_ones(events: SqliteEvents) -> None:
    events.add([event("hers", "alice", call_id="a"), event("both", "alice", "bobby")])

    events.forget("alice")
    events.note(event("new", "alice"))

    assert all_of(events, "alice") == ["new"]
    assert list(events.of_calls(["a"], "alice")) == []
    assert all_of(events, "bobby") == ["both"]


def test_events_of_calls_are_found_by_their_call_ids(events: SqliteEvents) -> None:
    events.add(
        [event("1", "alice", call_id="a"), event("2", call_id="b"), event("3", "bobby", call_id="a"), event("4")]
    )

    assert texts(events.of_calls(["a", "b"], None)) == ["1", "2", "3"]
    assert texts(events.of_calls(["a", "a"], "alice")) == ["1"]
    assert texts(events.of_calls(["", "c"], None)) == []


def test_the_last_events_of_calls_are_found_in_their_order(events: SqliteEvents) -> None:
    events.add([event(str(number), "alice", call_id="ab"[number % 2]) for number in range(6)])
    events.note(event("his", "bobby", call_id="a"))

    assert texts(events.latest_of_calls(["a", "b"], "alice", 3)) == ["3", "4", "5"]
    assert texts(events.latest_of_calls(["a"], None, 2)) == ["4", "his"]
    assert texts(events.latest_of_calls(["a"], "carol", 2)) == []


def test_after_a_day_an_event_is_gone(events: SqliteEvents, clock: Clock) -> None:
    events.note(event("old", "alice", time=clock.now, call_id="a"))
    number = events.newest()
    clock.pass_(hours=24, seconds=1)

    assert all_of(events) == all_of(events, "alice") == []
    assert list(events.of_calls(["a"], None)) == []

    events.note(event("new", time=clock.now))
    assert all_of(events) == ["new"]
    assert events.newest() > number
    with sqlite3.connect(events.path) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM owners").fetchone() == (0,)
    connection.close()


def test_above_the_limit_the_oldest_are_gone(make: Make) -> None:
    size = 100 + BYTES_OF_ROW
    events = make(most_bytes=3 * REMOVED_AT_ONCE * size)

    for part in range(10):
        events.add([event(f"{part:03}{'x' * 97}", "alice") for _ in range(REMOVED_AT_ONCE)])

    left = all_of(events)
    assert left == all_of(events, "alice")
    assert 2 * REMOVED_AT_ONCE < len(left) <= 3 * REMOVED_AT_ONCE
    assert (left[0][:3], left[-1][:3]) == ("007", "009")


def test_strangers_push_out_nothing_of_customers(make: Make) -> None:
    events = make(most_bytes=4 * REMOVED_AT_ONCE * (100 + BYTES_OF_ROW))
    events.note(event("hers", "alice"))

    for part in range(10):
        events.add([event(f"{part:03}{'x' * 97}") for _ in range(REMOVED_AT_ONCE)])

    assert all_of(events, "alice") == ["hers"]
    left = all_of(events)
    assert len(left) <= 1 + REMOVED_AT_ONCE
    assert left[-1].startswith("009")


def test_one_event_above_the_limit_leaves_none(make: Make) -> None:
    events = make(most_bytes=1000)
    events.note(event("x" * 2000))

    assert all_of(events) == []
    assert events.newest() > 0


def test_numbers_go_on_after_all_events_were_removed(make: Make) -> None:
    events = make(most_bytes=1000)
    events.note(event("x" * 2000))
    before = events.newest()

    again = make()
    again.note(event())

    assert again.newest() == before + 1


@pytest.mark.parametrize(
    "content", [b"no database" * 1000, b"", b"SQLite format 3\0" + bytes(5000)], ids=["text", "nothing", "half"]
)
def test_a_broken_file_is_made_anew_and_numbers_do_not_go_back(
    events: SqliteEvents, clock: Clock, content: bytes
) -> None:
    events.add([event("old")] * 3)
    before = events.newest()
    events.path.write_bytes(content)
    clock.pass_(seconds=1)

    assert all_of(events) == []
    events.note(event("new"))

    assert all_of(events) == ["new"]
    assert events.newest() > before


def test_a_file_with_other_tables_is_made_anew(events: SqliteEvents, monkeypatch: pytest.MonkeyPatch) -> None:
    events.note(event("old"))
    monkeypatch.setattr(store, "VERSION", store.VERSION + 1)

    events.note(event("new"))

    assert all_of(events) == ["new"]


def test_a_file_that_is_removed_meanwhile_is_made_anew(events: SqliteEvents) -> None:
    events.note(event("old"))
    for path in events.path.parent.iterdir():
        path.unlink()

    events.note(event("new"))

    assert all_of(events) == ["new"]


def test_what_cannot_be_kept_is_told_of_later(events: SqliteEvents) -> None:
    events.note(event("before"))
    with sqlite3.connect(events.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        events.add([event("lost"), event("lost too")])
        other.execute("ROLLBACK")
    other.close()

    events.count_lost(5)
    events.note(event("after"))

    assert all_of(events) == ["before", "7 events could not be kept.", "after"]
    assert events.before(BEYOND_ALL, everything, None, 2).events[0].event.type is EventType.Monitor


def test_where_there_can_be_no_file_nothing_fails(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("no directory")
    events = SqliteEvents(tmp_path / "file" / NAME, clock)

    events.note(event())

    assert events.newest() == 0
    assert all_of(events) == []
    assert list(events.of_calls(["a"], None)) == []


def test_texts_that_are_no_unicode_are_kept_without_what_is_none(events: SqliteEvents) -> None:
    events.note(event("a\ud800b", call_id="\udfff"))

    assert all_of(events) == ["a?b"]


def add_many(path: Path, clock: Callable[[], datetime], name: str) -> None:
    events = SqliteEvents(path, clock, patience=60)
    for number in range(20):
        events.add([event(f"{name} {number}", name, time=clock())] * 3)


def test_many_processes_and_threads_add_at_once(events: SqliteEvents, clock: Clock) -> None:
    events.note(event("first", time=clock.now))  # so that forked processes have used it before
    fork = multiprocessing.get_context("fork")
    names = ["alice", "bobby", "carol", "david"]
    processes = [fork.Process(target=add_many, args=(events.path, clock, name)) for name in names[:2]]
    threads = [threading.Thread(target=add_many, args=(events.path, clock, name)) for name in names[2:]]
    for process in processes:
        process.start()
    for thread in threads:
        thread.start()
    for process in processes:
        process.join()
    for thread in threads:
        thread.join()

    found = events.after(0, everything, None, 1000).events
    numbers = [each.number for each in found]
    assert len(found) == 1 + 4 * 60
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    for name in names:
        assert all_of(events, name) == [f"{name} {number}" for number in range(20) for _ in range(3)]


def test_a_reader_misses_nothing_while_others_add(events: SqliteEvents, clock: Clock) -> None:
    writers = [threading.Thread(target=add_many, args=(events.path, clock, name)) for name in ("alice", "bobby")]
    for writer in writers:
        writer.start()
    seen: list[str] = []
    number = 0
    while len(seen) < 120:
        for each in events.after(number, everything, None, 7).events:
            number = each.number
            seen.append(each.event.text)
    for writer in writers:
        writer.join()

    assert seen == all_of(events)
