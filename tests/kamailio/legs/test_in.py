"""Calls to accounts with a plan of their own: from other accounts, from providers, and within another plan."""

from sipsorcery_web.calls.messages import (
    CallAnswered,
    CallAsked,
    CallGone,
    DialFailed,
    DialLegs,
    LegAsked,
)
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness

from .call_control import ScriptedCallControl
from .test_slice import OUT, Agents, records_to

IN = {"in_dial_plan_name": "default"}


def test_a_call_of_another_account_runs_the_plan_of_the_called_one(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl
) -> None:
    hers, his = agent("alice", "in-hers"), agent("bobby", "in-his", IN)
    his.registers()
    hers.starts_a_call(f"in-his@{DOMAIN}")

    asked = control.hears(CallAsked)
    assert (asked.direction, asked.account, asked.caller) == ("in", f"in-his@{DOMAIN}", f"in-hers@{DOMAIN}")
    control.dials(asked, {"uri": f"sip:in-his@{DOMAIN}", "account": f"in-his@{DOMAIN}"})
    leg = his.answers(his.hears("INVITE"))
    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert his.hears("ACK")
    leg.hangs_up_while(hers)
    assert len(records_to(harness, "alice", "in-his")) == len(records_to(harness, "bobby", "in-his")) == 1


def test_a_name_with_a_dot_is_the_account_behind_it(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl
) -> None:
    hers, his = agent("alice", "dot-hers"), agent("bobby", "dotted", IN)
    hers.starts_a_call(f"a.b.dotted@{DOMAIN}")

    asked = control.hears(CallAsked)
    assert (asked.account, asked.user) == (f"dotted@{DOMAIN}", "a.b.dotted")
    control.replies(asked, 486, "Busy")
    assert hers.hears("INVITE", 486)
    plain = agent("bobby", "plain-dotted")
    plain.registers()
    hers.starts_a_call(f"anything.plain-dotted@{DOMAIN}")
    plain.answers(plain.hears("INVITE"))
    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert his.hears_nothing("INVITE")


def test_an_account_without_plans_is_called_as_before_while_call_control_is_away(
    harness: KamailioHarness, agent: Agents
) -> None:
    hers, his = agent("alice", "before-hers"), agent("bobby", "before-his")
    his.registers()
    hers.starts_a_call(f"before-his@{DOMAIN}")
    his.answers(his.hears("INVITE"))
    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert his.hears("ACK")


def test_a_plan_in_a_leg_rings_its_own_legs_and_may_go_on_to_a_second_dial(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "nest-hers", OUT), provider("blueline")
    agent("bobby", "nest-his", IN)
    hers.starts_a_call(f"nest-his@{DOMAIN}")
    asked = control.hears(CallAsked)
    control.sends(DialLegs(transaction=asked.transaction, tokens=("aa" * 8,)))
    leg = control.hears(LegAsked)
    control.dials(leg, {"uri": f"sip:1@{blueline.at}"}, account=f"nest-his@{DOMAIN}")
    blueline.replies(blueline.hears("INVITE"), 486, "Busy Here")
    assert blueline.hears("ACK")
    again = control.hears(DialFailed, call=leg.call)
    (token,) = control.dials(again, {"uri": f"sip:2@{blueline.at}"})
    theirs = blueline.answers(blueline.hears("INVITE"))

    answer = hers.hears("INVITE", 200)
    own = hers.leg(answer)
    own.acknowledges(answer)
    assert blueline.hears("ACK")
    answers = {(event.call, event.token) for event in (control.hears(CallAnswered), control.hears(CallAnswered))}
    assert answers == {(leg.call, token), (asked.call, "aa" * 8)}
    own.says("INVITE", "Content-Type: application/sdp\r\n")
    again_invite = blueline.hears("INVITE")
    assert again_invite["Call-ID"] == theirs.call_id
    blueline.replies(again_invite, 200, "OK")
    assert hers.hears("INVITE", 200)["Call-ID"] == own.call_id
    theirs.hangs_up_while(hers)
    assert len(records_to(harness, "alice", "nest-his")) == len(records_to(harness, "bobby", "nest-his")) == 1


def test_a_cancel_reaches_through_a_plan_in_a_leg(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "through-hers", OUT), provider("blueline")
    hers.starts_a_call(f"0355570@{DOMAIN}")
    asked = control.hears(CallAsked)
    control.sends(DialLegs(transaction=asked.transaction, tokens=("bb" * 8,)))
    leg = control.hears(LegAsked)
    control.dials(leg, {"uri": f"sip:1@{blueline.at}"})
    invite = blueline.hears("INVITE")
    blueline.replies(invite, 180, "Ringing")
    assert hers.hears("INVITE", 180)
    hers.cancels()

    blueline.replies(blueline.hears("CANCEL"), 200, "OK")
    blueline.replies(invite, 487, "Request Terminated")
    assert hers.hears("INVITE", 487)
    assert {control.hears(CallGone).call, control.hears(CallGone).call} == {asked.call, leg.call}


def test_a_disabled_account_is_not_asked_about(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl
) -> None:
    hers = agent("alice", "disabled-hers")
    agent("bobby", "disabled-his", IN | {"is_user_disabled": True})

    assert hers.calls(f"disabled-his@{DOMAIN}").status == 403
    assert control.hears_nothing(CallAsked)
