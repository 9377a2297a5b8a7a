"""INVITE requests as plans see them: whatever a caller wrote into them."""

import pytest

from sipsorcery_web.calls.invites import call_of, call_to_account, party_of, withholds_caller
from sipsorcery_web.calls.messages import CallAsked
from sipsorcery_web.dial_plans.calls import Call

REQUEST = (
    "INVITE sip:100@sip.example.org;transport=udp SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.7;branch=z9\r\n"
    'f: "A. \\"Al\\" Smith" <sip:alice%20a@sip.example.org;x=1>;tag=1\r\n'
    "To: One Hundred <sip:100@sip.example.org>\r\n"
    "i: an id\r\n"
    "CSeq: 7 INVITE\r\n"
    "m: <sip:alice@192.0.2.7:5062>\r\n"
    "User-Agent: A phone\r\n"
    "X-Odd: folded\r\n"
    "  over lines\r\n"
    "Content-Type: application/sdp\r\n\r\nv=0\r\n"
)


def asked(request: str = REQUEST) -> CallAsked:
    return CallAsked(
        transaction="t",
        call="c",
        direction="out",
        account="alice@sip.example.org",
        user="100",
        host="sip.example.org",
        source="udp:192.0.2.7:5062",
        request=request,
    )


def test_a_plan_sees_the_parts_of_a_request() -> None:
    call = call_of(asked())
    assert (call.from_name, call.from_user, call.from_host) == ('A. "Al" Smith', "alice a", "sip.example.org")
    assert (call.to_name, call.to_uri) == ("One Hundred", "sip:100@sip.example.org")
    assert (call.contact, call.user_agent, call.call_id, call.cseq) == (
        "sip:alice@192.0.2.7:5062",
        "A phone",
        "an id",
        7,
    )
    assert (call.parameters, call.body, call.received_from) == (";transport=udp", "v=0\r\n", "udp:192.0.2.7:5062")
    assert call.headers == (
        ("Via", "SIP/2.0/UDP 192.0.2.7;branch=z9"),
        ("X-Odd", "folded over lines"),
        ("Content-Type", "application/sdp"),
    )


@pytest.mark.parametrize("request_text", ["", "INVITE", "\r\n\r\n", "INVITE x\r\nFrom\r\n: y\r\nCSeq: none\r\n\r\n"])
def test_nothing_that_a_stranger_writes_breaks_it(request_text: str) -> None:
    assert call_of(asked(request_text)).user == "100"


@pytest.mark.parametrize(
    ("header", "party"),
    [
        ("<sip:a@h>", ("", "a", "h")),
        ("sip:a@h;tag=1", ("", "a", "h")),
        ('"" <sips:a@h:5061>', ("", "a", "h:5061")),
        ("Bare Name <tel:+1>", ("Bare Name", "", "+1")),
        ("", ("", "", "")),
    ],
)
def test_a_party_is_read(header: str, party: tuple[str, str, str]) -> None:
    assert party_of(header) == party


@pytest.mark.parametrize(
    ("facts", "is_withheld"),
    [
        ({"from_user": "alice", "from_host": "h"}, False),
        ({"from_user": "anonymous", "from_host": "h"}, True),
        ({"from_user": "x", "from_host": "anonymous.invalid"}, True),
        ({"headers": (("Privacy", "critical; id"),)}, True),
        ({"headers": (("privacy", "none"),)}, False),
    ],
)
def test_a_caller_may_stay_unknown(facts: dict[str, object], is_withheld: bool) -> None:
    assert withholds_caller(Call(user="100", **facts)) is is_withheld  # type: ignore[arg-type]


def test_a_called_accounts_plan_sees_its_own_name_dialled() -> None:
    call = call_to_account(call_of(asked()), "sales.bob", "bob@sip.example.net")
    assert (call.user, call.host, call.direction, call.account) == (
        "sales.bob",
        "sip.example.net",
        "in",
        "bob@sip.example.net",
    )
    assert call.from_user == "alice a"
