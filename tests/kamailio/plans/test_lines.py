"""Calls of an account that follow a plan of extension lines: the wire, the record and the execution."""

from collections.abc import Callable

from tests.factories import DOMAIN
from tests.kamailio.legs.test_slice import asks_for_a_password, is_proven
from tests.kamailio.user_agent import UserAgent

from .conftest import PROVIDER_PASSWORD, PlanHouse, legs

Agents = Callable[..., UserAgent]


def test_alice_calls_out_through_her_provider(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("one-blue")
    house.lines("one", "exten => _9X.,1,Dial(${EXTEN:1}@one-blue)")
    hers = agent("alice", "one-hers", {"out_dial_plan_name": "one"})
    hers.starts_a_call(f"90355501@{DOMAIN}")

    invite = blue.hears("INVITE")
    assert invite.uri == f"sip:0355501@{blue.at}"
    assert "one-blue-user@127.0.0.1" in invite["From"]
    proven = asks_for_a_password(blue, invite)
    assert is_proven(proven, "one-blue-user", PROVIDER_PASSWORD)
    blue.replies(proven, 180, "Ringing")
    assert hers.hears("INVITE", 180)
    leg = blue.answers(proven)
    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert blue.hears("ACK")
    leg.hangs_up_while(hers)

    (record,) = house.records("90355501")
    assert (record.answered_status, record.in_progress_status, record.call_direction) == (200, 180, "Out")
    (execution,) = house.executions("90355501")
    assert legs(execution) == [("0355501@one-blue", "answered", 0)]
    assert PROVIDER_PASSWORD not in execution.contents()


def test_a_wrong_password_is_one_try_and_a_plain_503(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("two-blue")
    house.lines("two", "exten => _X.,1,Dial(${EXTEN}@two-blue)")
    hers = agent("alice", "two-hers", {"out_dial_plan_name": "two"})
    hers.starts_a_call(f"0355502@{DOMAIN}")
    again = asks_for_a_password(blue, blue.hears("INVITE"))
    blue.replies(again, 407, more='Proxy-Authenticate: Digest realm="x", nonce="n2", algorithm=MD5\r\n')

    assert hers.hears("INVITE", *range(300, 700)).start == "SIP/2.0 503 Service unavailable"
    assert blue.hears("ACK")
    assert blue.hears_nothing("INVITE")
    (record,) = house.records("0355502")
    assert (record.answered_status, record.answered_reason) == (503, "Service unavailable")
    (execution,) = house.executions("0355502")
    assert "does not take the username or the password (407" in execution.log[-1]
