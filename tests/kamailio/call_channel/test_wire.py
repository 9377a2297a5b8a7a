"""Messages of calls in the words of Kamailio's configuration."""

import base64
from typing import Any

import pytest

from sipsorcery_web.calls.messages import CallAsked, DialLegs, Hello, LegFailed, Reply, Ring, SendLeg
from sipsorcery_web.kamailio.call_channel.wire import command_as_json, event_of


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def asked(request: str = "INVITE sip:5@x SIP/2.0\r\n\r\n", **more: Any) -> CallAsked:
    """The question about a call, as Kamailio tells it."""
    told = {
        "ev": "call",
        "t": "1:2",
        "call": "1:2:3.4",
        "direction": "out",
        "account": "desk@sip.example.org",
        "user": encoded("5"),
        "host": encoded("sip.example.org"),
        "source": "sip:192.0.2.7:5060;transport=tcp",
        "request": encoded(request),
    }
    event = event_of(told | more)
    assert isinstance(event, CallAsked)
    return event


def test_texts_of_strangers_are_read_as_they_were() -> None:
    event = asked(user=encoded('"Grüße"\r\n'), caller="desk@sip.example.org")

    assert (event.user, event.source, event.caller) == ('"Grüße"\r\n', "tcp:192.0.2.7:5060", "desk@sip.example.org")


def test_what_is_no_utf_8_does_not_stop_the_rest() -> None:
    assert asked(user=base64.b64encode(b"\xff5").decode()).user == "\ufffd5"


def test_no_credentials_of_the_caller_are_handed_on() -> None:
    request = 'INVITE sip:5@x SIP/2.0\r\nproxy-authorization : Digest a="1",\r\n b="secret"\r\nX-One: 1\r\n\r\nbody'

    assert asked(request).request == "INVITE sip:5@x SIP/2.0\r\nX-One: 1\r\n\r\nbody"


def test_what_the_third_party_call_controller_is_known_by_is_not_handed_on() -> None:
    request = "INVITE sip:5@x SIP/2.0\r\nx-third-party: secret\r\nX-Third-Party-Dial: 5@blueline\r\nX-One: 1\r\n\r\n"

    event = asked(request, dials=encoded("5@blueline"))

    assert (event.request, event.dials) == ("INVITE sip:5@x SIP/2.0\r\nX-One: 1\r\n\r\n", "5@blueline")


def test_a_failed_leg_says_whether_the_engine_gave_up() -> None:
    told = {"ev": "legfail", "token": "ab", "code": 408, "reason": encoded("Request Timeout"), "own": 1}

    assert event_of(told) == LegFailed(token="ab", code=408, reason="Request Timeout", is_timeout=True)


def test_what_says_nothing_to_call_control_is_no_event() -> None:
    assert event_of({"ev": "proven"}) is None
    assert event_of({}) is None


def test_a_command_leaves_out_what_is_empty() -> None:
    assert command_as_json(Hello()) == {"do": "hello"}
    assert command_as_json(DialLegs(transaction="1:2", tokens=("a", "b"))) == {"t": "1:2", "do": "dial", "legs": "a b"}
    leg = command_as_json(SendLeg(transaction="1:2", uri="sip:5@p.example", ring_milliseconds=500))
    assert leg == {"t": "1:2", "do": "go", "uri": "sip:5@p.example", "next": "sip:5@p.example", "ring": 500}


def test_an_outbound_proxy_is_what_has_to_be_looked_up() -> None:
    leg = command_as_json(SendLeg(transaction="1:2", uri="sip:5@p.example", next_hop="sip:proxy.example;lr"))

    assert leg["next"] == leg["next_hop"] == "sip:proxy.example;lr"


def test_no_text_can_make_one_header_two() -> None:
    headers = (("X-One", "1\r\nX-Evil: 2"), ("X-Two\r\nX-Evil", "2"), ("Via", "me"), ("x-engine-leg", "me"))
    leg = command_as_json(
        SendLeg(transaction="1:2", uri="sip:5@p.example\r\nX: 1", from_uri="sip:a@b\r\n", headers=headers)
    )

    assert leg["headers"] == "X-One: 1 X-Evil: 2\r\n"
    assert leg["uri"] == "sip:5@p.example X: 1"
    assert leg["from"] == "sip:a@b"


def test_the_name_of_a_caller_is_quoted() -> None:
    leg = command_as_json(SendLeg(transaction="1:2", uri="sip:5@p", from_name='Al "Ice" \\', from_uri="sip:a@b"))

    assert leg["name"] == '"Al \\"Ice\\" \\\\"'


@pytest.mark.parametrize(("kind", "word"), [(Ring, "ring"), (Reply, "reply")])
def test_a_response_has_a_reason(kind: Any, word: str) -> None:
    told = command_as_json(kind(transaction="1:2", code=486, reason="\r\n", headers=(("X-One", "1"),)))

    assert told == {"t": "1:2", "do": word, "code": 486, "reason": "-", "headers": "X-One: 1\r\n"}


@pytest.mark.parametrize("character", ["\x00", "\ud800"])
def test_no_character_of_a_body_makes_a_command_unreadable(character: str) -> None:
    leg = command_as_json(SendLeg(transaction="1:2", uri="sip:5@p", content_type="text/plain", body=f"a{character}b"))

    assert leg["body"] == "a\ufffdb"
