"""The collector reads between whom a message is."""

from sipsorcery_web.events.messages import SIPMessage

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
