"""Strangers at the doors that call control and legs have: neither obeyed nor told anything."""

import json
import socket
import time
from contextlib import suppress
from uuid import uuid4

import pytest

from sipsorcery_web.calls.messages import AllTold, CallAlive, CallAsked, DialFailed, DialLegs, LegAsked
from sipsorcery_web.kamailio.call_channel.netstrings import NetstringReader, netstring
from sipsorcery_web.kamailio.ports import CHANNEL_HOST
from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness

from .call_control import ScriptedCallControl
from .test_slice import OUT, Agents


class Stranger:
    """A program of this machine at the door of call control."""

    def __init__(self, harness: KamailioHarness) -> None:
        self.line = socket.create_connection((CHANNEL_HOST, harness.settings.sip_rpc_port), 2)

    def says(self, **message: object) -> None:
        self.line.sendall(netstring(json.dumps(message).encode()))

    def hears(self, seconds: float = 0.5) -> list[bytes]:
        self.line.settimeout(seconds)
        with suppress(TimeoutError):
            return NetstringReader().feed(self.line.recv(65536))
        return []


@pytest.mark.parametrize("shown", [None, "", "wrong"])
def test_who_does_not_know_the_secret_is_neither_obeyed_nor_told(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, shown: str | None
) -> None:
    hers, stranger = agent("alice", f"strange-{shown}", OUT), Stranger(harness)
    with stranger.line:
        if shown is not None:
            stranger.says(secret=shown)
        hers.starts_a_call(f"0355580@{DOMAIN}")
        asked = control.hears(CallAsked)
        stranger.says(do="hello")
        stranger.says(do="reply", t=asked.transaction, code=603, reason="Mine")

        assert stranger.hears() == []
        control.replies(asked, 486, "Hers")
        assert hers.hears("INVITE", *range(300, 700)).start == "SIP/2.0 486 Hers"
        assert stranger.hears() == []


def test_a_stranger_in_the_place_of_call_control_that_has_gone_is_told_nothing(
    harness: KamailioHarness, agent: Agents
) -> None:
    hers, stranger = agent("alice", "in-its-place", OUT), None
    with ScriptedCallControl(harness).at_work():
        pass
    stranger = Stranger(harness)
    with stranger.line:
        assert hers.calls(f"0355581@{DOMAIN}").status == 503
        stranger.says(do="hello")
        assert stranger.hears() == []


def test_nobody_else_can_play_a_leg(harness: KamailioHarness, agent: Agents, control: ScriptedCallControl) -> None:
    hers = agent("alice", "played-hers", OUT)
    hers.starts_a_call(f"0355582@{DOMAIN}")
    token = "cc" * 8
    control.sends(DialLegs(transaction=control.hears(CallAsked).transaction, tokens=(token,)))
    leg = control.hears(LegAsked)
    door = (HOME, harness.settings.sip_rpc_port)
    with socket.socket(type=socket.SOCK_DGRAM) as line:
        line.bind((HOME, 0))
        line.settimeout(0.5)
        line.sendto(
            f"INVITE sip:{token}@{HOME}:{door[1]} SIP/2.0\r\nVia: SIP/2.0/UDP {HOME}:9;branch=z9hG4bK{uuid4().hex}\r\n"
            f"From: <sip:x@y>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: {uuid4().hex}\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:x@{HOME}>\r\nContent-Length: 0\r\n\r\n".encode(),
            door,
        )
        with pytest.raises(TimeoutError):
            line.recv(4096)
    assert control.hears_nothing(LegAsked)
    control.replies(leg, 480, "No")
    control.replies(control.hears(DialFailed), 480, "No")
    assert hers.hears("INVITE", 480)


def test_nobody_else_can_answer_for_a_leg(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "forged-hers", OUT), provider("blueline")
    hers.starts_a_call(f"0355587@{DOMAIN}")
    control.dials(control.hears(CallAsked), {"uri": f"sip:0355587@{blueline.at}"})
    invite, door = blueline.hears("INVITE"), (HOME, harness.settings.sip_rpc_port)
    vias = invite.all("Via")
    inner = next(place for place, via in enumerate(vias) if f"{HOME}:{door[1]}" in via)
    with socket.socket(type=socket.SOCK_DGRAM) as line:
        line.bind((HOME, 0))
        line.sendto(
            "\r\n".join(
                ["SIP/2.0 183 Forged", *(f"Via: {via}" for via in vias[inner:])]
                + [f"{name}: {invite[name]}" for name in ("From", "Call-ID", "CSeq")]
                + [f"To: {invite['To']};tag=forged", "Content-Length: 0", "", ""]
            ).encode(),
            door,
        )
    blueline.replies(invite, 180, "Ringing")
    assert hers.hears("INVITE", *range(101, 200)).start == "SIP/2.0 180 Ringing"
    blueline.replies(invite, 486, "Busy Here")
    control.replies(control.hears(DialFailed), 486, "Busy Here")
    assert hers.hears("INVITE", 486)


