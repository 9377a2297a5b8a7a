"""Referrals: what a REFER asks for that the proxy passes on."""

import pytest

from sipsorcery_web.calls.third_party.messages import Headers, Message
from sipsorcery_web.calls.third_party.transfers import Referral, handed_over

REFER = {
    "from": '"Alice" <sip:alice@sip.local>;tag=hers',
    "to": "<sip:100@sip.local>;tag=theirs",
    "call-id": "a call",
    "cseq": "7 REFER",
    "contact": "<sip:alice@192.0.2.7:5070>",
    "refer-to": "<sip:carol@sip.local>",
    "x-third-party-account": "alice@sip.local",
    "x-third-party-owner": "alice",
    "x-third-party-target": "<sip:100@198.51.100.1;gr>",
    "x-third-party-routes": "<sip:192.0.2.1;lr;did=1>, <sip:127.0.0.1:5062;lr;did=2>",
}


def referral(**more: str) -> Referral:
    headers = REFER | {name.replace("_", "-"): value for name, value in more.items()}
    return Referral.read(Message("REFER sip:100@198.51.100.1 SIP/2.0", [*headers.items()]))


def test_its_sender_goes_on_towards_the_other_party() -> None:
    sender = referral().sender
    assert (sender.local, sender.tag, sender.remote) == (
        '"Alice" <sip:alice@sip.local>',
        "hers",
        "<sip:100@sip.local>;tag=theirs",
    )
    assert sender.target == "sip:100@198.51.100.1;gr"
    assert sender.routes == ["<sip:192.0.2.1;lr;did=1>", "<sip:127.0.0.1:5062;lr;did=2>"]
    assert sender.cseq > 7


def test_the_other_party_is_on_the_same_way_from_its_end() -> None:
    other = referral().other
    assert (other.local, other.tag, other.target) == ("<sip:100@sip.local>", "theirs", "sip:alice@192.0.2.7:5070")
    assert other.routes == ["<sip:127.0.0.1:5062;lr;did=2>", "<sip:192.0.2.1;lr;did=1>"]


def test_the_call_is_that_of_the_account_which_has_proved_to_be_the_sender() -> None:
    order = referral(from_="<sip:somebody@sip.local>;tag=hers").order
    assert (order.owner, order.account, order.second) == ("alice", "alice@sip.local", "sip:carol@sip.local")


@pytest.mark.parametrize(
    ("refer_to", "uri", "headers"),
    [
        ("<sip:carol@sip.local>", "sip:carol@sip.local", []),
        ("sip:carol@sip.local", "sip:carol@sip.local", []),
        ("<tel:+49301234567>", "tel:+49301234567", []),
        ("<sip:carol@sip.local;method=INVITE;user=phone>", "sip:carol@sip.local;user=phone", []),
        (
            '"Carol" <sip:carol@192.0.2.9:5060?Replaces=12%40x%3Bto-tag%3Da%3Bfrom-tag%3Db&X-Third-Party=forged>',
            "sip:carol@192.0.2.9:5060",
            [("replaces", "12@x;to-tag=a;from-tag=b")],
        ),
    ],
)
def test_whom_it_names(refer_to: str, uri: str, headers: list[tuple[str, str]]) -> None:
    found = referral(refer_to=refer_to)
    assert (found.uri, found.headers) == (uri, headers)


@pytest.mark.parametrize(
    "refer_to",
    [
        "",
        "<http://sip.local/>",
        "<sip:carol@sip.local>, <sip:dave@sip.local>",
        "<sip:carol @sip.local>",
        f"<sip:{'9' * 600}@sip.local>",
    ],
)
def test_what_names_nobody_is_refused(refer_to: str) -> None:
    with pytest.raises(ValueError, match="Refer-To"):
        referral(refer_to=refer_to)


WAY = {
    "x-third-party-from": "<sip:alice@sip.local>",
    "x-third-party-to": "<sip:200@sip.local>",
    "x-third-party-target": "<sip:200@198.51.100.2;gr>",
    "x-third-party-routes": "<sip:192.0.2.1;lr;did=3>, <sip:127.0.0.1:5062;lr;did=4>",
    "x-third-party-number": "12",
}
REPLACES = [("replaces", "another call;to-tag=theirs;from-tag=hers")]


def test_the_call_that_is_handed_over_goes_on_from_both_its_ends() -> None:
    sender, other = handed_over(REPLACES, Message("SIP/2.0 380 Alternative Service", [*WAY.items()]))
    assert (sender.call_id, sender.tag, sender.remote) == ("another call", "hers", "<sip:200@sip.local>;tag=theirs")
    assert (sender.target, sender.routes[0]) == ("sip:200@198.51.100.2;gr", "<sip:192.0.2.1;lr;did=3>")
    assert sender.cseq > 12
    assert (other.tag, other.remote, other.routes[-1]) == (
        "theirs", "<sip:alice@sip.local>;tag=hers", "<sip:192.0.2.1;lr;did=3>",
    )  # fmt: skip


@pytest.mark.parametrize("replaces", [REPLACES, [("replaces", "another call")], []])
def test_a_380_of_somebody_else_hands_nothing_over(replaces: Headers) -> None:
    answer = Message("SIP/2.0 380 Elsewhere", [*WAY.items()] if replaces != REPLACES else [])
    with pytest.raises(ValueError, match="go on"):
        handed_over(replaces, answer)
