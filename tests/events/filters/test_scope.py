"""The events that a filter lets through: a table for a customer, a member administrator and the top-level one."""

import random

import pytest

from sipsorcery_web.events.event import Event, EventServer, EventType
from sipsorcery_web.events.filters.parsing import parse
from sipsorcery_web.events.filters.scope import ScopedFilter, Viewer
from tests.factories.events import EventsInMemory

from ..samples import event, message, trace

ALICE, BOB = Viewer("alice"), Viewer("bobby")
MEMBER = Viewer("alice", "harbour")
TOP = Viewer("root-admin", "*")

STREAM: dict[str, Event] = {
    "plan": event("Calling 0871550142.", "alice"),
    "refused": event(
        "Wrong password.",
        "alice",
        type=EventType.RegisterFail,
        server=EventServer.Registrar,
        source="10.1.1.5:5060",
    ),
    "warning": event("A line took long.", "alice", type=EventType.Warn, server=EventServer.Registrar),
    "health": event("All is well.", type=EventType.HealthCheck, server=EventServer.Monitor),
    "stranger": event("Nobody is called so.", type=EventType.RegisterFail, server=EventServer.Registrar),
    "invite": trace(message("INVITE"), "alice"),
    "ringing": trace(message("INVITE", 180), "alice", "bobby", source="192.0.2.5:5060", destination="10.1.1.5:5060"),
    "register": trace(message("REGISTER"), "alice"),
    "own trace": trace(message("INVITE"), "alice", type=EventType.UserSpecificSIPTrace),
    "of bob": event("Calling 0301.", "bobby"),
    "notify of bob": trace(message("NOTIFY", 481), "bobby"),
    "odd": trace("\x00\x01", "bobby"),
}
"""Events by names for them."""
LINES, TRACES = {"plan", "refused", "warning"}, {"invite", "ringing", "register"}
NOBODYS = {"health", "stranger"}
OF_BOB = {"of bob"}
TRACES_OF_BOB = {"ringing", "notify of bob", "odd"}

TABLE = [
    # filter, for alice, for the top-level administrator
    ("", LINES, LINES | NOBODYS | OF_BOB),
    ("event *", LINES, LINES | NOBODYS | OF_BOB),
    ("event full", TRACES, TRACES | TRACES_OF_BOB),
    ("event 9", TRACES, TRACES | TRACES_OF_BOB),
    ("event 52", {"own trace"}, {"own trace"}),
    ("event system", set(), {"health"}),
    ("event trouble", {"warning"}, {"warning"}),
    ("event 53", {"plan"}, {"plan", "of bob"}),
    ("event 053", set(), set()),
    ("event DialPlan", set(), set()),
    ("event 53 and event full", TRACES, TRACES | TRACES_OF_BOB),
    ("user alice", set(), set()),
    ("event * and user *", LINES, LINES | NOBODYS | OF_BOB),
    ("event * and user bobby", LINES, OF_BOB),
    ("event * and user BOBBY", LINES, OF_BOB),
    ("event * and user bob", LINES, set()),
    ("server 2", {"refused", "warning"}, {"refused", "warning", "stranger"}),
    ("server 2 and event trouble", {"warning"}, {"warning"}),
    ("event full and server 1", TRACES, TRACES | TRACES_OF_BOB),
    ("server 99", set(), set()),
    ("event * and ipaddr 10.1.1.5", {"refused"}, {"refused"}),
    ("event full and ipaddress 10.1.1.5", {"ringing"}, {"ringing"}),
    ("event full and ipaddr 0.113.4", TRACES - {"ringing"}, {"invite", "register", "notify of bob", "odd"}),
    ("event * and ipserver 192.0.2.", LINES, LINES | NOBODYS | OF_BOB),
    ("event full and ipserver 192.0.2.5", TRACES, TRACES | TRACES_OF_BOB),
    ("event full and ipserver 2.0.2.5", set(), set()),
    ("event full and request invite", {"invite", "ringing"}, {"invite", "ringing"}),
    ("event full and request register", {"register"}, {"register"}),
    ("event full and request notify", set(), {"notify of bob"}),
    ("event full and request invite and user bobby", {"invite", "ringing"}, {"ringing"}),
    ("event * and request register", LINES, LINES | NOBODYS | OF_BOB),
    ("event 52 and request register", set(), set()),
    ("event * and regex 03[0-9]{2}\\b", set(), {"of bob"}),
    ("event * and regex calling", set(), set()),
    ("event * and regex (?i)calling", {"plan"}, {"plan", "of bob"}),
    ("event full and regex ^SIP/2.0.180", {"ringing"}, {"ringing"}),
    ("basetype machine and event *", LINES, LINES | NOBODYS | OF_BOB),
    ("event * and machineevent 1,2", LINES, LINES | NOBODYS | OF_BOB),
    ("event * and dialog sip:alice@sip.example.org", set(), set()),
    ("event * and presence sip:alice@sip.example.org", set(), set()),
]  # fmt: skip


def seen(text: str, viewer: Viewer) -> set[str]:
    """The names of the events that somebody sees by a filter."""
    wanted = ScopedFilter(parse(text), viewer).wanted()
    return {name for name, each in STREAM.items() if wanted(each)}


@pytest.mark.parametrize(("text", "hers", "everybodys"), TABLE)
def test_customers_and_member_administrators_see_their_own_and_lose_no_clause(
    text: str, hers: set[str], everybodys: set[str]
) -> None:
    assert seen(text, ALICE) == hers
    assert seen(text, MEMBER) == hers
    assert seen(text, TOP) == everybodys


@pytest.mark.parametrize("text", [text for text, *_ in TABLE])
def test_bob_sees_nothing_that_is_not_his(text: str) -> None:
    assert seen(text, BOB) <= OF_BOB | TRACES_OF_BOB


def test_a_store_is_asked_for_the_own_events_or_for_all() -> None:
    assert [ScopedFilter(parse(""), each).owner for each in (ALICE, MEMBER, TOP)] == ["alice", "alice", None]


@pytest.mark.parametrize(
    ("text", "viewer", "words"),
    [
        ("", ALICE, "Filter in force: event * and user alice"),
        ("event full and user bobby and request invite", ALICE, "Filter in force: event full and user alice and request invite"),
        ("event full and regex :alice@ and server 1", MEMBER, "Filter in force: event full and server 1 and user alice and regex :alice@"),
        ("event 53", TOP, "Filter in force: event 53 and user *"),
        ("event 53 and user bobby", TOP, "Filter in force: event 53 and user bobby"),
        ("user bobby", TOP, "Filter in force: user bobby Without an event clause nothing is shown."),
    ],
)  # fmt: skip
def test_the_filter_in_force_is_told(text: str, viewer: Viewer, words: str) -> None:
    assert ScopedFilter(parse(text), viewer).describe() == words


def test_random_streams_show_bob_no_line_of_alice() -> None:
    dice = random.Random(17)
    store = EventsInMemory()
    for number in range(500):
        owners = dice.sample(["alice", "bobby", "carol"], dice.randint(0, 3))
        kind = dice.choice(list(EventType))
        store.add([event(f"{number} of {owners}", *owners, type=kind, server=dice.choice(list(EventServer)))])
    for text, *_ in TABLE:
        chosen = ScopedFilter(parse(text), BOB)
        for asked in (None, chosen.owner):
            shown = store.after(dice.randint(0, 900), chosen.wanted(), asked, 50)
            assert all("bobby" in each.event.owners for each in shown.events)
