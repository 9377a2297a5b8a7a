"""Calls that are asked for on a page or by a plan, where call control has a say in them."""

from collections.abc import Callable

import pytest

from sipsorcery_web.calls.messages import CallAsked
from sipsorcery_web.calls.third_party.assembly import proxy_secret
from sipsorcery_web.contract.third_party_calls import CallState
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.two_phones import OFFER, Agents, Scene, answer, is_open, of

from .call_control import ScriptedCallControl


@pytest.fixture
def scene(harness: KamailioHarness, agent: Agents) -> Callable[..., Scene]:
    eventually(lambda: is_open(harness))
    return lambda name, **account: Scene(harness, agent, name, **account)


def test_the_second_leg_follows_the_accounts_own_plan(
    harness: KamailioHarness, scene: Callable[..., Scene], control: ScriptedCallControl
) -> None:
    here = scene("planned", out_dial_plan_name="default")
    here.asks(second=f"sip:300@{DOMAIN}")
    hers = here.hers_answers()

    asked = control.hears(CallAsked)
    assert (asked.direction, asked.account, asked.user) == ("out", f"planned-hers@{DOMAIN}", "300")
    assert asked.dials == ""
    control.dials(asked, {"uri": f"sip:planned-his@{DOMAIN}", "account": f"planned-his@{DOMAIN}"})
    here.his_answers()
    here.is_told_of_his_sound()
    here.becomes(CallState.TALKING)
    hers.hangs_up()
    here.his.replies(here.his.hears("BYE"), 200, "OK")

    (record,) = eventually(lambda: of(here, "alice"))
    assert (record.from_user, record.dst, record.answered_status) == ("planned-hers", "300", 200)


def test_no_plan_learns_the_secret(
    harness: KamailioHarness, scene: Callable[..., Scene], control: ScriptedCallControl
) -> None:
    here = scene("learns", out_dial_plan_name="default")
    here.asks(second=f"sip:300@{DOMAIN}")
    here.hers_answers()

    asked = control.hears(CallAsked)

    assert "third" not in asked.request.lower()
    assert proxy_secret(harness.settings) not in asked.request
    control.replies(asked, 486, "Busy Here")
    assert here.becomes(CallState.OVER).status == 486


def test_both_legs_of_a_callback_ask_for_their_dial_strings(
    harness: KamailioHarness, scene: Callable[..., Scene], control: ScriptedCallControl
) -> None:
    here = scene("back")
    here.asks(
        first=f"sip:300@{DOMAIN}",
        second=f"sip:301@{DOMAIN}",
        first_dial="300@blueline[fd=A]",
        second_dial="301@redline",
    )

    asked = control.hears(CallAsked)
    assert (asked.account, asked.user, asked.dials) == (f"back-hers@{DOMAIN}", "300", "300@blueline[fd=A]")
    control.dials(asked, {"uri": f"sip:back-his@{DOMAIN}", "account": f"back-his@{DOMAIN}"})
    invite = here.his.hears("INVITE")
    assert invite.body == ""
    answer(here.his, invite, OFFER)
    asked = control.hears(CallAsked)
    assert (asked.user, asked.dials) == ("301", "301@redline")
    control.replies(asked, 480, "Temporarily Unavailable")
    here.his.replies(here.his.hears("BYE"), 200, "OK")
    assert here.becomes(CallState.OVER).ended_by == "second"


def test_a_stranger_cannot_choose_a_dial_string(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl
) -> None:
    hers = agent("alice", "chooses", {"out_dial_plan_name": "default"})
    hers.starts_a_call(f"300@{DOMAIN}", "X-Third-Party-Dial: 00@blueline\r\nX-Third-Party: guessed\r\n")

    asked = control.hears(CallAsked)

    assert asked.dials == ""
    control.replies(asked, 486, "Busy Here")
