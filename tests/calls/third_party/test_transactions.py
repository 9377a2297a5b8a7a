"""Transactions over UDP with a proxy that is slow, silent or repeats itself."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from sipsorcery_web.calls.third_party import transactions
from sipsorcery_web.calls.third_party.messages import Message, response
from sipsorcery_web.calls.third_party.transactions import ServerTransaction, UserAgent
from tests import event_loops


class Wire:
    """A transport that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def get_extra_info(self, name: str) -> tuple[str, int]:
        return "127.0.0.1", 5068

    def is_closing(self) -> bool:
        return False

    def sendto(self, data: bytes, where: object) -> None:
        self.sent.append(Message.read(data))


class Scene:
    def __init__(self) -> None:
        self.wire = Wire()
        self.asked: list[ServerTransaction] = []
        self.answers: list[int] = []
        self.agent = UserAgent(("127.0.0.1", 5060), self.asked.append)
        self.agent.connection_made(self.wire)  # type: ignore[arg-type]

    def asks(self, method: str) -> transactions.ClientTransaction:
        headers = [("from", "<sip:a@b>;tag=a"), ("to", "<sip:c@b>"), ("call-id", "1"), ("cseq", f"1 {method}")]
        return self.agent.request(
            Message(f"{method} sip:c@b SIP/2.0", headers), lambda answer: self.answers.append(answer.status)
        )

    def hears(self, message: Message) -> None:
        self.agent.datagram_received(message.written(), ("127.0.0.1", 5060))

    def is_answered(self, status: int, tag: str = "c") -> None:
        (request, *_) = self.wire.sent
        self.hears(response(request, status, "Said", tag))

    @property
    def methods(self) -> list[str]:
        return [message.start.split()[0] for message in self.wire.sent]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second take a hundredth of it."""
    monkeypatch.setattr(transactions, "T1", 0.005)
    monkeypatch.setattr(transactions, "T2", 0.04)
    monkeypatch.setattr(transactions, "GIVES_UP", 0.32)


def run(play: Callable[[Scene], Coroutine[Any, Any, None]]) -> Scene:
    async def inside() -> Scene:
        scene = Scene()
        await play(scene)
        return scene

    return event_loops.run(inside())


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.002)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", ["INVITE", "BYE"])
def test_a_request_that_nobody_answers_is_repeated_and_then_given_up(method: str) -> None:
    async def play(scene: Scene) -> None:
        scene.asks(method)
        await until(lambda: scene.answers)

    scene = run(play)

    assert scene.answers == [408]
    assert len(scene.wire.sent) > 3
    assert {message.branch for message in scene.wire.sent} == {scene.wire.sent[0].branch}


@pytest.mark.usefixtures("quick")
def test_an_invite_that_rings_is_not_repeated() -> None:
    async def play(scene: Scene) -> None:
        scene.asks("INVITE")
        scene.is_answered(180)
        await asyncio.sleep(0.05)

    scene = run(play)

    assert (scene.methods, scene.answers) == (["INVITE"], [180])


def test_a_refusal_is_acknowledged_each_time_and_told_once() -> None:
    async def play(scene: Scene) -> None:
        scene.asks("INVITE")
        scene.is_answered(486)
        scene.is_answered(486)

    scene = run(play)

    assert (scene.methods, scene.answers) == (["INVITE", "ACK", "ACK"], [486])
    assert scene.wire.sent[1].branch == scene.wire.sent[0].branch


def test_of_an_invite_each_phone_that_answers_is_told() -> None:
    async def play(scene: Scene) -> None:
        scene.asks("INVITE")
        scene.is_answered(200, "one")
        scene.is_answered(200, "other")

    assert run(play).answers == [200, 200]


def test_cancel_waits_until_the_invite_has_come_anywhere() -> None:
    async def play(scene: Scene) -> None:
        transaction = scene.asks("INVITE")
        transaction.cancel()
        assert scene.methods == ["INVITE"]
        scene.is_answered(100)
        scene.is_answered(180)

    scene = run(play)

    assert scene.methods == ["INVITE", "CANCEL"]
    assert scene.wire.sent[1].branch == scene.wire.sent[0].branch


@pytest.mark.usefixtures("quick")
def test_an_answer_to_invite_is_repeated_until_it_is_acknowledged() -> None:
    request = Message(
        "INVITE sip:a@b SIP/2.0",
        [("via", "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx"), ("call-id", "1"), ("cseq", "1 INVITE"), ("to", "<sip:a@b>")],
    )

    async def play(scene: Scene) -> None:
        scene.hears(request)
        (transaction,) = scene.asked
        transaction.reply(486, "Busy Here")
        await until(lambda: len(scene.wire.sent) > 2)
        scene.hears(Message("ACK sip:a@b SIP/2.0", [*request.headers[:2], ("cseq", "1 ACK")]))
        scene.wire.sent.clear()
        await asyncio.sleep(0.1)
        assert scene.wire.sent == []
        scene.hears(request)

    scene = run(play)

    assert [message.status for message in scene.wire.sent] == [486]
    assert len(scene.asked) == 1


def test_garbage_harms_nobody() -> None:
    async def play(scene: Scene) -> None:
        for data in (
            b"",
            b"\x00" * 100,
            b"SIP/2.0\r\nCSeq: x INVITE\r\n\r\n",
            b"SIP/2.0 abc OK\r\nVia: x;branch=1\r\nCSeq: 1 A\r\nCall-ID: 1\r\n\r\n",
        ):
            scene.agent.datagram_received(data, ("127.0.0.1", 1))

    assert run(play).asked == []
