"""Dials of Ruby plans at the real engine: what each leg sees, who answers, and what the plan is told."""

from collections.abc import Callable

import pytest

from tests.factories import DOMAIN
from tests.kamailio.legs.test_slice import asks_for_a_password, is_proven
from tests.kamailio.user_agent import Leg, Message, UserAgent

from .conftest import PROVIDER_PASSWORD, PlanHouse, legs

Agents = Callable[..., UserAgent]
REFUSALS = range(300, 700)
pytestmark = pytest.mark.usefixtures("with_ruby")


def out(plan: str) -> dict[str, str]:
    return {"out_dial_plan_name": plan}


def talks(caller: UserAgent, callee: UserAgent, invite: Message) -> Leg:
    """The callee answers, and both know it; the callee's leg."""
    leg = callee.answers(invite)
    answer = caller.hears("INVITE", 200)
    caller.leg(answer).acknowledges(answer)
    assert callee.hears("ACK")
    return leg


def test_two_providers_ring_at_once_each_with_its_own_credentials_and_the_second_answers(
    house: PlanHouse, agent: Agents
) -> None:
    blue = house.provider("par-blue", provider_from='"Blue" <sip:b1@blue.example>', custom_headers="X-Line: 7")
    red = house.provider("par-red", provider_auth_username="red-auth", provider_password="of red")
    house.ruby("par", 'sys.Dial "#{req.URI.User}@par-blue & ${dst}@par-red"')
    hers = agent("alice", "par-hers", out("par"))
    hers.starts_a_call(f"035560@{DOMAIN}")

    to_blue = asks_for_a_password(blue, blue.hears("INVITE"))
    to_red = asks_for_a_password(red, red.hears("INVITE"), "red.example")
    assert is_proven(to_blue, "par-blue-user", PROVIDER_PASSWORD)
    assert is_proven(to_red, "red-auth", "of red", "red.example")
    assert to_blue["From"].startswith('"Blue" <sip:b1@blue.example>')
    assert to_blue["X-Line"] == "7"
    assert not to_red["X-Line"]
    blue.replies(to_blue, 180, "Ringing")
    leg = talks(hers, red, to_red)
    blue.replies(blue.hears("CANCEL"), 200, "OK")
    blue.replies(to_blue, 487, "Request Terminated")
    leg.hangs_up_while(hers)
    assert [record.answered_status for record in house.records("035560")] == [200]
    (execution,) = house.executions("035560")
    assert legs(execution) == [("035560@par-blue", "cancelled", 0), ("035560@par-red", "answered", 0)]


def test_a_provider_that_is_down_gives_way_to_the_next(house: PlanHouse, agent: Agents) -> None:
    blue, red = house.provider("seq-blue"), house.provider("seq-red")
    house.ruby("seq", 'sys.Dial "${dst}@seq-blue | ${dst}@seq-red"')
    hers = agent("alice", "seq-hers", out("seq"))
    hers.starts_a_call(f"035561@{DOMAIN}")
    blue.replies(blue.hears("INVITE"), 503, "Service Unavailable")
    talks(hers, red, red.hears("INVITE")).hangs_up_while(hers)
    (execution,) = house.executions("035561")
    assert legs(execution) == [("035561@seq-blue", "failed", 503), ("035561@seq-red", "answered", 0)]


def test_a_plan_reads_how_its_dial_went_and_goes_on(house: PlanHouse, agent: Agents) -> None:
    blue, red = house.provider("on-blue"), house.provider("on-red")
    script = """
        result = sys.Dial "${dst}@on-blue"
        sys.Log "#{result} #{sys.LastFailureStatus.to_i} #{sys.LastFailureReason}"
        sys.Respond 486, "Nobody at all" if sys.Dial("${dst}@on-red") == :Failed
    """
    house.ruby("on", script)
    hers = agent("alice", "on-hers", out("on"))
    hers.starts_a_call(f"035562@{DOMAIN}")
    blue.replies(blue.hears("INVITE"), 404, "No such number")
    red.replies(red.hears("INVITE"), 486, "Busy Here")
    assert hers.hears("INVITE", *REFUSALS).start == "SIP/2.0 486 Nobody at all"
    (record,) = house.records("035562")
    assert (record.answered_status, record.answered_reason) == (486, "Nobody at all")
    (execution,) = house.executions("035562")
    assert execution.log[0] == "Failed 404 No such number"
    assert [dial.state for dial in execution.dials] == ["Failed", "Failed"]


