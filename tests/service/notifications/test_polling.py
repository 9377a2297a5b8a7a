"""A program made of the published contract subscribes, polls and closes; bob has no part in what is alice's."""

from datetime import timedelta

import pytest
from zeep.exceptions import Fault

from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.events.event import EventServer, EventType
from sipsorcery_web.events.subscriptions import MOST_OF_OWNER
from sipsorcery_web.service.operators import Operators
from tests.conftest import Clock
from tests.events.samples import INVITE, event, trace
from tests.factories import PASSWORD

from .conftest import House, Program, ProgramOf

UNAUTHORISED = "Attempted to perform an unauthorized operation."


def refused(program: Program, operation: str, *arguments: str) -> str:
    with pytest.raises(Fault) as fault:
        program.call(operation, *arguments)
    return str(fault.value.message)


def test_the_old_clients_sequence_from_the_first_question_to_the_last(house: House, alice: Program) -> None:
    assert alice.call("IsAlive") is True
    assert alice.call("GetPollPeriod") == 1000
    machine = alice.call("Subscribe", "Machine", "basetype machine and event *")
    console = alice.call("Subscribe", "Console", "event *")
    assert alice.poll() == {console: ["Monitor 12:00:00:000 Monitor(5): Filter in force: event * and user alice\r\n"]}

    kind = {"type": EventType.RegisterSuccess, "server": EventServer.Registrar}
    house.note(event("front-desk is registered.", "alice", **kind))
    told = alice.poll() | alice.poll()
    assert told == {
        machine: [f"2|{machine}|Registrar|3|2026-11-23 12:00:00.000000 +00:00|alice||front-desk is registered.||##"],
        console: ["RegisterSuccess 12:00:00:000 Registrar(2): front-desk is registered.\r\n"],
    }
    assert alice.poll() == {}

    alice.call("CloseSession", console)
    house.note(event("front-desk is registered.", "alice", **kind))
    assert [*alice.poll(), *alice.poll()] == [machine]
    alice.call("CloseConnection")
    house.note(event("front-desk is registered.", "alice", **kind))
    assert alice.poll() == {}


def test_who_signs_in_at_the_notification_service_may_use_the_other_one_and_out_again(
    house: House, program_of: ProgramOf
) -> None:
    stranger = Program(program_of("alice").service, "")
    token = stranger.call("Login", "alice", PASSWORD)
    assert stranger.call("Login", "alice", "wrong") is None
    signed_in = Program(stranger.service, token)
    assert signed_in.subscribe()
    assert house.people.client(token).sip_accounts.count() == 1
    signed_in.call("Logout")
    assert refused(signed_in, "GetNotifications") == UNAUTHORISED


def test_a_message_keeps_its_lines_on_the_wire(house: House, alice: Program) -> None:
    alice.subscribe("event full")
    house.note(trace(INVITE, "alice"))
    (text,) = alice.lines()
    assert text.rstrip().split("\r\n")[1:] == INVITE.rstrip().split("\r\n")


def test_what_xml_cannot_carry_and_markup_come_as_text(house: House, alice: Program) -> None:
    alice.subscribe()
    house.note(event("</a:string>&amp;\x00\x1b[31m\ufffe\uffff\U0001fffe\ud800 end", "alice"))
    (text,) = alice.lines()
    assert "</a:string>&amp;[U+0000][U+001B][31m" in text
    assert text.endswith("end\r\n")


# What is alice's


def test_bob_polls_alices_connection_and_is_told_nothing(house: House, alice: Program, bob: Program) -> None:
    alice.subscribe()
    house.note(event("hers", "alice"), event("his", "bobby"))
    assert bob.poll() == {}
    assert [line.partition(": ")[2] for line in alice.lines()] == ["hers\r\n"]


def test_bob_cannot_close_what_is_alices(house: House, alice: Program, bob: Program) -> None:
    opened = alice.subscribe()
    bob.call("CloseSession", opened)
    bob.call("CloseConnection")
    bob.call("CloseConnectionForAddress", bob.connection)
    house.note(event("hers", "alice"))
    assert [*alice.poll()] == [opened]


