"""Legs: the From, whatever a caller wrote into the one that a part of it is taken from, and where none may go."""

from dataclasses import replace

import pytest

from sipsorcery_web.calls.invites import party_of
from sipsorcery_web.calls.sent_legs import LegRefused, LegSender, from_of
from sipsorcery_web.dial_plans.legs import Leg, Sender
from sipsorcery_web.dial_plans.outcomes import Dialling
from sipsorcery_web.ip_addresses import ContactPolicy
from tests.calls.fakes import House
from tests.dial_plans.worlds import call

LEG = Leg(kind="address", name="5@p.example", uri="sip:5@p.example")
OF_A_PLAN = Dialling(groups=((LEG,),), ring_seconds=60, sender=Sender(name="The office"))


@pytest.mark.parametrize(
    ("written", "uri"),
    [
        ("<sip:al%20ice@h.example>", "sip:al%20ice@h.example"),
        ("<sip:x%3e%3btag=evil@h.example>", "sip:x%3E;tag=evil@h.example"),
        ("<sip:x%3e%0d%0aX-Evil:%201@h.example>", "sip:x%3E%0D%0AX-Evil%3A%201@h.example"),
        ('<sip:x@h.example" y>', "sip:x@anonymous.invalid"),
        ("<sip:x>", "sip:anonymous@x"),
        ("", "sip:anonymous@anonymous.invalid"),
    ],
)
def test_a_part_that_is_the_callers_own_ends_no_uri(written: str, uri: str) -> None:
    _, user, host = party_of(written)
    by_caller = replace(call(), from_name="", from_user=user, from_host=host)

    assert from_of(LEG, OF_A_PLAN, by_caller) == ("The office", uri)


@pytest.mark.parametrize(
    "uri",
    [
        *(
            "sip:5@127.0.0.1",
            "sip:5@10.0.0.1:5070",
            "sip:5@[::1]",
            "sip:5@2130706433",
            "sip:5@0x7f.1",
            "sip:5@localhost.",
        ),
        *("sip:5@[::ffff:10.0.0.1]", "sip:5@p.example;maddr=127.0.0.1", "sip:5@169.254.169.254;transport=tcp"),
    ],
)
@pytest.mark.parametrize("field", ["uri", "outbound_proxy"])
def test_no_notation_leads_a_leg_to_a_private_network_unless_that_is_allowed(uri: str, field: str) -> None:
    leg = replace(LEG, uri=uri) if field == "uri" else replace(LEG, outbound_proxy=uri)
    given = ("t", leg, OF_A_PLAN, call(), "alice", 60.0)

    with pytest.raises(LegRefused, match="is an address that no call may go to"):
        LegSender(lambda name, owner: "").command(*given)
    assert LegSender(lambda name, owner: "", ContactPolicy(allows_private=True)).command(*given)


def test_the_servers_that_an_owner_names_are_looked_up_apart_from_all_else() -> None:
    house = House()
    house.dials("${dst}@blueline")
    house.call()
    assert house.scheduler.owners == ["alice"]
