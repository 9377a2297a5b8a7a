"""The client of Kamailio's evapi, in front of a server that a test plays."""

import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

import pytest

from sipsorcery_web.calls.messages import CallAlive, Event, Hello, Reply, SendLeg
from sipsorcery_web.kamailio.call_channel import CallChannel, client
from sipsorcery_web.kamailio.call_channel.netstrings import NetstringReader, netstring
from tests.conftest import HOME
from tests.kamailio.harness import eventually

PATIENCE = 5.0


class Engine:
    """The other end of the channel."""

    def __init__(self) -> None:
        self.server = socket.create_server((HOME, 0))
        self.server.settimeout(PATIENCE)
        self.lines: list[socket.socket] = []
        self.address = self.server.getsockname()[:2]

    def accepts(self) -> None:
        self.line, _ = self.server.accept()
        self.lines.append(self.line)
        self.line.settimeout(PATIENCE)
        self.reader, self.read = NetstringReader(), list[bytes]()

    def takes_a_connection(self, proves: bool = True) -> None:
        self.accepts()
        nonce = self.hears()["nonce"]
        self.tells(ev="engine", proof=hashlib.sha256(f"engine {nonce} sesame".encode()).hexdigest())
        assert self.hears() == {"secret": "sesame"}
        if proves:
            self.tells(ev="proven")

    def hears(self) -> Any:
        while not self.read:
            self.read += self.reader.feed(self.line.recv(4096))
        return json.loads(self.read.pop(0))

    def tells(self, **message: Any) -> None:
        self.line.sendall(netstring(json.dumps(message).encode()))

    def goes(self) -> None:
        with suppress(OSError):
            self.line.shutdown(socket.SHUT_RDWR)
        self.line.close()

    def ends(self) -> None:
        for line in (*self.lines, self.server):
            line.close()


class Listening:
    """Call control that only listens."""

    def __init__(self) -> None:
        self.heard_of: SimpleQueue[Event | str] = SimpleQueue()

    def connected(self) -> None:
        self.heard_of.put("connected")

    def disconnected(self) -> None:
        self.heard_of.put("disconnected")

    def heard(self, event: Event) -> None:
        self.heard_of.put(event)
        if event == CallAlive(call="bad"):
            raise RuntimeError("one event that cannot be taken")

    def next(self) -> Event | str:
        return self.heard_of.get(timeout=PATIENCE)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.ends()


@pytest.fixture
def control() -> Listening:
    return Listening()


@pytest.fixture
def channel(engine: Engine, control: Listening) -> Iterator[CallChannel]:
    channel = CallChannel(engine.address, lambda: "sesame", control)
    channel.start()
    yield channel
    channel.stop()


def test_a_command_goes_out_once_the_secret_is_taken(engine: Engine, channel: CallChannel, control: Listening) -> None:
    engine.takes_a_connection(proves=False)
    assert not channel.send(Hello())
    engine.tells(ev="proven")

    assert control.next() == "connected"
    assert channel.send(Hello())
    assert engine.hears() == {"do": "hello"}


@pytest.mark.parametrize("first", ["proven", "call", "engine"])
def test_who_is_not_the_engine_is_shown_no_secret_and_believed_nothing(
    engine: Engine, channel: CallChannel, control: Listening, first: str
) -> None:
    engine.accepts()
    assert set(engine.hears()) == {"nonce"}
    engine.tells(ev=first, proof="a guess", call="1:2")

    assert engine.line.recv(4096) == b""
    assert control.heard_of.empty()
    assert not channel.send(Hello())


def test_events_reach_call_control_in_order(engine: Engine, channel: CallChannel, control: Listening) -> None:
    engine.takes_a_connection()
    for call in ("1:1", "bad", "1:2"):
        engine.tells(ev="alive", call=call)
    engine.tells(ev="failed", t="1:2")  # without what belongs to it
    engine.tells(ev="told")

    assert [control.next() for _ in range(4)][1:] == [CallAlive(call=call) for call in ("1:1", "bad", "1:2")]
    assert type(control.next()).__name__ == "AllTold"


def test_it_connects_again_when_the_engine_was_away(engine: Engine, channel: CallChannel, control: Listening) -> None:
    engine.takes_a_connection()
    assert control.next() == "connected"
    engine.goes()

    assert control.next() == "disconnected"
    assert not channel.send(Hello())
    engine.takes_a_connection()
    assert control.next() == "connected"
    eventually(lambda: channel.is_connected)


def test_what_is_no_netstring_ends_the_connection(engine: Engine, channel: CallChannel, control: Listening) -> None:
    engine.takes_a_connection()
    assert control.next() == "connected"
    engine.line.sendall(b"nonsense")

    assert control.next() == "disconnected"
    engine.takes_a_connection()


def test_a_command_that_is_too_long_for_the_engine_ends_what_waits_for_it(
    engine: Engine, channel: CallChannel, control: Listening
) -> None:
    engine.takes_a_connection()
    assert control.next() == "connected"

    assert channel.send(Reply(transaction="1:2", code=486, reason="x" * 40_000))
    assert channel.send(Hello())
    assert engine.hears() == {"t": "1:2", "do": "reply", "code": 500, "reason": "Dial plan exception"}
    assert engine.hears() == {"do": "hello"}


def test_a_body_of_8192_characters_that_are_no_ascii_is_not_too_long(
    engine: Engine, channel: CallChannel, control: Listening
) -> None:
    engine.takes_a_connection()
    assert control.next() == "connected"

    assert channel.send(SendLeg(transaction="1:2", uri="sip:5@x", content_type="text/plain", body="ß" * 8192))
    assert engine.hears()["body"] == "ß" * 8192


def test_an_engine_that_lets_nobody_in_for_long_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "PAUSE", 0.001)
    with socket.create_server((HOME, 0)) as taken:
        nobody = taken.getsockname()[:2]
    channel = CallChannel(nobody, lambda: "sesame", Listening())
    channel.start()
    eventually(lambda: channel._failed > 2 * client.TRIES_UNTOLD)
    channel.stop()
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "Calls that follow dial plans are refused: the SIP engine lets nobody decide about them."
    ]
