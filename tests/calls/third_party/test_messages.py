"""SIP messages, read and written."""

import pytest

from sipsorcery_web.calls.third_party.messages import Message, response, tag_of

INVITE = (
    "INVITE sip:alice@192.0.2.1 SIP/2.0\r\n"
    "v: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1;rport\r\n"
    "Via: SIP/2.0/UDP 192.0.2.8;branch=z9hG4bK2\r\n"
    'f: "Bob, the <b>" <sip:bob@example.org>;tag=b1\r\n'
    "t: <sip:alice@example.org>\r\n"
    "i: 77\r\n"
    "CSeq: 3 INVITE\r\n"
    "m: <sip:bob@192.0.2.7:5060>\r\n"
    "Record-Route: <sip:192.0.2.9;lr>, <sip:192.0.2.10;lr>\r\n"
    "Subject: on\r\n two lines\r\n"
    "c: application/sdp;charset=utf-8\r\n"
    "l: 5\r\n\r\nv=0\r\n"
)


def test_short_names_of_headers_are_the_long_ones_and_a_folded_line_is_one() -> None:
    invite = Message.read(INVITE.encode())

    assert (invite.method, invite.cseq, invite.branch, invite["call-id"]) == ("INVITE", (3, "INVITE"), "z9hG4bK1", "77")
    assert invite["subject"] == "on two lines"
    assert invite.contact == "sip:bob@192.0.2.7:5060"
    assert invite.description == "v=0\r\n"


def test_a_comma_within_a_name_ends_no_value() -> None:
    invite = Message.read(INVITE.encode())

    assert len(invite.all("from")) == 1
    assert invite.all("record-route") == ["<sip:192.0.2.9;lr>", "<sip:192.0.2.10;lr>"]


@pytest.mark.parametrize(
    "datagram", [b"", b"\r\n\r\n", b"\xff" * 20, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", INVITE.replace("CSeq: 3", "CSeq:").encode()]
)  # fmt: skip
def test_what_is_no_message_is_refused(datagram: bytes) -> None:
    with pytest.raises(ValueError, match=r"values|message"):
        Message.read(datagram)


def test_an_answer_has_the_way_back_and_a_tag() -> None:
    answer = response(Message.read(INVITE.encode()), 180, "Ringing", "a1")

    assert answer.all("via") == [
        "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1;rport",
        "SIP/2.0/UDP 192.0.2.8;branch=z9hG4bK2",
    ]
    assert answer["to"] == "<sip:alice@example.org>;tag=a1"
    assert (answer.status, answer.phrase) == (180, "Ringing")


def test_no_value_can_begin_another_header_and_the_length_is_that_of_the_body() -> None:
    message = Message("SIP/2.0 200 OK", [("subject", "x\r\nEvil: yes")], "é")

    assert message.written() == "SIP/2.0 200 OK\r\nSubject: x Evil: yes\r\nContent-Length: 2\r\n\r\né".encode()


def test_no_target_of_a_strangers_contact_can_begin_a_header() -> None:
    answer = Message.read(INVITE.replace("bob@192.0.2.7", "bob@192.0.2.7\rEvil: yes\r").encode())

    assert b"\r" not in Message(f"BYE {answer.contact} SIP/2.0", ()).written().partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("address", "tag"), [('"x;tag=no" <sip:a@b;tag=no>;tag=yes', "yes"), ("sip:a@b;tag=yes", "yes"), ("<sip:a@b>", "")]
)
def test_a_tag_is_the_addresss_own(address: str, tag: str) -> None:
    assert tag_of(address) == tag


def test_what_is_in_a_contacts_name_is_no_address() -> None:
    invite = Message.read(INVITE.replace("m: <", 'm: "Bob <sip:eve@example.org>" <').encode())

    assert invite.contact == "sip:bob@192.0.2.7:5060"