def test_headers_that_legs_trust_are_not_taken_from_a_caller(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "trusting-hers", OUT), provider("blueline")
    forged = "X-Engine-Up: forged\r\nX-Engine-Call: forged\r\nx-engine-leg: forged forged\r\n"
    hers.starts_a_call(f"0355583@{DOMAIN}", more=forged)
    control.dials(control.hears(CallAsked), {"uri": f"sip:0355583@{blueline.at}"})
    invite = blueline.hears("INVITE")

    assert not [name for name, _ in invite.headers if name.lower().startswith("x-engine")]
    blueline.replies(invite, 200, "OK", more="X-Engine-Leg: forged forged\r\nX-Engine-Final: 1\r\n")
    answer = hers.hears("INVITE", 200)
    assert not [name for name, _ in answer.headers if name.lower().startswith("x-engine")]
    own = hers.leg(answer)
    own.acknowledges(answer)
    own.says("BYE")
    assert blueline.hears("BYE")


def test_call_control_that_comes_back_is_told_again_what_waits(harness: KamailioHarness, agent: Agents) -> None:
    hers = agent("alice", "waits-hers", OUT)
    with ScriptedCallControl(harness).at_work() as before:
        hers.starts_a_call(f"0355584@{DOMAIN}")
        asked = before.hears(CallAsked, user="0355584")
    with ScriptedCallControl(harness).at_work() as again:
        assert again.hears(CallAsked, user="0355584") == asked
        assert again.hears(CallAlive, call=asked.call)
        assert again.hears(AllTold)
        again.replies(asked, 486, "Found again")
    assert hers.hears("INVITE", 486).start == "SIP/2.0 486 Found again"


def test_phones_that_ring_go_on_ringing_while_call_control_is_away(
    harness: KamailioHarness, agent: Agents, provider: Agents
) -> None:
    hers, blueline = agent("alice", "goes-on-hers", OUT), provider("blueline")
    with ScriptedCallControl(harness).at_work() as before:
        hers.starts_a_call(f"0355585@{DOMAIN}")
        before.dials(before.hears(CallAsked, user="0355585"), {"uri": f"sip:0355585@{blueline.at}"})
        invite = blueline.hears("INVITE")
        blueline.replies(invite, 180, "Ringing")
        assert hers.hears("INVITE", 180)
    leg = blueline.answers(invite)
    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert blueline.hears("ACK")
    leg.hangs_up_while(hers)


def test_a_call_that_waits_for_call_control_that_does_not_come_back_is_refused(
    harness: KamailioHarness, agent: Agents
) -> None:
    hers = agent("alice", "left-hers", OUT)
    with ScriptedCallControl(harness).at_work() as before:
        hers.starts_a_call(f"0355586@{DOMAIN}")
        before.hears(CallAsked)
    began = time.monotonic()

    answer = hers.hears("INVITE", *range(300, 700), seconds=30)
    assert answer.start == "SIP/2.0 503 Dial plans cannot run at present"
    assert 5 < time.monotonic() - began < 25


@pytest.mark.parametrize("who", ["caller", "provider"])
def test_a_call_that_was_answered_can_be_hung_up_after_a_new_start_of_the_engine(
    harness: KamailioHarness, agent: Agents, provider: Agents, who: str
) -> None:
    hers, blueline = agent("alice", f"restart-{who}", OUT), provider("blueline")
    with ScriptedCallControl(harness).at_work() as control:
        hers.starts_a_call(f"035559{len(who)}@{DOMAIN}")
        leg = {"uri": f"sip:1@{blueline.at}", "from_uri": "sip:line@provider.example", "is_outside": True}
        control.dials(control.hears(CallAsked, user=f"035559{len(who)}"), leg)
        theirs = blueline.answers(blueline.hears("INVITE"))
        answer = hers.hears("INVITE", 200)
        own = hers.leg(answer)
        own.acknowledges(answer)
        assert blueline.hears("ACK")
    harness.stop_kamailio()
    harness.start_kamailio()

    if who == "provider":
        theirs.hangs_up_while(hers)
    else:
        own.says("BYE")
        bye = blueline.hears("BYE")
        assert (bye["Call-ID"], "line@provider.example" in bye["From"]) == (theirs.call_id, True)
        blueline.replies(bye, 200, "OK")
        assert hers.hears("BYE", 200)
