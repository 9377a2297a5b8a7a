"""Telephones with sound, and calls between them."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.user_agent import Leg, Message, UserAgent

from .rtp import Sound, place

PLACES = {"a": "198.51.100.9", "b": "203.0.113.9", "home-a": "10.1.0.2", "home-b": "192.168.7.2"}
PACKETS = 50


@dataclass
class Telephone:
    """A phone with its sound, at a place."""

    agent: UserAgent
    sound: Sound

    @property
    def number(self) -> str:
        return f"{self.agent.username}@{DOMAIN}"


Telephones = Callable[..., Telephone]


@dataclass
class Call:
    """A call that was answered: what each side was told of the other, and its leg."""

    hers: Telephone
    his: Telephone
    invite: Message
    answer: Message
    her_leg: Leg
    his_leg: Leg

    @property
    def ways(self) -> tuple[tuple[Telephone, tuple[str, int], Telephone], ...]:
        """Return for each way who talks, to where, and who is to hear it."""
        return (
            (self.hers, place(self.answer.body), self.his),
            (self.his, place(self.invite.body), self.hers),
        )


def talk(hers: Telephone, his: Telephone) -> Call:
    """She calls him, and he answers."""
    hers.agent.starts_a_call(his.number)
    invite = his.agent.hears("INVITE")
    his_leg = his.agent.answers(invite)
    answer = hers.agent.hears("INVITE", 200)
    her_leg = hers.agent.leg(answer)
    her_leg.acknowledges(answer)
    his.agent.hears("ACK")
    return Call(hers, his, invite, answer, her_leg, his_leg)


def opens_the_way(call: Call) -> None:
    """Let each side say something, so that the relay knows where each is; what is lost until then does not count."""
    deaf = [call.hers, call.his]
    for _ in range(10):
        for talking, to, _ in call.ways:
            talking.sound.says(to)
        deaf = [phone for phone in deaf if phone.sound.hears_nothing()]
        if not deaf:
            break
    assert not deaf
    while not (call.hers.sound.hears_nothing() and call.his.sound.hears_nothing()):
        pass


def calls_of_the_relay(harness: KamailioHarness) -> int:
    """Return how many calls rtpengine has, as its control channel says (bencoding, behind a cookie)."""
    with socket.socket(type=socket.SOCK_DGRAM) as control:
        control.settimeout(5)
        control.sendto(f"{uuid4().hex} d7:command4:liste".encode(), ("127.0.0.1", harness.settings.media_control_port))
        listed = control.recv(65535).partition(b"5:callsl")[2].partition(b"e6:result")[0]
    return len(re.findall(rb"\d+:", listed))


def hangs_up(call: Call) -> None:
    call.her_leg.says("BYE")
    bye = call.his.agent.hears("BYE")
    call.his.agent.replies(bye, 200, "OK")
    call.hers.agent.hears("BYE", 200)
