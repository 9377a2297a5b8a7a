"""Phones that are called by their Contact, as a transfer may name them."""

from collections.abc import Callable

import pytest

from tests.factories import DOMAIN
from tests.kamailio.user_agent import UserAgent

from .conftest import PlanHouse

Agents = Callable[..., UserAgent]


@pytest.mark.parametrize("plan", ["", "phone-out"])
def test_a_phone_that_a_transfer_names_by_its_contact_is_reached_as_its_account(
    house: PlanHouse, agent: Agents, plan: str
) -> None:
    """A Contact is where the phone is, of which the proxy of whoever calls need not know anything."""
    name = f"phone{plan}"
    if plan:
        house.lines(plan, f"exten =~ .*,1,Dial(${{EXTEN}}@{DOMAIN})", owner="bobby")
    his, carols = agent("bobby", f"{name}-his", {"out_dial_plan_name": plan}), agent("carol", f"{name}-carols")
    carols.contact = f"sip:line7@127.0.0.2:{carols.at.rpartition(':')[2]}"
    carols.registers()
    his.starts_a_call(f"{carols.contact};alias=127.0.0.1~5060~1")
    carols.replies(carols.hears("INVITE"), 486, "Busy Here")
    assert his.hears("INVITE", 486)
    for owner in ("bobby", "carol"):
        (record,) = house.records(f"{name}-carols", owner)
        assert (record.answered_status, record.dst_host) == (486, DOMAIN)


def test_a_stranger_reaches_nobody_by_a_contact(house: PlanHouse, agent: Agents) -> None:
    his, carols = agent("bobby", "stranger-his"), agent("carol", "stranger-carols")
    carols.contact = f"sip:line8@127.0.0.2:{carols.at.rpartition(':')[2]}"
    carols.registers()
    his.password = "wrong"
    assert his.calls(carols.contact).status in (403, 407)
    assert carols.hears_nothing("INVITE")
