"""Facts about the caller that a provider, and whoever is called, get to know (RFC 3323, RFC 3325)."""

import pytest

from sipsorcery_web.calls.messages import CallAsked, DialFailed, LegFailed
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness

from .call_control import ScriptedCallControl
from .test_slice import OUT, Agents, asks_for_a_password

CLAIMS = {
    "P-Asserted-Identity": "<sip:boss@sip.example.org>",
    "P-Preferred-Identity": "<sip:boss@sip.example.org>",
    "Remote-Party-ID": "<sip:boss@sip.example.org>;party=calling",
    "Alert-Info": "<http://192.0.2.1/loud.wav>",
    "Call-Info": "<http://192.0.2.1/face.jpg>;purpose=icon",
    "Diversion": "<sip:boss@sip.example.org>",
    "History-Info": "<sip:boss@sip.example.org>;index=1",
}
CLAIMED = "".join(f"{name}: {value}\r\n" for name, value in CLAIMS.items())


def test_what_a_phone_says_of_its_caller_does_not_pass_by_a_plan(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "claims-hers", OUT), provider("blueline")
    hers.starts_a_call(f"0355600@{DOMAIN}", more=CLAIMED)
    leg = {"uri": f"sip:0355600@{blueline.at}", "headers": (("P-Asserted-Identity", "<sip:line@provider.example>"),)}
    control.dials(control.hears(CallAsked), {**leg, "is_outside": True})

    invite = blueline.hears("INVITE")
    assert {name: invite.all(name) for name in CLAIMS} == {name: [] for name in CLAIMS} | {
        "P-Asserted-Identity": ["<sip:line@provider.example>"]
    }
    assert invite.all("Privacy") == []


def test_what_a_phone_says_of_its_caller_does_not_pass_to_another_account(
    harness: KamailioHarness, agent: Agents
) -> None:
    hers, his = agent("alice", "passes-hers"), agent("bobby", "passes-his")
    his.registers()
    hers.starts_a_call(f"passes-his@{DOMAIN}", more=CLAIMED)

    invite = his.hears("INVITE")
    assert {name for name in CLAIMS if invite.all(name)} == set()


@pytest.mark.parametrize(
    ("caller", "more"),
    [('"Anonymous" <sip:anonymous@anonymous.invalid>', ""), ("", "Privacy: id\r\n"), ("", "Privacy: header;user\r\n")],
)
def test_a_withheld_caller_goes_out_with_privacy_and_the_credentials_of_the_line(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents, caller: str, more: str
) -> None:
    name = f"withheld-{len(caller + more)}"
    hers, blueline = agent("alice", name, OUT), provider("blueline")
    hers.starts_a_call(f"0355601@{DOMAIN}", more=more, caller=caller)
    asked = control.hears(CallAsked)
    assert asked.account == f"{name}@{DOMAIN}"
    control.dials(asked, {"uri": f"sip:1@{blueline.at}", "from_uri": "sip:line@provider.example", "is_outside": True})

    invite = blueline.hears("INVITE")
    assert invite.all("Privacy") == ["id"]
    assert "sip:line@provider.example" in invite["From"]


def test_a_withheld_caller_without_a_line_is_anonymous(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "nameless-hers", OUT), provider("blueline")
    hers.starts_a_call(f"0355602@{DOMAIN}")
    leg = {"uri": f"sip:1@{blueline.at}", "is_outside": True, "hides_caller": True}
    control.dials(control.hears(CallAsked), leg)

    invite = blueline.hears("INVITE")
    assert invite["From"].startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
    assert "nameless-hers" not in "".join(value for _, value in invite.headers)


def test_a_provider_gets_no_address_of_the_callers_network_and_reaches_the_phone_all_the_same(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers = agent("alice", "private-hers", OUT, contact="sip:private-hers@10.0.0.8:5060")
    blueline = provider("blueline")
    hers.starts_a_call(f"0355603@{DOMAIN}")
    control.dials(control.hears(CallAsked), {"uri": f"sip:1@{blueline.at}", "is_outside": True})

    invite = blueline.hears("INVITE")
    assert "10.0.0.8" not in "".join(value for _, value in invite.headers)
    theirs = blueline.answers(invite)
    answer = hers.hears("INVITE", 200)
    own = hers.leg(answer)
    own.acknowledges(answer)
    ack = blueline.hears("ACK")
    assert "10.0.0.8" not in "".join(value for _, value in ack.headers)
    theirs.says("INVITE", "Content-Type: application/sdp\r\n")
    again = hers.hears("INVITE")
    assert again.uri == hers.contact
    hers.replies(again, 200, "OK")
    accepted = blueline.hears("INVITE", 200)
    assert "10.0.0.8" not in accepted["Contact"]
    theirs.acknowledges(accepted)
    assert hers.hears("ACK")
    own.says("UPDATE")
    update = blueline.hears("UPDATE")
    assert "10.0.0.8" not in "".join(value for _, value in update.headers)
    blueline.replies(update, 200, "OK")
    assert len(hers.hears("UPDATE", 200).all("Via")) == 1
    theirs.hangs_up_while(hers)


def test_a_refusal_of_a_provider_that_does_not_see_the_callers_network_comes_back(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "unseen-hers", OUT), provider("blueline")
    hers.starts_a_call(f"0355604@{DOMAIN}")
    leg = {"uri": f"sip:1@{blueline.at}", "is_outside": True, "username": "alice", "password": "sesame"}
    (token,) = control.dials(control.hears(CallAsked), leg)
    invite = asks_for_a_password(blueline, blueline.hears("INVITE"))
    assert len(invite.all("Via")) == 2
    blueline.replies(invite, 486, "Busy Here")

    assert control.hears(LegFailed, token=token).code == 486
    control.replies(control.hears(DialFailed), 486, "Busy")
    assert hers.hears("INVITE", 486)
