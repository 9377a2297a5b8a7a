"""Ladders without whom they are about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.events.event import EventType
from sipsorcery_web.events.ladder.blurring import LEFT_OUT, Blur
from sipsorcery_web.events.ladder.ladder import ladder_of
from sipsorcery_web.events.messages import SIPMessage
from tests.factories.events import ALICE, BOB, noted, refused_call, request, traced

TELLING = (
    "alice",
    "Alice",
    "Adams",
    "bob",
    "203.0.113.41",
    "198.51.100.7",
    "sip.example.org",
    "3c26700c57f1",
    "123456",
)
EVERYWHERE = """INVITE sip:+353871550198@northline.example;user=phone?Subject=secret SIP/2.0
Via: SIP/2.0/UDP 203.0.113.41:5060;branch=z9hG4bKalice;received=203.0.113.41;alias=203.0.113.41~5060~1
v: SIP/2.0/TCP [2001:db8:77::7]:5060;branch=z9hG4bKx
f: "Alice Adams" <sip:alice:secret@sip.example.org;x=alice>;tag=alice
To: Alice <tel:+353871550198>
Contact: <sip:alice@203.0.113.41:5060;line=alice>;+sip.instance="<urn:uuid:alice>", sip:alice@203.0.113.41
i: 3c26700c57f1@203.0.113.41
CSeq: 2 INVITE
P-Asserted-Identity: <sip:alice@sip.example.org>
Subject: lunch with Alice
X-Account: alice
X-Folded: one
 alice
User-Agent: Telephone 1.0
Content-Type: application/sdp

