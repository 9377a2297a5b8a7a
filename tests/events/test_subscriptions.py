"""Subscriptions are seen by every process, belong to one customer, and are gone when nobody polls."""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from sipsorcery_web.contract.errors import Refused, Unavailable
from sipsorcery_web.events.subscriptions import LONGEST_CONNECTION, MOST_OF_OWNER, NAME, Subject, Subscriptions
from tests.conftest import Clock

DESK, LAPTOP = "5d1a2f6e-desk", "9b07c4c2-laptop"


@pytest.fixture
def subscriptions(tmp_path: Path, clock: Clock) -> Subscriptions:
    return Subscriptions(tmp_path / NAME, clock)


def open_one(subscriptions: Subscriptions, owner: str = "alice", connection: str = DESK, cursor: int = 7) -> str:
    return subscriptions.open(owner, connection, Subject.CONSOLE, "event *", cursor)


def ids(subscriptions: Subscriptions, owner: str = "alice", connection: str = DESK) -> list[str]:
    return [each.id for each in subscriptions.of_connection(owner, connection)]


def rows(subscriptions: Subscriptions) -> int:
    with sqlite3.connect(subscriptions.path) as database:
        return int(database.execute("SELECT count(*) FROM subscriptions").fetchone()[0])


def test_a_subscription_is_found_by_its_owner_and_connection(subscriptions: Subscriptions) -> None:
    opened = subscriptions.open("alice", DESK, Subject.MACHINE, "event * and server 2", 7)
    (found,) = subscriptions.of_connection("alice", DESK)
    assert (found.id, found.subject, found.filter, found.cursor) == (opened, Subject.MACHINE, "event * and server 2", 7)
    assert found.is_new
    assert ids(subscriptions, "alice", LAPTOP) == []


def test_bob_finds_nothing_at_alices_connection_and_closes_nothing(subscriptions: Subscriptions) -> None:
    opened = open_one(subscriptions)
    assert ids(subscriptions, "bobby") == []
    subscriptions.close("bobby", opened)
    subscriptions.close_connection("bobby", DESK)
    assert ids(subscriptions) == [opened]


def test_one_is_closed_by_its_id_and_all_of_a_connection_together(subscriptions: Subscriptions) -> None:
    first, second, elsewhere = (
        open_one(subscriptions),
        open_one(subscriptions),
        open_one(subscriptions, "alice", LAPTOP),
    )
    subscriptions.close("alice", first)
    assert ids(subscriptions) == [second]
    subscriptions.close_connection("alice", DESK)
    assert (ids(subscriptions), ids(subscriptions, "alice", LAPTOP)) == ([], [elsewhere])


def test_the_one_that_was_told_something_least_recently_comes_first(subscriptions: Subscriptions, clock: Clock) -> None:
    opened = {open_one(subscriptions) for _ in range(3)}
    seen = []
    for _ in range(3):
        clock.pass_(seconds=1)
        first, *_ = subscriptions.of_connection("alice", DESK)
        seen.append(first.id)
        assert subscriptions.move(first, first.cursor + 1, is_told=True)
    assert set(seen) == opened


def test_of_two_polls_at_once_one_moves_the_cursor(subscriptions: Subscriptions) -> None:
    open_one(subscriptions)
    (once,), (again,) = subscriptions.of_connection("alice", DESK), subscriptions.of_connection("alice", DESK)
    assert subscriptions.move(once, 9, is_told=True)
    assert not subscriptions.move(again, 9, is_told=True)
    (now,) = subscriptions.of_connection("alice", DESK)
    assert (now.cursor, now.is_new) == (9, False)


def test_the_first_line_alone_is_told_by_one_of_two_polls_too(subscriptions: Subscriptions) -> None:
    open_one(subscriptions)
    (once,), (again,) = subscriptions.of_connection("alice", DESK), subscriptions.of_connection("alice", DESK)
    assert [subscriptions.move(each, 7, is_told=True) for each in (once, again)] == [True, False]


def test_what_is_polled_lasts_and_what_nobody_polls_is_gone_after_half_a_minute(
    subscriptions: Subscriptions, clock: Clock
) -> None:
    polled, forgotten = open_one(subscriptions), open_one(subscriptions, "alice", LAPTOP)
    for _ in range(29):
        clock.pass_(seconds=1)
        assert ids(subscriptions) == [polled]
    assert ids(subscriptions, "alice", LAPTOP) == [forgotten]
    clock.pass_(seconds=36)
    assert ids(subscriptions) == ids(subscriptions, "alice", LAPTOP) == []


def test_a_subscription_that_is_polled_every_29_seconds_lasts(subscriptions: Subscriptions, clock: Clock) -> None:
    opened = open_one(subscriptions)
    for seconds in (4, 29, 4, 29, 29):
        clock.pass_(seconds=seconds)
        assert ids(subscriptions) == [opened]


def test_there_are_as_many_rows_as_programs_that_poll(subscriptions: Subscriptions, clock: Clock) -> None:
    for number in range(50):
        open_one(subscriptions, f"customer{number}")
        clock.pass_(seconds=40)
    assert rows(subscriptions) == 1


def test_an_owner_has_so_many_and_others_are_not_kept_from_theirs(subscriptions: Subscriptions, clock: Clock) -> None:
    for number in range(MOST_OF_OWNER):
        open_one(subscriptions, connection=f"program {number}")
    with pytest.raises(Refused, match="There are 10 subscriptions already"):
        open_one(subscriptions)
    assert open_one(subscriptions, "bobby")
    clock.pass_(seconds=36)
    assert open_one(subscriptions)


def test_a_connections_address_is_short(subscriptions: Subscriptions) -> None:
    assert open_one(subscriptions, connection="x" * LONGEST_CONNECTION)
    with pytest.raises(Refused, match="at most 100 characters"):
        open_one(subscriptions, connection="x" * (LONGEST_CONNECTION + 1))


def test_another_process_sees_it(subscriptions: Subscriptions) -> None:
    opened = open_one(subscriptions)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(ids, [Subscriptions(subscriptions.path, Clock())]) == [opened]


def test_a_file_that_is_out_of_reach_is_told_as_a_store_that_is_away(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Unavailable):
        open_one(Subscriptions(tmp_path / "file" / NAME, clock))


def test_a_broken_file_ends_what_was_subscribed_to_and_no_more(subscriptions: Subscriptions) -> None:
    open_one(subscriptions)
    subscriptions.path.write_bytes(b"no database" * 1000)
    assert ids(subscriptions) == []
    assert [open_one(subscriptions)] == ids(subscriptions)


def test_a_writer_does_not_wait_for_long(subscriptions: Subscriptions) -> None:
    open_one(subscriptions)
    with sqlite3.connect(subscriptions.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            open_one(subscriptions)
        other.execute("ROLLBACK")
