"""A program that polls is told what its owner may see, once, in order, and no more at a time than it can take."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.events.event import Event, EventServer, EventType
from sipsorcery_web.events.filters.scope import Viewer
from sipsorcery_web.events.notifications import MOST_BYTES, MOST_READ, MOST_TEXTS, Notifications
from sipsorcery_web.events.store import SqliteEvents
from sipsorcery_web.events.subscriptions import Subscriptions
from tests.conftest import Clock

from .samples import INVITE, event, trace

DESK = "5d1a2f6e-6d3c-4c43-9c68-0e0d6a1c3f5b"
ALICE, BOB = Viewer("alice"), Viewer("bobby")
MEMBER_ADMINISTRATOR, ADMINISTRATOR = Viewer("label", "white-label"), Viewer("root-admin", "*")


@pytest.fixture
def notifications(tmp_path: Path, clock: Clock) -> Notifications:
    return Notifications(
        SqliteEvents(tmp_path / "events.db", clock), Subscriptions(tmp_path / "subscriptions.db", clock)
    )


def subscribe(notifications: Notifications, text: str = "event *", viewer: Viewer = ALICE, **more: str) -> str:
    """Subscribe, and take the line that says which filter is in force."""
    opened = notifications.subscribe(viewer, more.get("connection", DESK), more.get("subject", "Console"), text)
    if more.get("subject", "Console") == "Console":
        assert "Filter in force" in poll(notifications, viewer, **more)[0]
    return opened


def note(notifications: Notifications, *events: Event) -> None:
    moment = notifications.subscriptions.clock()
    notifications.events.add([replace(each, time=moment) for each in events])


def poll(notifications: Notifications, viewer: Viewer = ALICE, connection: str = DESK, **_more: str) -> list[str]:
    told = notifications.poll(viewer, connection)
    return [text for texts in (told or {}).values() for text in texts]


def messages(texts: list[str]) -> list[str]:
    return [text.partition(": ")[2].rstrip() for text in texts]


def test_the_first_line_says_which_filter_is_in_force(notifications: Notifications) -> None:
    opened = notifications.subscribe(ALICE, DESK, "Console", "event 53 and user bobby")
    told = notifications.poll(ALICE, DESK)
    assert told == {
        opened: ["Monitor 12:00:00:000 Monitor(5): Filter in force: event 53 and user alice\r\n"],
    }
    assert notifications.poll(ALICE, DESK) is None


def test_what_happens_afterwards_is_told_once_and_in_order(notifications: Notifications) -> None:
    note(notifications, event("before", "alice"))
    subscribe(notifications)
    note(notifications, event("one", "alice"), event("two", "alice"))
    assert poll(notifications) == [
        "DialPlan 12:00:00:000 AppServer(11): one\r\n",
        "DialPlan 12:00:00:000 AppServer(11): two\r\n",
    ]
    assert poll(notifications) == []


def test_a_trace_begins_on_the_next_line_and_keeps_its_line_breaks(notifications: Notifications) -> None:
    subscribe(notifications, "event full and request invite")
    note(notifications, trace(INVITE, "alice"), event("a line", "alice"))
    (text,) = poll(notifications)
    assert text.split("\r\n")[1:3] == INVITE.split("\r\n")[:2]


def test_each_is_held_to_their_own_name_and_keeps_the_other_clauses(notifications: Notifications) -> None:
    viewers = {"alice": ALICE, "bobby": BOB, "label": MEMBER_ADMINISTRATOR, "root-admin": ADMINISTRATOR}
    for viewer in viewers.values():
        subscribe(notifications, "event * and regex wanted", viewer)
    note(
        notifications,
        *(event(f"wanted {owner}", *([owner] if owner else ())) for owner in ("alice", "bobby", "label", "")),
        event("other", "alice"),
    )
    told = {name: messages(poll(notifications, viewer)) for name, viewer in viewers.items()}
    assert told == {
        "alice": ["wanted alice"],
        "bobby": ["wanted bobby"],
        "label": ["wanted label"],
        "root-admin": ["wanted alice", "wanted bobby", "wanted label", "wanted"],
    }


def test_only_the_administrator_is_told_whose_a_line_is(notifications: Notifications) -> None:
    for viewer in (ALICE, ADMINISTRATOR):
        subscribe(notifications, "event *", viewer)
    note(notifications, event("a call", "alice", "bobby"))
    assert "bobby" not in poll(notifications)[0]
    assert "alice, bobby" in poll(notifications, ADMINISTRATOR)[0]


def test_whoever_is_no_administrator_any_more_is_told_nothing_as_one(notifications: Notifications) -> None:
    subscribe(notifications, "event *", ADMINISTRATOR)
    note(notifications, event("hers", "alice"))
    assert poll(notifications, Viewer("root-admin")) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("event * and colour red", "Filter colour was not recognised."),
        ("event", "Invalid item in filter: event."),
        ("event * and regex (", "This regular expression cannot be read: missing )."),
        ("event " + "x" * 256, "A filter has at most 256 characters."),
    ],
)
def test_a_bad_filter_is_refused_as_the_original_refuses_it(
    notifications: Notifications, text: str, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        notifications.subscribe(ALICE, DESK, "Console", text)
    assert refused.value.message == sentence
    assert notifications.poll(ALICE, DESK) is None


@pytest.mark.parametrize("subject", ["", None, "Consoles", "Console Machine"])
def test_an_unknown_subject_is_refused(notifications: Notifications, subject: str | None) -> None:
    with pytest.raises(Refused, match="Machine or Console"):
        notifications.subscribe(ALICE, DESK, subject, "event *")


@pytest.mark.parametrize("subject", ["console", "CONSOLE", " Console"])
def test_a_subject_may_be_written_in_any_case(notifications: Notifications, subject: str) -> None:
    assert notifications.subscribe(ALICE, DESK, subject, "event *")


@pytest.mark.parametrize("text", ["", "   ", None])
def test_a_blank_filter_is_event_all(notifications: Notifications, text: str | None) -> None:
    notifications.subscribe(ALICE, DESK, "Console", text)
    assert "event * and user alice" in poll(notifications)[0]


def test_a_poll_is_told_of_one_subscription_and_each_has_its_turn(notifications: Notifications, clock: Clock) -> None:
    one, other = subscribe(notifications), subscribe(notifications)
    note(notifications, event("x", "alice"))
    told = []
    for _ in range(2):
        clock.pass_(seconds=1)
        told += [*(notifications.poll(ALICE, DESK) or {})]
    assert sorted(told) == sorted([one, other])
    assert notifications.poll(ALICE, DESK) is None


def test_of_many_the_last_are_told_and_the_others_counted(notifications: Notifications) -> None:
    subscribe(notifications)
    note(notifications, *(event(f"line {number}", "alice") for number in range(MOST_TEXTS + 23)))
    first, *rest = poll(notifications)
    assert "23 earlier events are not told: a poll is answered with the last ones, 100 at most." in first
    assert messages(rest) == [f"line {number}" for number in range(23, MOST_TEXTS + 23)]
    assert poll(notifications) == []


def test_beyond_what_a_poll_reads_the_next_one_goes_on(notifications: Notifications) -> None:
    subscribe(notifications)
    note(notifications, *(event(f"line {number}", "alice") for number in range(MOST_READ + 5)))
    assert messages(poll(notifications))[-1] == f"line {MOST_READ - 1}"
    assert messages(poll(notifications)) == [f"line {MOST_READ + number}" for number in range(5)]


def test_an_answer_is_one_that_the_old_client_takes(notifications: Notifications) -> None:
    subscribe(notifications)
    note(notifications, *(event("<" * 16_000, "alice") for _ in range(MOST_TEXTS)))
    first, *rest = poll(notifications)
    assert 0 < sum(len(text.replace("<", "&lt;")) for text in rest) < MOST_BYTES
    assert f"{MOST_TEXTS - len(rest)} earlier events are not told" in first


def test_a_search_that_takes_too_long_is_told_and_the_next_poll_goes_on(notifications: Notifications) -> None:
    subscribe(notifications, "event * and regex (a|aa)+$")
    note(notifications, event("a" * 3_000 + "!", "alice"))
    assert "takes too long" in poll(notifications)[0]
    note(notifications, event("aaa", "alice"))
    assert messages(poll(notifications)) == ["aaa"]


def test_many_slow_searches_of_a_connection_have_one_patience(
    notifications: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        subscribe(notifications, "event * and regex nowhere")
    note(notifications, event("x", "alice"))
    monkeypatch.setattr("sipsorcery_web.events.filters.expressions.time.thread_time", iter(range(100)).__next__)
    assert "takes too long" in poll(notifications)[0]


def test_registrations_are_told_to_the_machine_family_in_fields(notifications: Notifications, clock: Clock) -> None:
    opened = subscribe(notifications, "basetype machine and event *", subject="Machine")
    registered = event(
        "front-desk | is ## registered.",
        "alice",
        "bobby",
        type=EventType.RegisterSuccess,
        server=EventServer.Registrar,
        source="192.0.2.7:5060",
    )
    clock.pass_(seconds=1.5)
    note(notifications, event("a line", "alice"), registered, replace(registered, type=EventType.ContactRemoval))
    texts = poll(notifications)
    assert texts == [
        f"2|{opened}|Registrar|3|2026-11-23 12:00:01.500000 +00:00|alice|192.0.2.7:5060|front-desk / is # registered.||##",
        f"2|{opened}|Registrar|6|2026-11-23 12:00:01.500000 +00:00|alice|192.0.2.7:5060|front-desk / is # registered.||##",
    ]


def test_bob_is_told_no_machine_event_of_alices(notifications: Notifications) -> None:
    subscribe(notifications, "event *", BOB, subject="Machine")
    note(notifications, event("hers", "alice", type=EventType.RegisterSuccess))
    assert poll(notifications, BOB) == []


def test_what_nobody_polled_for_half_a_minute_is_told_no_more(notifications: Notifications, clock: Clock) -> None:
    subscribe(notifications)
    clock.now += timedelta(seconds=36)
    note(notifications, event("late", "alice"))
    assert poll(notifications) == []
