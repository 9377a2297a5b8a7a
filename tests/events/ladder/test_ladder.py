"""The ladder of a call."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.events.event import EventType
from sipsorcery_web.events.ladder.ladder import Gap, Ladder, Message, Note, ladder_of
from tests.factories.events import ALICE, BOB, SERVICE, noted, refused_call, request, response, traced


def name_of(address: str) -> str:
    """The name that is known of the service alone."""
    return "This service" if address == SERVICE else ""


def labels(ladder: Ladder) -> list[str]:
    return [message.label for message in ladder.messages]


def test_messages_stand_in_order_of_time_with_their_columns() -> None:
    ladder = ladder_of(reversed(refused_call()), name_of)

    assert [(party.name, party.place) for party in ladder.parties] == [
        ("alice", ALICE),
        ("This service", SERVICE),
        ("bob", BOB),
    ]
    assert labels(ladder)[:3] == [
        "INVITE bob@sip.example.org",
        "407 Proxy Authentication Required",
        "ACK bob@sip.example.org",
    ]
    assert [(each.source, each.destination) for each in ladder.messages][4:6] == [(1, 0), (1, 2)]
    assert ladder.messages[1].offset == timedelta(milliseconds=2)


def test_a_message_that_was_sent_again_stands_once_with_its_moments() -> None:
    ladder = ladder_of(refused_call(), name_of)
    again = [message for message in ladder.messages if message.repeats]

    assert [(message.number, message.times) for message in again] == [(4, 3)]
    assert again[0].repeats == (timedelta(milliseconds=520), timedelta(milliseconds=1520))


def test_what_differs_in_branch_number_text_or_direction_is_another_message() -> None:
    events = [
        traced(request()),
        traced(request(branch="z9hG4bK2")),
        traced(request(cseq="2")),
        traced(request(uri="sip:carol@sip.example.org")),
        traced(request(), 0, SERVICE, BOB),
    ]

    assert [message.times for message in ladder_of(events).messages] == [1, 1, 1, 1, 1]


def test_a_refusal_is_a_failure_and_a_question_for_the_password_is_none() -> None:
    answers = (
        "100 trying",
        "200 OK",
        "302 Moved",
        "401 Unauthorized",
        "407 Proxy",
        "404 Not Found",
        "503 Away",
        "603 No",
    )
    ladder = ladder_of([traced(response(each, branch=each)) for each in answers])

    assert [message.sip.status for message in ladder.failures] == [404, 503, 603]


def test_a_session_description_is_marked_and_an_answer_says_what_it_answers() -> None:
    offer, ringing = ladder_of(refused_call()[:2]).messages

    assert (offer.has_sdp, offer.answers) == (True, "")
    assert (ringing.has_sdp, ringing.answers) == (False, "INVITE")


def test_other_events_stand_across_and_time_without_any_is_a_gap() -> None:
    rows = ladder_of([*refused_call(), noted(EventType.DialPlan, "Ringing bob\nsecond line", 8.7)]).rows

    assert [row.label for row in rows if isinstance(row, Note)] == [
        "NewCall: New call from alice to bob",
        "DialPlan: Ringing bob",
    ]
    assert [row.length for row in rows if isinstance(row, Gap)] == [timedelta(seconds=7)]


def test_the_last_time_that_a_message_was_sent_is_what_a_gap_counts_from() -> None:
    events = [traced(request()), traced(request(), 1.9), traced(request(), 3.8), traced(response("200 OK"), 5)]

    assert not [row for row in ladder_of(events).rows if isinstance(row, Gap)]


def test_addresses_of_one_name_are_one_column() -> None:
    events = [traced(request()), traced(request(), 1, "192.0.2.1:5061", BOB)]
    ladder = ladder_of(events, lambda address: "This service" if address.startswith("192.0.2.1:") else "")

    assert [party.addresses for party in ladder.parties] == [[ALICE], [SERVICE, "192.0.2.1:5061"], [BOB]]


def test_what_forwards_calls_has_nobodys_name() -> None:
    assert [party.name for party in ladder_of(refused_call()).parties] == ["alice", SERVICE, "bob"]


def test_messages_of_registrations_alone_are_a_registration() -> None:
    asked, answer = traced(request("REGISTER")), traced(response("401 Unauthorized", "REGISTER"))

    assert ladder_of([asked, answer]).kind == "registration"
    assert ladder_of([asked, *refused_call()]).kind == ladder_of(refused_call()).kind == "call"


def test_of_nothing_the_ladder_is_empty() -> None:
    assert ladder_of([]) == Ladder()


@given(st.lists(st.tuples(st.text(), st.text(max_size=5), st.floats(0, 100)), max_size=8))
def test_any_texts_make_a_ladder(messages: list[tuple[str, str, float]]) -> None:
    ladder = ladder_of([traced(text, after, source) for text, source, after in messages])

    assert sum(row.times for row in ladder.rows if isinstance(row, Message)) == len(messages)
    assert all(message.label for message in ladder.messages)
