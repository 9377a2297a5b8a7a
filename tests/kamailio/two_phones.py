"""Two telephones and the desk where a call between them is asked for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sipsorcery_web.calls.third_party.assembly import desk_of
from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable
from sipsorcery_web.contract.third_party_calls import CallOrder, CallProgress, CallState
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .user_agent import SDP, Leg, Message, UserAgent

Agents = Callable[..., UserAgent]
OFFER = SDP.replace("4000", "4100")
ANSWER = SDP.replace("4000", "4200")


def order(name: str, **more: Any) -> CallOrder:
    """A call from alice's account to somebody's."""
    account = f"{name}-hers@{DOMAIN}"
    second = f"{name}-his@{DOMAIN}"
    whole = CallOrder("alice", account, f"sip:{account}", f"sip:{second}", f"{name}-hers", second)
    return replace(whole, **more)


class Scene:
    """A phone of alice's and one of bob's, both registered, and the desk."""

    def __init__(self, harness: KamailioHarness, agent: Agents, name: str, **account: Any) -> None:
        self.harness, self.name = harness, name
        self.desk = desk_of(harness.settings)
        self.hers, self.his = agent("alice", f"{name}-hers", account), agent("bobby", f"{name}-his")
        self.hers.registers()
        self.his.registers()

    def asks(self, **more: Any) -> str:
        self.call = self.desk.place(order(self.name, **more))
        return self.call

    def progress(self) -> CallProgress:
        found = self.desk.progress(self.call, "alice")
        assert found is not None
        return found

    def becomes(self, state: CallState) -> CallProgress:
        return eventually(self.progress, lambda found: found.state is state)

    def hers_answers(self) -> Leg:
        """Her phone rings without an offer, and answers with one."""
        invite = self.hers.hears("INVITE")
        assert invite.body == ""
        leg = answer(self.hers, invite, OFFER)
        ack = self.hers.hears("ACK")
        assert "a=inactive" in ack.body
        return leg

    def his_answers(self) -> Leg:
        invite = self.his.hears("INVITE")
        assert "m=audio 4100 " in invite.body
        leg = answer(self.his, invite, ANSWER)
        self.his.hears("ACK")
        return leg

    def is_told_of_his_sound(self) -> None:
        """Her phone is offered what his has said."""
        again = self.hers.hears("INVITE")
        assert "m=audio 4200 " in again.body
        self.hers.replies(again, 200, "OK", body=OFFER)
        self.hers.hears("ACK")

    def talk(self) -> tuple[Leg, Leg]:
        self.asks()
        legs = self.hers_answers(), self.his_answers()
        self.is_told_of_his_sound()
        self.becomes(CallState.TALKING)
        return legs


def answer(phone: UserAgent, invite: Message, description: str) -> Leg:
    phone.replies(invite, 200, "OK", phone.username, body=description)
    to = f"{invite['To']};tag={phone.username}"
    return Leg(phone, invite["Call-ID"], to, invite["From"], invite.contact, invite.all("Record-Route"))


def is_open(harness: KamailioHarness) -> bool:
    try:
        return desk_of(harness.settings).progress("none", "alice") is None
    except SIPEngineUnavailable:
        return False


def of(here: Scene, owner: str) -> list[SIPCDRAsset]:
    """An owner's records of the calls of a scene."""
    return [cdr for cdr in here.harness.records(owner) if here.name in f"{cdr.from_user} {cdr.dst}"]
