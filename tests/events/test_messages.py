"""SIP messages, as the collector has them from the wire and a ladder from a kept text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.events.messages import SIPMessage, user_in
from tests.factories import events as kept

from .wire import message, request, response


def read(payload: bytes) -> SIPMessage:
    found = SIPMessage.read(payload)
    assert found is not None
    return found


def test_a_request_says_between_whom_it_is() -> None:
    found = read(request("INVITE", "sip:bob@sip.local", "sip:alice@sip.local", tag="a1"))

    assert (found.is_request, found.method, found.uri, found.status) == (True, "INVITE", "sip:bob@sip.local", 0)
    assert (found.caller, found.called) == ("sip:alice@sip.local", "sip:bob@sip.local")
    assert (found.call_id, found.from_tag, found.to_tag) == ("one@198.51.100.7", "a1", "")


def test_a_response_says_what_it_answers() -> None:
    found = read(response("486 Busy Here", request("INVITE", "sip:bob@h", "sip:alice@h"), to_tag="b1"))

    assert (found.is_request, found.method, found.uri) == (False, "INVITE", "")
    assert (found.status, found.reason, found.to_tag) == (486, "Busy Here", "b1")


def test_short_names_and_folded_lines_are_read() -> None:
    found = read(message("BYE sip:a@h SIP/2.0", "f: <sip:alice@h>\r\n ; tag = a1", "i: one", "t: sip:bob@h;tag=b1"))

    assert (found.call_id, found.from_tag, found.to_tag, found.called) == ("one", "a1", "b1", "sip:bob@h")


def test_what_is_no_message_is_none() -> None:
    assert SIPMessage.read(b"POST /RPC HTTP/1.1\r\n\r\n") is None
    assert SIPMessage.read(b"\r\n\r\n") is None


def test_what_is_missing_is_empty() -> None:
    found = read(b"SIP/2.0 200")

    assert (found.status, found.reason, found.method, found.call_id, found.caller, found.from_tag) == (
        *(200, "", ""),
        *("", "", ""),
    )


def test_a_kept_text_is_read_as_its_bytes_are() -> None:
    for text in (kept.request(branch="z9hG4bK77"), kept.response("486 Busy Here", body=kept.SDP)):
        assert SIPMessage.of_text(text) == read(text.encode())

    found = SIPMessage.of_text(kept.request(branch="z9hG4bK77"))
    assert (found.method, found.uri, found.branch, found.sdp) == (
        *("INVITE", "sip:bob@sip.example.org"),
        *("z9hG4bK77", kept.SDP),
    )
    assert SIPMessage.of_text(kept.response("486 Busy Here")).sdp == ""


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
    found = SIPMessage.of_text(text)

    assert isinstance((found.method, found.status, found.branch, found.sdp, found.headers), tuple)
    assert isinstance((found.cseq, found.caller, found.reason, user_in(found.called)), tuple)
    assert found.is_request or found.uri == ""
