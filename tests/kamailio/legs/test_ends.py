"""Legs that end without an answer, callers who give up, and calls that are over."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sipsorcery_web.calls.messages import (
    CallAnswered,
    CallAsked,
    CallGone,
    DialFailed,
    LegFailed,
    LegMoved,
    Ring,
    Rung,
    SendLeg,
)
from sipsorcery_web.kamailio.config import AWAY
from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.user_agent import Leg, Message, UserAgent
from tests.running import free_port

from .call_control import ScriptedCallControl
from .test_slice import OUT, Agents, asks_for_a_password, records_to

Begins = Callable[[str, str], "Beginning"]


@dataclass
class Beginning:
    """A call of alice's along her plan, and the server of the provider that a leg goes to."""

    hers: UserAgent
    provider: UserAgent
    control: ScriptedCallControl
    asked: CallAsked
    dialled: str
    token: str = ""

    def goes_out(self, **leg: Any) -> Message:
        """Send the leg, with these values of a SendLeg; the INVITE at the provider."""
        return self.goes_to(f"sip:{self.dialled}@{self.provider.at}", **leg).provider.hears("INVITE")

    def goes_to(self, uri: str, **leg: Any) -> "Beginning":
        (self.token,) = self.control.dials(self.asked, {"uri": uri, **leg})
        return self

    def rings(self, invite: Message) -> None:
        """Ring at the provider, and let the caller hear it."""
        self.provider.replies(invite, 180, "Ringing")
        assert self.hers.hears("INVITE", 180)

    def is_answered(self, invite: Message) -> Leg:
        """Answer at the provider, and have it acknowledged; the provider's leg."""
        leg = self.provider.answers(invite)
        answer = self.hers.hears("INVITE", 200)
        self.hers.leg(answer).acknowledges(answer)
        return leg


@pytest.fixture
def begins(agent: Agents, control: ScriptedCallControl, provider: Agents) -> Begins:
    """A call from a new account of alice's to a number, which waits for its plan."""

    def begins(name: str, dialled: str) -> Beginning:
        hers, blueline = agent("alice", name, OUT), provider("blueline")
        hers.starts_a_call(f"{dialled}@{DOMAIN}")
        return Beginning(hers, blueline, control, control.hears(CallAsked, user=dialled), dialled)

    return begins


def test_a_wrong_password_is_one_try_and_no_challenge_reaches_the_caller(
    control: ScriptedCallControl, begins: Begins
) -> None:
    call = begins("wrong-hers", "0355550")
    invite = call.goes_out(username="alice", password="wrong")
    call.provider.replies(
        asks_for_a_password(call.provider, invite),
        407,
        more='Proxy-Authenticate: Digest realm="provider.example", nonce="n2", algorithm=MD5\r\n',
    )

    assert control.hears(LegFailed, token=call.token).code == 407
    control.replies(control.hears(DialFailed), 503, "Provider refused")
    assert call.hers.hears("INVITE", *range(300, 700)).start == "SIP/2.0 503 Provider refused"
    assert call.provider.hears_nothing("INVITE")
    assert "SIP/2.0 407 Said" not in call.hers.heard


def test_a_provider_that_is_silent_is_given_up(control: ScriptedCallControl, begins: Begins) -> None:
    call = begins("silent-hers", "0355551").goes_to(f"sip:0355551@{HOME}:{free_port()}")

    failed = control.hears(LegFailed, token=call.token)
    assert (failed.code, failed.is_timeout) == (408, True)
    control.replies(control.hears(DialFailed), 480, "Nobody there")
    assert call.hers.hears("INVITE", 480)


def test_a_name_that_does_not_resolve_ends_the_leg_alone(control: ScriptedCallControl, begins: Begins) -> None:
    call = begins("nowhere-hers", "0355552").goes_to("sip:0355552@nowhere.invalid")

    assert control.hears(LegFailed, token=call.token).code == 480
    control.replies(control.hears(DialFailed), 480, "Nobody there")
    assert call.hers.hears("INVITE", 480)


