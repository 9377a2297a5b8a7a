"""SIP messages, read as far as a ladder needs it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.events.ladder.messages import SIPMessage, user_in
from tests.factories.events import SDP, request, response


def test_a_request_tells_its_method_address_branch_and_description() -> None:
    message = SIPMessage(request(branch="z9hG4bK77"))

    assert (message.method, message.request_uri, message.status) == ("INVITE", "sip:bob@sip.example.org", 0)
    assert (message.branch, message.cseq_method, message.from_user) == ("z9hG4bK77", "INVITE", "alice")
    assert message.sdp == SDP


def test_an_answer_tells_its_status_its_phrase_and_what_it_answers() -> None:
    message = SIPMessage(response("486 Busy Here"))

    assert (message.method, message.status, message.phrase, message.cseq_method) == ("", 486, "Busy Here", "INVITE")
    assert message.sdp == ""


def test_compact_and_folded_headers_are_read() -> None:
    message = SIPMessage("OPTIONS sip:a SIP/2.0\r\nv: SIP/2.0/UDP a;\r\n branch=z9hG4bK5\r\nf: <sip:alice@a>\r\n\r\n")

    assert (message.branch, message.from_user) == ("z9hG4bK5", "alice")


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ('"Bob" <sip:bob:secret@example.org>', "bob"),
        ("<tel:+353871550198;phone-context=x>", "+353871550198"),
        ("sip:example.org", ""),
        ("nobody", ""),
    ],
)
def test_the_user_of_an_address_is_found(text: str, user: str) -> None:
    assert user_in(text) == user


@given(st.text() | st.text(alphabet="SIP/2.0 INVITE:;,<>@\r\n"))
def test_any_text_can_be_read(text: str) -> None:
    message = SIPMessage(text)

    assert isinstance((message.method, message.status, message.branch, message.sdp, message.headers), tuple)
    assert isinstance((message.cseq_method, message.from_user, message.phrase), tuple)