@pytest.mark.parametrize(("code", "reason"), [(486, "Busy Here"), (600, "Busy Everywhere"), (603, "Decline")])
def test_a_persons_refusal_wins_over_the_time_that_is_over(
    house: PlanHouse, agent: Agents, code: int, reason: str
) -> None:
    name = f"person{code}"
    blue, red = house.provider(f"{name}-blue"), house.provider(f"{name}-red")
    house.ruby(name, f'sys.Dial "${{dst}}@{name}-blue | ${{dst}}@{name}-red", 2')
    hers = agent("alice", f"{name}-hers", out(name))
    hers.starts_a_call(f"0355{code}@{DOMAIN}")
    blue.replies(blue.hears("INVITE"), code, reason)
    invite = red.hears("INVITE")
    red.replies(invite, 180, "Ringing")
    red.replies(red.hears("CANCEL"), 200, "OK")
    red.replies(invite, 487, "Request Terminated")
    assert hers.hears("INVITE", *REFUSALS).start == f"SIP/2.0 {code} {reason}"
    (execution,) = house.executions(f"0355{code}")
    assert execution.dials[0].state == "TimedOut"
    assert legs(execution)[1][1] == "rang"


def test_a_redirection_is_followed_where_the_leg_says_so(house: PlanHouse, agent: Agents) -> None:
    blue, elsewhere = house.provider("move-blue"), house.provider("move-elsewhere")
    house.ruby("move", 'sys.Dial "${dst}@move-blue[rm=a]"')
    hers = agent("alice", "move-hers", out("move"))
    hers.starts_a_call(f"035563@{DOMAIN}")
    proven = asks_for_a_password(blue, blue.hears("INVITE"))
    blue.contact = f"sip:new@{elsewhere.at}"
    blue.replies(proven, 302, "Moved")
    invite = elsewhere.hears("INVITE")
    assert invite.uri.startswith(f"sip:new@{elsewhere.at}")
    assert not invite["Proxy-Authorization"]
    talks(hers, elsewhere, invite).hangs_up_while(hers)
    (execution,) = house.executions("035563")
    assert [state for _, state, _ in legs(execution)] == ["followed", "answered"]