def test_the_ring_time_is_kept_though_the_phone_goes_on_ringing(control: ScriptedCallControl, begins: Begins) -> None:
    call = begins("rings-hers", "0355553")
    invite = call.goes_out(ring_milliseconds=1500)
    began = time.monotonic()
    call.rings(invite)
    call.provider.replies(invite, 183, "Progress")

    cancel = call.provider.hears("CANCEL")
    assert 1 < time.monotonic() - began < 6
    call.provider.replies(cancel, 200, "OK")
    call.provider.replies(invite, 487, "Request Terminated")
    failed = control.hears(LegFailed, token=call.token)
    assert (failed.code, failed.is_timeout) == (408, True)
    control.dials(control.hears(DialFailed), {"uri": f"sip:0355553@{call.provider.at}"})
    call.is_answered(call.provider.hears("INVITE"))
    assert control.hears(CallAnswered)


def test_a_redirection_is_followed_without_the_credentials(
    control: ScriptedCallControl, begins: Begins, provider: Agents
) -> None:
    call, other = begins("moved-hers", "0355554"), provider("other")
    invite = call.goes_out(username="alice", password="sesame", follows_redirects=True)
    call.provider.contact = f"sip:5@{other.at}"
    call.provider.replies(invite, 302, "Moved")

    moved = control.hears(LegMoved, token=call.token)
    assert (moved.code, moved.contact) == (302, f"<sip:5@{other.at}>")
    control.sends(SendLeg(transaction=moved.transaction, uri=f"sip:5@{other.at}"))
    invite = other.hears("INVITE")
    assert invite.uri == f"sip:5@{other.at}"
    assert not invite["Proxy-Authorization"]
    other.answers(invite)
    answer = call.hers.hears("INVITE", 200)
    call.hers.leg(answer).acknowledges(answer)
    assert other.hears("ACK")


def test_a_redirection_that_is_not_followed_fails_with_its_contact(
    control: ScriptedCallControl, begins: Begins
) -> None:
    call = begins("kept-hers", "0355555")
    call.provider.replies(call.goes_out(), 302, "Moved")

    failed = control.hears(LegFailed, token=call.token)
    assert (failed.code, failed.contact) == (302, f"<{call.provider.contact}>")
    control.replies(control.hears(DialFailed), 302, "Moved", headers=(("X-Moved", "yes"),))
    assert call.hers.hears("INVITE", 302)["X-Moved"] == "yes"


def test_the_caller_hears_what_the_plan_says_before_it_rings(
    harness: KamailioHarness, control: ScriptedCallControl, begins: Begins
) -> None:
    call = begins("says-hers", "0355556")
    hers, asked = call.hers, call.asked
    control.sends(Ring(transaction=asked.transaction, code=183, reason="Thinking", headers=(("X-Plan", "1"),)))
    progress = hers.hears("INVITE", 183)
    assert (progress.start, progress["X-Plan"]) == ("SIP/2.0 183 Thinking", "1")
    rung = control.hears(Rung, call=asked.call)
    control.sends(Ring(transaction=rung.transaction, code=181, reason="Forwarded"))
    assert hers.hears("INVITE", 181)
    again = control.hears(Rung, call=asked.call)
    control.replies(CallAsked(**{**vars(asked), "transaction": again.transaction}), 486, "Not now")

    assert hers.hears("INVITE", 486).start == "SIP/2.0 486 Not now"
    assert len(records_to(harness, "alice", "0355556")) == 1


def test_a_caller_who_gives_up_while_it_rings_ends_the_leg(
    harness: KamailioHarness, control: ScriptedCallControl, begins: Begins
) -> None:
    call = begins("gives-up", "0355557")
    invite = call.goes_out()
    call.rings(invite)
    call.hers.cancels()

    assert call.hers.hears("CANCEL", 200)
    call.provider.replies(call.provider.hears("CANCEL"), 200, "OK")
    call.provider.replies(invite, 487, "Request Terminated")
    assert call.hers.hears("INVITE", 487)
    assert control.hears(CallGone, call=call.asked.call)
    (cdr,) = records_to(harness, "alice", "0355557")
    assert (cdr.answered_status, cdr.hungup_reason, cdr.in_progress_status) == (487, "Client cancelled", 180)


