"""Calls that follow plans: the caller's account has one, and call control decides what becomes of the call."""

from collections.abc import Callable, Sequence
from typing import Any

from sipsorcery_web.calls.messages import CallAnswered, CallAsked, DialFailed, LegFailed
from sipsorcery_web.contract.records import SIPCDRAsset
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.user_agent import Message, UserAgent, md5

from .call_control import ScriptedCallControl

Agents = Callable[..., UserAgent]
OUT = {"out_dial_plan_name": "default"}


def records_to(harness: KamailioHarness, owner: str, dialled: str, count: int = 1) -> Sequence[SIPCDRAsset]:
    """The records that an owner has of calls to a number."""
    return eventually(
        lambda: [cdr for cdr in harness.records(owner) if cdr.dst == dialled], lambda found: len(found) == count
    )


def asks_for_a_password(provider: UserAgent, invite: Message, realm: str = "provider.example") -> Message:
    """Challenge an INVITE; the one that comes with credentials."""
    provider.replies(invite, 407, more=f'Proxy-Authenticate: Digest realm="{realm}", nonce="n1", algorithm=MD5\r\n')
    provider.hears("ACK")
    return provider.hears("INVITE")


def is_proven(invite: Message, username: str, password: str, realm: str = "provider.example") -> bool:
    header = invite["Proxy-Authorization"]
    ha1, ha2 = md5(username, realm, password), md5("INVITE", invite.uri)
    return f'response="{md5(ha1, "n1", ha2)}"' in header and f'username="{username}"' in header


def test_alice_reaches_bobs_phone_by_her_plan(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl
) -> None:
    hers, his = agent("alice", "slice-hers", OUT), agent("bobby", "slice-his")
    his.registers()
    hers.starts_a_call(f"slice-bob@{DOMAIN}")

    asked = control.hears(CallAsked)
    assert (asked.direction, asked.account, asked.user) == ("out", f"slice-hers@{DOMAIN}", "slice-bob")
    assert asked.host == DOMAIN
    assert asked.request.startswith("INVITE sip:slice-bob@")
    assert "Digest" not in asked.request
    (token,) = control.dials(asked, {"uri": f"sip:slice-his@{DOMAIN}", "account": f"slice-his@{DOMAIN}"})
    invite = his.hears("INVITE")
    his.replies(invite, 180, "Ringing")
    assert hers.hears("INVITE", 180)
    leg = his.answers(invite)
    answer = hers.hears("INVITE", 200)
    assert control.hears(CallAnswered).token == token
    own = hers.leg(answer)
    own.acknowledges(answer)
    assert his.hears("ACK")
    leg.says("BYE")
    bye = hers.hears("BYE")
    hers.replies(bye, 200, "OK")
    assert his.hears("BYE", 200)

    (out,) = records_to(harness, "alice", "slice-bob")
    (into,) = records_to(harness, "bobby", "slice-bob")
    assert (out.answered_status, out.hungup_reason, out.call_direction) == (200, "Server dialogue hungup", "Out")
    assert (into.call_direction, into.in_progress_status) == ("In", 180)
    assert his.at in (out.remote_socket or "")


def test_alice_calls_out_through_a_provider_that_wants_her_password(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "out-hers", OUT), provider("blueline")
    hers.starts_a_call(f"0355512@{DOMAIN}")
    asked = control.hears(CallAsked, user="0355512")
    leg: dict[str, Any] = {
        "uri": f"sip:0355512@{blueline.at}",
        "from_name": "Alice",
        "from_uri": "sip:alice-line@provider.example",
        "username": "alice-line",
        "password": "sesame",
        "headers": (("X-Customer", "7"),),
    }
    control.dials(asked, leg)

    first = blueline.hears("INVITE")
    assert first["X-Customer"] == "7"
    assert first["From"].startswith('"Alice" <sip:alice-line@provider.example>')
    assert first["To"] == f"<sip:0355512@{blueline.at}>"
    invite = asks_for_a_password(blueline, first)
    assert is_proven(invite, "alice-line", "sesame")
    assert invite["X-Customer"] == "7"
    theirs = blueline.answers(invite)
    answer = hers.hears("INVITE", 200)
    assert f"out-hers@{DOMAIN}" in answer["From"]
    mine = hers.leg(answer)
    mine.acknowledges(answer)
    assert blueline.hears("ACK")["CSeq"] == invite["CSeq"].replace("INVITE", "ACK")
    mine.says("BYE")
    bye = blueline.hears("BYE")
    assert "alice-line@provider.example" in bye["From"]
    blueline.replies(bye, 200, "OK")
    assert hers.hears("BYE", 200)
    assert theirs.call_id != answer["Call-ID"]

    (cdr,) = records_to(harness, "alice", "0355512")
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Client dialogue hungup")
    assert blueline.at in (cdr.remote_socket or "")


def test_a_provider_that_refuses_is_told_to_the_plan_which_says_the_last_word(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "refused-hers", OUT), provider("blueline")
    hers.starts_a_call(f"0355513@{DOMAIN}")
    asked = control.hears(CallAsked, user="0355513")
    (token,) = control.dials(asked, {"uri": f"sip:0355513@{blueline.at}"})
    blueline.replies(blueline.hears("INVITE"), 486, "Busy Here")

    failed = control.hears(LegFailed, token=token)
    assert (failed.code, failed.reason, failed.is_timeout) == (486, "Busy Here", False)
    again = control.hears(DialFailed, call=asked.call)
    control.replies(again, 433, "Try later", headers=(("X-Plan", "yes"),))

    answer = hers.hears("INVITE", *range(300, 700))
    assert answer.start == "SIP/2.0 433 Try later"
    assert answer["X-Plan"] == "yes"
    (cdr,) = records_to(harness, "alice", "0355513")
    assert (cdr.answered_status, cdr.answered_reason) == (433, "Try later")


def test_without_call_control_a_call_is_refused_at_once_and_recorded(harness: KamailioHarness, agent: Agents) -> None:
    hers = agent("alice", "absent-hers", OUT)

    answer = hers.calls(f"0355514@{DOMAIN}")

    assert answer.start == "SIP/2.0 503 Dial plans cannot run at present"
    (cdr,) = records_to(harness, "alice", "0355514")
    assert (cdr.answered_status, cdr.answered_reason) == (503, "Dial plans cannot run at present")
    assert "call control is not there" in harness.supervisor.launch.log.read_text()