def test_a_redirection_is_a_failure_otherwise(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("stay-blue")
    house.ruby("stay", 'sys.Respond(433, sys.RedirectURI.to_s) if sys.Dial("${dst}@stay-blue") == :Redirect')
    hers = agent("alice", "stay-hers", out("stay"))
    hers.starts_a_call(f"035564@{DOMAIN}")
    blue.contact = "sip:new@elsewhere.example"
    blue.replies(blue.hears("INVITE"), 302, "Moved")
    assert hers.hears("INVITE", *REFUSALS).start == "SIP/2.0 433 sip:new@elsewhere.example"


def test_provisional_answers_of_a_plan_reach_the_caller(house: PlanHouse, agent: Agents) -> None:
    house.ruby("prov", 'sys.Respond 183, "Thinking"\nsleep 0.3\nsys.Respond 181, "Forwarded"\nsys.Respond 486, "No"')
    hers = agent("alice", "prov-hers", out("prov"))
    hers.starts_a_call(f"035565@{DOMAIN}")
    assert hers.hears("INVITE", 183).start == "SIP/2.0 183 Thinking"
    assert hers.hears("INVITE", 181).start == "SIP/2.0 181 Forwarded"
    assert hers.hears("INVITE", 486).start == "SIP/2.0 486 No"


def test_an_account_rings_all_its_phones_with_the_from_that_the_leg_says(house: PlanHouse, agent: Agents) -> None:
    house.ruby("home", f'sys.Dial "home-his@{DOMAIN}[fd=Office,fu=100,fh=office.example]"')
    hers, his = agent("alice", "home-hers", out("home")), agent("bobby", "home-his")
    his.registers()
    hers.starts_a_call(f"035566@{DOMAIN}")
    invite = his.hears("INVITE")
    assert invite["From"].startswith('"Office" <sip:100@office.example>')
    talks(hers, his, invite).hangs_up_while(hers)
    (execution,) = house.executions("035566")
    assert legs(execution) == [(f"home-his@{DOMAIN}", "answered", 0)]
    assert house.records("035566", "bobby"), "bob has a record too"


def test_a_delayed_leg_starts_at_once_when_no_other_rings(house: PlanHouse, agent: Agents) -> None:
    blue, red = house.provider("dt-blue"), house.provider("dt-red")
    house.ruby("dt", 'sys.Dial "${dst}@dt-blue & ${dst}@dt-red[dt=60]"')
    hers = agent("alice", "dt-hers", out("dt"))
    hers.starts_a_call(f"035567@{DOMAIN}")
    invite = blue.hears("INVITE")
    assert red.hears_nothing("INVITE", 0.3)
    blue.replies(invite, 486, "Busy Here")
    talks(hers, red, red.hears("INVITE")).hangs_up_while(hers)


def test_headers_that_a_script_sets_reach_the_leg(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("hd-blue", custom_headers="X-Line: 7|X-Other: 8")
    house.ruby(
        "hd", 'sys.SetCustomSIPHeader "X-Line", "9"\nsys.SetFromHeader "N", "u", "h.example"\nsys.Dial "1@hd-blue"'
    )
    hers = agent("alice", "hd-hers", out("hd"))
    hers.starts_a_call(f"035568@{DOMAIN}")
    invite = blue.hears("INVITE")
    assert (invite.all("X-Line"), invite["X-Other"]) == (["9"], "8")
    assert invite["From"].startswith('"N" <sip:u@h.example>')
    hers.cancels()
    assert hers.hears("INVITE", 487)


def test_the_same_address_twice_rings_once(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("twice-blue")
    house.ruby("twice", 'sys.Dial "1@twice-blue & 1@TWICE-blue"')
    hers = agent("alice", "twice-hers", out("twice"))
    hers.starts_a_call(f"035569@{DOMAIN}")
    assert blue.hears("INVITE")
    assert blue.hears_nothing("INVITE", 0.3)
    hers.cancels()
    assert hers.hears("INVITE", 487)


def test_nobody_to_ring_is_an_error_that_the_plan_sees(house: PlanHouse, agent: Agents) -> None:
    house.ruby("none", f'sys.Respond 433, sys.Dial("no-such-account@{DOMAIN}").to_s')
    hers = agent("alice", "none-hers", out("none"))
    assert hers.calls(f"035570@{DOMAIN}").start == "SIP/2.0 433 Error"


def test_a_call_is_hung_up_after_the_time_that_the_leg_says(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("cd-blue")
    house.ruby("cd", 'sys.Dial "1@cd-blue[cd=2]"')
    hers = agent("alice", "cd-hers", out("cd"))
    hers.starts_a_call(f"035571@{DOMAIN}")
    talks(hers, blue, blue.hears("INVITE"))
    hers.replies(hers.hears("BYE"), 200, "OK")
    blue.replies(blue.hears("BYE"), 200, "OK")
    (record,) = house.records("035571")
    assert (record.answered_status, record.hungup_reason) == (200, "Ended by the server")
    assert record.duration in (2, 3, 4)


def test_a_call_is_hung_up_after_the_seconds_that_dial_says(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("third-blue")
    house.ruby("third", 'sys.Dial "1@third-blue[cd=60]", 30, 3')
    hers = agent("alice", "third-hers", out("third"))
    hers.starts_a_call(f"035573@{DOMAIN}")
    talks(hers, blue, blue.hears("INVITE"))
    hers.replies(hers.hears("BYE"), 200, "OK")
    blue.replies(blue.hears("BYE"), 200, "OK")
    (record,) = house.records("035573")
    assert 1 <= record.duration <= 4


def test_a_caller_who_hangs_up_in_a_pause_of_the_plan_ends_it(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("pause-blue")
    plan = house.ruby("pause", 'sys.Respond 183, "Wait"\nsleep 1\nsys.Log "on"\nsys.Dial "1@pause-blue"')
    hers = agent("alice", "pause-hers", out("pause"))
    hers.starts_a_call(f"035574@{DOMAIN}")
    assert hers.hears("INVITE", 183)
    hers.cancels()
    assert hers.hears("INVITE", 487)
    (execution,) = house.executions("035574")
    assert (execution.answer, execution.dials, execution.log) == (None, (), ())
    assert house.count(plan, 0)
    assert blue.hears_nothing("INVITE", 1.5)
    assert house.records("035574")[0].answered_status == 487


def test_a_plan_sends_a_message_and_reads_the_answer(house: PlanHouse, agent: Agents) -> None:
    other = agent("bobby", "msg-his")
    request = f'sys.SendRequest("MESSAGE", "sip:1@{other.at}", "text/plain", "Somebody calls", 5)'
    house.ruby("msg", f"sys.Respond 433, {request}.to_s")
    hers = agent("alice", "msg-hers", out("msg"))
    hers.starts_a_call(f"035575@{DOMAIN}")
    message = other.hears("MESSAGE")
    assert (message.uri, message["Content-Type"], message.body) == (f"sip:1@{other.at}", "text/plain", "Somebody calls")
    assert message["From"].startswith(f"<sip:msg-hers@{DOMAIN}>")
    other.replies(message, 202, "Accepted")
    assert hers.hears("INVITE", *REFUSALS).start == "SIP/2.0 433 202 Accepted"
