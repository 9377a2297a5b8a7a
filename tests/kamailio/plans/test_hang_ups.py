"""Callers who hang up, in each state that a call which follows a plan can be in: nobody rings on, and nothing runs on."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.factories import DOMAIN
from tests.kamailio.user_agent import Message, UserAgent

from .conftest import PlanHouse, legs
from .test_dials import out

Agents = Callable[..., UserAgent]
pytestmark = pytest.mark.usefixtures("with_ruby")


@dataclass
class Calling:
    """A call of alice's along a plan that may ring two providers."""

    house: PlanHouse
    hers: UserAgent
    blue: UserAgent
    red: UserAgent
    number: str

    def is_given_up(self, *ringing: tuple[UserAgent, Message]) -> None:
        """She hangs up; the phones that ring stop, and all of it is over."""
        self.hers.cancels()
        assert self.hers.hears("CANCEL", 200)
        for agent, invite in ringing:
            agent.replies(agent.hears("CANCEL"), 200, "OK")
            agent.replies(invite, 487, "Request Terminated")
        assert self.hers.hears("INVITE", 487)
        (record,) = self.house.records(self.number)
        assert (record.answered_status, record.hungup_reason) == (487, "Client cancelled")

    def states(self) -> list[list[str]]:
        """The states of the legs of each Dial, when it is over."""
        (execution,) = self.house.executions(self.number)
        assert execution.answer is None
        return [[state for _, state, _ in legs(execution, dial)] for dial in range(len(execution.dials))]


@pytest.fixture
def calling(house: PlanHouse, agent: Agents) -> Callable[[str, str, str], Calling]:
    """A call from a new account of alice's to a number, along a Ruby plan."""

    def calling(name: str, number: str, script: str) -> Calling:
        blue, red = house.provider(f"{name}-blue"), house.provider(f"{name}-red")
        house.ruby(name, script)
        hers = agent("alice", f"{name}-hers", out(name))
        hers.starts_a_call(f"{number}@{DOMAIN}")
        return Calling(house, hers, blue, red, number)

    return calling


Calls = Callable[[str, str, str], Calling]


def rings(agent: UserAgent) -> tuple[UserAgent, Message]:
    """A phone that has begun to ring, and its INVITE."""
    invite = agent.hears("INVITE")
    agent.replies(invite, 180, "Ringing")
    return agent, invite


def test_before_the_phone_has_said_anything(calling: Calls) -> None:
    call = calling("silent", "035670", "sys.Dial '1@silent-blue'")
    invite = call.blue.hears("INVITE")
    call.hers.cancels()
    assert call.hers.hears("CANCEL", 200)
    assert call.hers.hears("INVITE", 487)
    call.blue.replies(invite, 180, "Ringing")  # it has heard of the call, and only now says so
    call.blue.replies(call.blue.hears("CANCEL"), 200, "OK")
    call.blue.replies(invite, 487, "Request Terminated")

    assert call.states() == [["cancelled"]]


def test_while_a_phone_rings(calling: Calls) -> None:
    call = calling("ringing", "035671", "sys.Dial '1@ringing-blue'\nsys.Dial '1@ringing-red'")
    call.is_given_up(rings(call.blue))

    assert call.red.hears_nothing("INVITE", 1.0)
    assert call.states() == [["cancelled"]]


def test_while_two_ring(calling: Calls) -> None:
    call = calling("both", "035672", "sys.Dial '1@both-blue&1@both-red'")
    call.is_given_up(rings(call.blue), rings(call.red))

    assert call.states() == [["cancelled", "cancelled"]]


def test_before_a_leg_that_starts_later_has_started(calling: Calls) -> None:
    call = calling("later", "035673", "sys.Dial '1@later-blue&1@later-red[dt=3]'")
    call.is_given_up(rings(call.blue))

    assert call.red.hears_nothing("INVITE", 3.5)
    assert call.states() == [["cancelled", "cancelled"]]


def test_while_the_second_of_two_dials_rings(calling: Calls) -> None:
    call = calling("second", "035674", "sys.Dial '1@second-blue'\nsys.Dial '1@second-red'")
    call.blue.replies(call.blue.hears("INVITE"), 503, "Service Unavailable")
    call.is_given_up(rings(call.red))

    assert call.states() == [["failed"], ["cancelled"]]


@pytest.mark.parametrize("option", ["", "[rm=a]"])
def test_while_a_phone_rings_that_a_redirection_leads_to_or_the_plan_rings_after_one(
    calling: Calls, option: str
) -> None:
    """Without `rm=a` the plan sees where the redirection leads, and calls on itself."""
    name = "moved" if option else "told"
    number = f"03567{len(option) + 5}"
    call = calling(name, number, f"sys.Dial('1@{name}-blue{option}')\nsys.Dial '1@{name}-red'")
    call.blue.contact = f"sip:new@{call.red.at}"
    call.blue.replies(call.blue.hears("INVITE"), 302, "Moved")
    call.is_given_up(rings(call.red))

    assert call.states() == ([["followed", "cancelled"]] if option else [["redirected"], ["cancelled"]])


def test_after_the_answer(calling: Calls) -> None:
    call = calling("talking", "035680", "sys.Dial '1@talking-blue'\nsys.Dial '1@talking-red'")
    invite = call.blue.hears("INVITE")
    call.blue.answers(invite)
    answer = call.hers.hears("INVITE", 200)
    own = call.hers.leg(answer)
    own.acknowledges(answer)
    assert call.blue.hears("ACK")

    own.hangs_up_while(call.blue)

    assert call.red.hears_nothing("INVITE", 1.0)
    (record,) = call.house.records("035680")
    assert (record.answered_status, record.hungup_reason) == (200, "Client dialogue hungup")
    assert call.states() == [["answered"]]