def test_bob_who_asks_for_alices_lines_gets_his_own(house: House, bob: Program) -> None:
    bob.call("Subscribe", "Console", "event * and user alice")
    assert "event * and user bobby" in bob.lines()[0]
    house.note(event("hers", "alice"), event("his", "bobby"))
    assert len(bob.lines()) == 1


def test_the_administrator_is_told_of_all_and_of_what_is_nobodys(house: House, program_of: ProgramOf) -> None:
    administrator = program_of("root-admin")
    administrator.subscribe()
    house.note(event("hers", "alice"), event("nobody's"))
    assert [line.partition("AppServer(11)")[2] for line in administrator.lines()] == [
        " alice: hers\r\n",
        ": nobody's\r\n",
    ]


# The token


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("Subscribe", ("Console", "event *")),
        ("SubscribeForAddress", ("Console", "event *", "x")),
        ("GetNotifications", ()),
        ("GetNotificationsForAddress", ("x",)),
        ("CloseSession", ("x",)),
        ("CloseConnection", ()),
        ("CloseConnectionForAddress", ("x",)),
    ],
)
def test_without_a_good_token_nothing_is_told_and_nothing_closed(
    house: House, alice: Program, clock: Clock, operation: str, arguments: tuple[str, ...]
) -> None:
    opened = alice.subscribe()
    house.note(event("hers", "alice"))
    arguments = tuple(opened if each == "x" and operation == "CloseSession" else each for each in arguments)
    for token in ("", "0" * 96):
        assert refused(Program(alice.service, token), operation, *arguments) == UNAUTHORISED
    assert len(alice.lines()) == 1
    clock.pass_(minutes=61)
    assert refused(alice, operation, *arguments) == UNAUTHORISED


def test_who_is_suspended_is_told_no_more(house: House, alice: Program) -> None:
    alice.subscribe()
    Operators(house.people.service.context).suspend("alice", None)
    assert refused(alice, "GetNotifications") == UNAUTHORISED


# Refusals


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("event * and colour red", "Filter colour was not recognised."),
        ("event", "Invalid item in filter: event."),
        ("event * and regex (", "This regular expression cannot be read: missing )."),
    ],
)
def test_a_bad_filter_is_a_fault_with_the_originals_sentence(alice: Program, text: str, sentence: str) -> None:
    assert refused(alice, "Subscribe", "Console", text) == sentence


@pytest.mark.parametrize(
    ("operation", "arguments", "sentence"),
    [
        (
            "Subscribe",
            ("Console", "event *"),
            "The notification header was missing from the SetFilter request.",
        ),
        ("GetNotifications", (), "The GetNotifications request was missing a required Notification header."),
        ("CloseConnection", (), "The CloseConnection request was missing a required Notification header."),
    ],
)
def test_a_request_that_names_no_connection_is_refused(
    alice: Program, operation: str, arguments: tuple[str, ...], sentence: str
) -> None:
    alice.connection = ""
    assert refused(alice, operation, *arguments) == sentence


def test_a_program_that_subscribes_again_and_again_is_refused_in_a_sentence(alice: Program, bob: Program) -> None:
    for _ in range(MOST_OF_OWNER):
        alice.call("Subscribe", "Console", "event *")
    assert "There are 10 subscriptions already" in refused(alice, "Subscribe", "Console", "event *")
    assert bob.subscribe()


def test_a_token_for_programs_does_not_open_the_console(house: House, clock: Clock, alice: Program) -> None:
    people = house.people
    scopes, ends = " ".join(SCOPES), clock() + timedelta(days=1)
    made = people.client(house.tokens["alice"]).add_access_token(AccessToken(name="all", scopes=scopes, ends=ends))
    program_token = made.token or ""
    for token in (program_token, alice.call("Login", "alice", program_token)):
        program = Program(alice.service, token)
        for operation, arguments in (("Subscribe", ("Console", "event *")), ("GetNotifications", ())):
            assert f"can call {operation}." in refused(program, operation, *arguments)
