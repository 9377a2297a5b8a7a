"""The messages of calls that plans decide, beside what tshark captures on loopback in the same run."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sipsorcery_web.events.event import Event, EventType
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.test_events import Console
from tests.kamailio.test_events_on_the_wire import agree
from tests.kamailio.user_agent import UserAgent
from tests.kamailio.wiretap import NEEDS, Heard, Said, Wiretap, messages, said_in

from .conftest import PlanHouse

Agents = Callable[..., UserAgent]
pytestmark = [NEEDS, pytest.mark.usefixtures("collected")]


def whole(console: Console, wire: Wiretap, call_ids: Sequence[str], folder: Path) -> list[Event]:
    """The events of some Call-IDs, which is what was captured; both come a moment after the call is over."""

    def both() -> tuple[list[Event], Sequence[Heard]]:
        return console.now(lambda event: event.call_id in call_ids), wire.of_calls(call_ids, bool)

    kept, heard = eventually(both, lambda found: said(found[0]) == Counter(each.said for each in found[1]))
    agree(kept, heard, folder)
    return kept


def said(kept: Sequence[Event]) -> Counter[Said]:
    return Counter(map(said_in, messages(kept)))


def test_a_provider_that_answers_503_and_the_next_one(
    house: PlanHouse, harness: KamailioHarness, wire: Wiretap, tmp_path: Path
) -> None:
    blue, red = house.provider("wire-blue"), house.provider("wire-red")
    house.lines("wire503", "exten => _.,1,Dial(${EXTEN}@wire-blue|${EXTEN}@wire-red)")
    phone = harness.phone(harness.account("alice", "wire503-hers", out_dial_plan_name="wire503"))
    console = Console(harness, "alice")

    called = f"0871550142@{DOMAIN}"
    caller = phone.calls(called, *phone.talk(called, 0.2))
    to_blue = blue.hears("INVITE")
    blue.replies(to_blue, 503, "Service Unavailable")
    to_red = red.hears("INVITE")
    leg = red.answers(to_red)
    assert red.hears("ACK")
    red.replies(red.hears("BYE"), 200, "OK")
    caller.wait()
    assert leg.call_id == to_red["Call-ID"]

    first = console.told(lambda event: event.type is EventType.NewCall)[0].call_id
    of_legs = [to_blue["Call-ID"], to_red["Call-ID"]]
    console.told(lambda event: event.type is EventType.MediatedCall and event.call_id == first)
    kept = whole(console, wire, [first, *of_legs], tmp_path)
    failed = [event for event in messages(kept) if event.text.startswith("SIP/2.0 503 ")]
    assert [event.source for event in failed][:1] == [blue.at]
    assert [event.call_id for event in failed][:1] == of_legs[:1]


def test_a_call_that_a_plan_decides(
    house: PlanHouse, harness: KamailioHarness, agent: Agents, wire: Wiretap, tmp_path: Path
) -> None:
    house.lines("wireplan", f"exten => _.,1,Dial(wireplan-his@{DOMAIN})")
    phone = harness.phone(harness.account("alice", "wireplan-hers", out_dial_plan_name="wireplan"))
    his, console = agent("bobby", "wireplan-his"), Console(harness, "alice")
    his.registers()

    called = f"0871550143@{DOMAIN}"
    caller = phone.calls(called, *phone.refused(called, 603))
    invite = his.hears("INVITE")
    his.replies(invite, 603, "Decline")
    caller.wait()

    first = console.told(lambda event: event.type is EventType.NewCall)[0].call_id
    console.told(lambda event: event.type is EventType.MediatedCall and event.call_id == first)
    kept = whole(console, wire, [first, invite["Call-ID"]], tmp_path)
    lines = [event.text for event in kept if event.type is EventType.DialPlan]
    assert any("wireplan" in line for line in lines), lines
    assert [event.call_id for event in kept if event.type is EventType.NewCall] == [first]