v=0
o=alice 123456 7 IN IP4 203.0.113.41
s=Alice
i=Alice
e=alice@sip.example.org
c=IN IP4 203.0.113.41
t=0 0
m=audio 4000 RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=candidate:1 1 UDP 2130706431 203.0.113.41 4000 typ host
a=rtcp:4001 IN IP4 203.0.113.41
""".replace("\n", "\r\n")

KEPT_LINES = ("CSeq", "User-Agent", "Content-Type")
TELLING_LINES = [line for line in EVERYWHERE.splitlines() if not line.startswith(KEPT_LINES)]


def blurred(text: str) -> str:
    return Blur().events([traced(text)])[0].text


def test_nothing_of_the_parties_is_left_in_a_whole_call() -> None:
    events = Blur().events([*refused_call(), noted(EventType.DialPlan, "alice calls bob", 9)])

    everything = repr(events)
    assert [each for each in TELLING if each in everything] == []
    assert [event.owners for event in events] == [frozenset()] * len(events)


@pytest.mark.parametrize("secret", [*TELLING, "353871550198", "northline", "secret", "lunch", "2001:db8:77"])
def test_nothing_is_left_wherever_it_stands(secret: str) -> None:
    assert secret not in blurred(EVERYWHERE)


def test_what_says_nothing_of_anybody_stays() -> None:
    text = blurred(EVERYWHERE)

    for kept in ("CSeq: 2 INVITE", "User-Agent: Telephone 1.0", "m=audio 4000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000"):
        assert kept in text
    assert f"X-Account: {LEFT_OUT}" in text
    assert SIPMessage.of_text(text).method == "INVITE"


def test_the_same_has_the_same_stand_in_and_another_has_another() -> None:
    blur = Blur()

    assert blur.user("alice") == blur.user("alice") != blur.user("bob")
    assert blur.user("+353871550198").startswith("number-")
    assert blur.socket(ALICE) == blur.socket(ALICE) != blur.socket(BOB)
    assert blur.socket(BOB).endswith(":5070")
    assert blur.socket("[2001:db8::7]:5080").startswith("[2001:db8::")
    assert blur.host("Sip.Example.org") == blur.host("sip.example.org")


def test_an_address_has_one_stand_in_in_headers_descriptions_and_as_an_end() -> None:
    blur = Blur()
    event = blur.events([traced(request())])[0]
    address = event.source.partition(":")[0]

    assert f"Via: SIP/2.0/UDP {address}:5060" in event.text
    assert f"@{address}:5060;transport=udp>" in event.text
    assert f"c=IN IP4 {address}" in event.text


def test_the_blurred_ladder_has_the_same_shape() -> None:
    plain, stand_in = ladder_of(refused_call()), ladder_of(Blur().events(refused_call()))

    def shape(message: object) -> object:
        return [
            getattr(message, name) for name in ("source", "destination", "times", "is_failure", "has_sdp", "offset")
        ]

    assert [shape(each) for each in plain.messages] == [shape(each) for each in stand_in.messages]


def test_two_ladders_share_no_stand_in_of_a_random_word() -> None:
    assert blurred(request()).partition("branch=")[2][:20] != blurred(request()).partition("branch=")[2][:20]


def test_more_hosts_than_a_small_network_has_are_told_apart() -> None:
    blur = Blur()

    assert len({blur.host(f"10.0.{n // 250}.{n % 250}") for n in range(600)}) == 600


@given(st.text() | st.text(alphabet='INVTESP/2.0 sip:alice@"<>;,=\r\n'))
def test_any_text_can_be_blurred(text: str) -> None:
    assert isinstance(blurred(text), str)


@given(st.sampled_from(TELLING_LINES), st.text(max_size=10), st.integers(0, 40))
def test_a_name_in_a_broken_line_does_not_come_through(line: str, noise: str, at: int) -> None:
    text = f"INVITE sip:x SIP/2.0\r\n{line[:at]}{noise}{line[at:]} alicealicealice\r\n\r\n"

    assert "alicealicealice" not in blurred(text)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Telephone 1.0 (alice's)", "Telephone 1.0 (user-2's)"),
        ("ALICE", "user-2"),
        ("Snom of Adams", "Snom of Name 1"),
        ("Phone/2.1 203.0.113.41", "Phone/2.1 192.0.2."),
        ("Phone at [2001:db8:77::7]", "Phone at [2001:db8::"),
        ("Yealink SIP-T46G 805ec0123456", f"Yealink SIP-T46G {LEFT_OUT}"),
        ("Grandstream 00:0b:82:aa:bb:cc", f"Grandstream {LEFT_OUT}"),
        ("of +353871550198", f"of {LEFT_OUT}"),
        ("of 0871 550 198", f"of {LEFT_OUT}"),
        ("of carol@example.net", f"of {LEFT_OUT}"),
        ("Linphone/5.2.4 (belle-sip/5.3)", "Linphone/5.2.4 (belle-sip/5.3)"),
    ],
)
@pytest.mark.parametrize("header", ["User-Agent", "Server", "Supported", "Event", "Content-Type", "k"])
def test_what_a_phone_has_put_into_a_header_that_is_kept_is_blurred_too(header: str, said: str, shown: str) -> None:
    later = request()
    (first, _) = Blur().events([traced(f"OPTIONS sip:x SIP/2.0\r\n{header}: {said}\r\n\r\n"), traced(later)])

    assert f"{header}: {shown}" in first.text
    assert not any(word in first.text for word in ("203.0.113.41", "2001:db8:77", "lice", "LICE", "Adams", "carol"))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("t=3724394400 3724394405", "t=3724394400 3724394405"),
        ("m=audio 4000/2 RTP/AVP 0 8 101", "m=audio 4000/2 RTP/AVP 0 8 101"),
        ("m=audio 4000 RTP/AVP alice", "a=x-left-out"),
        ("b=AS:64", "b=AS:64"),
        ("b=alice", "a=x-left-out"),
        ("t=+353871550198 0", "a=x-left-out"),
        ("a=fmtp:101 0-16", "a=fmtp:101 0-16"),
        ("a=mid:alice", "a=mid:user-2"),
        ("a=fmtp:97 x=203.0.113.41", "a=fmtp:97 x=192.0.2.2"),
    ],
)
def test_the_kept_lines_of_a_description_tell_nobody(line: str, shown: str) -> None:
    (told,) = Blur().events([traced(request(body=f"v=0\r\n{line}\r\n"))])

    assert f"\r\n{shown}\r\n" in told.text


def test_the_number_of_a_request_stays() -> None:
    (told,) = Blur().events([traced(request(cseq="1234567890"))])

    assert "CSeq: 1234567890 INVITE" in told.text
