"""Legs that ring at once: each for itself, one answer, and an end for all others."""

import time

from sipsorcery_web.calls.messages import CallAnswered, CallAsked, DialFailed, LegFailed
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.user_agent import Message, UserAgent

from .call_control import ScriptedCallControl
from .test_slice import OUT, Agents, asks_for_a_password, is_proven, records_to


def rings(
    hers: UserAgent, control: ScriptedCallControl, dialled: str, *providers: UserAgent
) -> tuple[CallAsked, list[str], list[Message]]:
    """A call with a leg to each provider, and the INVITE that each has got."""
    hers.starts_a_call(f"{dialled}@{DOMAIN}")
    asked = control.hears(CallAsked, user=dialled)
    tokens = control.dials(asked, *({"uri": f"sip:{dialled}@{provider.at}"} for provider in providers))
    return asked, tokens, [provider.hears("INVITE") for provider in providers]


def test_two_providers_get_their_own_credentials_from_and_headers_and_the_second_answers(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, first, second = agent("alice", "both-out", OUT), provider("first"), provider("second")
    hers.starts_a_call(f"0355520@{DOMAIN}")
    asked = control.hears(CallAsked, user="0355520")
    legs = [
        {
            "uri": f"sip:0355520@{each.at}",
            "from_uri": f"sip:{name}@{name}.example",
            "username": name,
            "password": f"{name}-password",
            "headers": (("X-Line", name),),
        }
        for name, each in (("one", first), ("two", second))
    ]
    tokens = control.dials(asked, *legs)

    invites = {}
    for name, each in (("one", first), ("two", second)):
        invite = asks_for_a_password(each, each.hears("INVITE"), f"{name}.example")
        assert is_proven(invite, name, f"{name}-password", f"{name}.example")
        assert invite["From"].startswith(f"<sip:{name}@{name}.example>")
        assert invite["X-Line"] == name
        each.replies(invite, 180, "Ringing")
        invites[name] = invite
    assert invites["one"]["Call-ID"] != invites["two"]["Call-ID"]
    leg = second.answers(invites["two"])
    answer = hers.hears("INVITE", 200)
    assert control.hears(CallAnswered).token == tokens[1]
    own = hers.leg(answer)
    own.acknowledges(answer)
    assert second.hears("ACK")
    cancel = first.hears("CANCEL")
    first.replies(cancel, 200, "OK")
    first.replies(invites["one"], 487, "Request Terminated")

    leg.says("INVITE", "Content-Type: application/sdp\r\n")
    again = hers.hears("INVITE")
    assert f"sip:both-out@{DOMAIN}" in again["To"]
    hers.replies(again, 200, "OK")
    accepted = second.hears("INVITE", 200)
    assert accepted["Call-ID"] == leg.call_id
    leg.acknowledges(accepted)
    assert hers.hears("ACK")
    leg.hangs_up_while(hers)
    (cdr,) = records_to(harness, "alice", "0355520")
    assert cdr.answered_status == 200


def test_of_two_that_answer_at_once_one_is_hung_up(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, first, second = agent("alice", "at-once", OUT), provider("first"), provider("second")
    for number in range(5):
        asked, tokens, invites = rings(hers, control, f"035553{number}", first, second)
        for each, invite in zip((first, second), invites, strict=True):
            each.answers(invite)
        answer = hers.hears("INVITE", 200)
        own = hers.leg(answer)
        own.acknowledges(answer)
        winner = tokens.index(control.hears(CallAnswered, call=asked.call).token)
        won, lost = (first, second) if winner == 0 else (second, first)
        lost.replies(lost.hears("BYE"), 200, "OK")
        assert won.hears_nothing("BYE", 0.2)
        own.says("BYE")
        won.replies(won.hears("BYE"), 200, "OK")
        assert hers.hears("BYE", 200)
        assert len(records_to(harness, "alice", f"035553{number}")) == 1


def test_a_decline_of_one_leg_is_that_legs_alone(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, first, second = agent("alice", "declined", OUT), provider("first"), provider("second")
    _asked, tokens, (to_first, to_second) = rings(hers, control, "0355540", first, second)
    first.replies(to_first, 603, "Decline")

    assert control.hears(LegFailed, token=tokens[0]).code == 603
    second.answers(to_second)
    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert second.hears("ACK")


def test_ten_legs_ring_at_once(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, providers = agent("alice", "ten-legs", OUT), [provider(f"p{number}") for number in range(10)]
    asked, tokens, invites = rings(hers, control, "0355541", *providers)
    for each, invite in zip(providers, invites, strict=True):
        each.replies(invite, 486, "Busy Here")

    assert {control.hears(LegFailed).token for _ in tokens} == set(tokens)
    control.replies(control.hears(DialFailed, call=asked.call), 486, "All busy")
    assert hers.hears("INVITE", 486).start == "SIP/2.0 486 All busy"


def test_twenty_dials_follow_each_other(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "twenty", OUT), provider("blueline")
    hers.starts_a_call(f"0355542@{DOMAIN}")
    asked: CallAsked | DialFailed = control.hears(CallAsked, user="0355542")
    for _ in range(20):
        control.dials(asked, {"uri": f"sip:0355542@{blueline.at}"})
        blueline.replies(blueline.hears("INVITE"), 486, "Busy Here")
        assert blueline.hears("ACK")
        asked = control.hears(DialFailed)
    control.dials(asked, {"uri": f"sip:0355542@{blueline.at}"})
    leg = blueline.answers(blueline.hears("INVITE"))

    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert blueline.hears("ACK")
    leg.hangs_up_while(hers)
    assert len(records_to(harness, "alice", "0355542")) == 1


def test_a_leg_that_starts_later_is_answered_later(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    """A caller who hangs up meanwhile hears so at once, and the leg never goes out."""
    from sipsorcery_web.calls.messages import CallGone, DialLegs, LegAsked, NotWaiting, SendLeg

    hers, blueline = agent("alice", "later-leg", OUT), provider("blueline")
    hers.starts_a_call(f"0355543@{DOMAIN}")
    asked = control.hears(CallAsked, user="0355543")
    control.sends(DialLegs(transaction=asked.transaction, tokens=("ab" * 8,)))
    leg = control.hears(LegAsked)
    began = time.monotonic()
    hers.cancels()

    assert hers.hears("INVITE", 487)
    assert time.monotonic() - began < 3
    assert control.hears(CallGone, call=asked.call)
    control.sends(SendLeg(transaction=leg.transaction, uri=f"sip:0355543@{blueline.at}"))
    assert control.hears(NotWaiting, transaction=leg.transaction)
    assert blueline.hears_nothing("INVITE")
    (cdr,) = records_to(harness, "alice", "0355543")
    assert (cdr.answered_status, cdr.hungup_reason) == (487, "Client cancelled")
