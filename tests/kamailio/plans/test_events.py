"""The messages of legs belong to the customer whose plan they are of, and to who is rung; never to others in the call."""

from collections.abc import Callable

import pytest

from sipsorcery_web.events.event import Event, EventType
from tests.factories import DOMAIN
from tests.kamailio.test_events import Console
from tests.kamailio.user_agent import UserAgent

from .conftest import PlanHouse

Agents = Callable[..., UserAgent]
pytestmark = pytest.mark.usefixtures("collected")


def messages(console: Console, place: str) -> list[Event]:
    """The messages from and to an address that somebody reads."""
    return console.now(
        lambda event: event.type is EventType.FullSIPTrace and place in (event.source, event.destination)
    )


def test_a_leg_to_a_provider_is_told_to_the_owner_of_the_plan_and_not_to_the_caller(
    house: PlanHouse, agent: Agents
) -> None:
    server = house.provider("evline", owner="bobby")
    house.lines("evin", "exten => _.,1,Dial(0871550142@evline)", owner="bobby")
    hers = agent("alice", "evplan-hers")
    agent("bobby", "evplan-his", {"in_dial_plan_name": "evin"})
    at_alice, at_bob = Console(house.harness, "alice"), Console(house.harness, "bobby")

    hers.starts_a_call(f"evplan-his@{DOMAIN}")
    leg = server.hears("INVITE")
    server.replies(leg, 503, "Busy lines")
    assert hers.hears("INVITE", *range(400, 700))

    at_bob.told(lambda event: event.text.startswith("SIP/2.0 503 Busy lines"))
    assert {each.call_id for each in messages(at_bob, server.at)} == {leg["Call-ID"]}
    assert messages(at_alice, server.at) == []
    assert messages(at_alice, hers.at) == messages(at_bob, hers.at) != []
    call_id = messages(at_bob, hers.at)[0].call_id
    for asked in (call_id, leg["Call-ID"]):
        assert set(at_bob.events.call_ids_of_legs([asked], "bobby")) == {call_id, leg["Call-ID"]}
    assert at_alice.events.call_ids_of_legs([call_id], "alice") == [call_id]


def test_a_leg_to_an_account_is_told_to_its_owner_too(house: PlanHouse, agent: Agents) -> None:
    house.lines("evout", f"exten => _.,1,Dial(evto-his@{DOMAIN})")
    hers, his = agent("alice", "evto-hers", {"out_dial_plan_name": "evout"}), agent("bobby", "evto-his")
    his.registers()
    at_alice, at_bob = Console(house.harness, "alice"), Console(house.harness, "bobby")

    hers.starts_a_call(f"0871550199@{DOMAIN}")
    leg = his.hears("INVITE")
    his.replies(leg, 603, "Decline")
    assert hers.hears("INVITE", *range(400, 700))

    at_alice.told(lambda event: event.text.startswith("SIP/2.0 603") and event.source == his.at)
    of_leg = [each for each in messages(at_bob, his.at) if each.call_id == leg["Call-ID"]]
    assert messages(at_alice, his.at) == of_leg != []
    assert messages(at_bob, hers.at) == []