def test_a_caller_who_gives_up_while_the_plan_thinks_is_told_so_at_once(
    harness: KamailioHarness, control: ScriptedCallControl, begins: Begins
) -> None:
    call = begins("thinks-hers", "0355558")
    call.hers.cancels()

    assert call.hers.hears("INVITE", 487)
    assert control.hears(CallGone, call=call.asked.call)
    (cdr,) = records_to(harness, "alice", "0355558")
    assert (cdr.answered_status, cdr.hungup_reason) == (487, "Client cancelled")


def test_a_call_is_hung_up_after_its_time_on_both_sides(
    harness: KamailioHarness, control: ScriptedCallControl, begins: Begins
) -> None:
    call = begins("timed-hers", "0355559")
    from_uri = "sip:line@provider.example"
    first = call.goes_out(call_seconds=2, username="alice", password="sesame", from_uri=from_uri)
    invite = asks_for_a_password(call.provider, first)
    theirs = call.is_answered(invite)
    began = time.monotonic()

    call.hers.replies(call.hers.hears("BYE"), 200, "OK")
    bye = call.provider.hears("BYE")
    assert 1 < time.monotonic() - began < 10
    call.provider.replies(bye, 200, "OK")
    assert bye["Call-ID"] == theirs.call_id
    assert "line@provider.example" in bye["From"]
    assert int(bye["CSeq"].split()[0]) > int(invite["CSeq"].split()[0])
    (cdr,) = records_to(harness, "alice", "0355559")
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Ended by the server")
    assert cdr.duration in (1, 2, 3, 4)  # Kamailio looks at its times once a second


def test_an_administrator_ends_a_call_through_a_provider(harness: KamailioHarness, begins: Begins) -> None:
    call = begins("ended-hers", "0355560")
    call.is_answered(call.goes_out())
    (leg,) = eventually(lambda: harness.legs("alice", "0355560"))
    assert leg.id is not None

    assert harness.kamailio.control.hang_up(leg.id)

    call.hers.replies(call.hers.hears("BYE"), 200, "OK")
    call.provider.replies(call.provider.hears("BYE"), 200, "OK")
    assert len(records_to(harness, "alice", "0355560")) == 1


@pytest.mark.parametrize("milliseconds", range(6))
def test_an_answer_that_crosses_with_a_cancel_leaves_nobody_behind(
    harness: KamailioHarness, begins: Begins, milliseconds: int
) -> None:
    call = begins(f"cross-{milliseconds}", f"03556{milliseconds}")
    hers, blueline = call.hers, call.provider
    invite = call.goes_out()
    call.rings(invite)

    blueline.answers(invite)
    began = time.monotonic()
    eventually(lambda: time.monotonic() - began > milliseconds / 2000)
    hers.cancels()

    answer = hers.hears("INVITE", *range(200, 700))
    if answer.status == 200:
        own = hers.leg(answer)
        own.acknowledges(answer)
        own.says("BYE")
        blueline.replies(blueline.hears("BYE"), 200, "OK")
        assert hers.hears("BYE", 200)
    (cdr,) = records_to(harness, "alice", f"03556{milliseconds}")
    assert cdr.answered_status == answer.status


def test_call_control_that_comes_and_goes_again_at_once_has_as_long_to_come_back_as_any(
    harness: KamailioHarness,
) -> None:
    rpc = harness.kamailio.control.rpc
    eventually(lambda: not harness.kamailio.control.has_call_control())
    rpc.call("pv.shvSet", "away", "int", 1000)
    with ScriptedCallControl(harness).at_work():
        pass
    assert rpc.call("pv.shvGet", "away")["value"] < AWAY
