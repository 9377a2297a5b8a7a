"""Datagrams on a real socket become events in the store, and what is lost is counted."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from sipsorcery_web.events.collector import Collector
from sipsorcery_web.events.event import Event
from sipsorcery_web.events.ownership import OwnAddresses
from sipsorcery_web.events.store import NAME, SqliteEvents
from sipsorcery_web.events.traces import Traces
from tests.conftest import Clock
from tests.running import HOST, free_port

from .test_traces import ALICE, BOB, Accounts
from .wire import ENGINE, INNER, event, everything, hep, request

PATIENCE = 20.0


@dataclass
class Kept:
    """A keeper that a test waits for."""

    events: list[Event] = field(default_factory=list)
    lost: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def add(self, events: Sequence[Event]) -> None:
        with self._changed:
            self.events += events
            self._changed.notify_all()

    def count_lost(self, number: int) -> None:
        with self._changed:
            self.lost += number
            self._changed.notify_all()

    @property
    def known(self) -> int:
        """The number of those that are kept or counted as lost."""
        return len(self.events) + self.lost

    def wait_for_more(self, work: Callable[[], object]) -> None:
        """Wait until more is known than before some work."""
        before = self.known
        work()
        self.wait_for(lambda: self.known > before)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE)


@dataclass
class Lines:
    """A reader that takes each datagram for a line, and may be held up or fail."""

    may_go_on: threading.Event = field(default_factory=threading.Event)
    reads: threading.Event = field(default_factory=threading.Event)

    def read(self, datagrams: Iterable[bytes]) -> Iterator[Event]:
        self.reads.set()
        assert self.may_go_on.wait(PATIENCE)
        for datagram in datagrams:
            if datagram == b"raise":
                raise ValueError("a message that nobody thought of")
            yield event(datagram.decode())


@pytest.fixture
def lines() -> Lines:
    found = Lines()
    found.may_go_on.set()
    return found


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as own:
        own.bind((HOST, free_port()))
        yield own


@contextmanager
def collecting(collector: Collector, sender: socket.socket) -> Iterator[None]:
    collector.start()
    sender.connect(collector.address)
    try:
        yield
    finally:
        collector.stop()


def test_messages_are_collected_in_their_order(tmp_path: Path, clock: Clock, sender: socket.socket) -> None:
    events = SqliteEvents(tmp_path / NAME, clock, patience=60)
    traces = Traces(Accounts(), OwnAddresses(frozenset({ENGINE}), INNER))
    collector = Collector((HOST, free_port()), sender.getsockname(), traces, events)

    with collecting(collector, sender):
        for number in range(50):
            sender.send(hep(request("OPTIONS", BOB, ALICE, f"Subject: {number}")))

    found = events.after(0, everything, "alice", 1000).events
    assert [each.event.text.partition("Subject: ")[2].split("\r")[0] for each in found] == [str(n) for n in range(50)]


def test_what_has_come_before_the_end_is_kept(lines: Lines, sender: socket.socket) -> None:
    kept = Kept()
    with collecting(Collector((HOST, free_port()), sender.getsockname(), lines, kept), sender):
        for number in range(1200):
            sender.send(str(number).encode())

    assert [each.text for each in kept.events] == [str(number) for number in range(1200)]


def test_nobody_else_is_listened_to(lines: Lines, sender: socket.socket) -> None:
    kept = Kept()
    with (
        collecting(Collector((HOST, free_port()), sender.getsockname(), lines, kept), sender),
        socket.socket(type=socket.SOCK_DGRAM) as other,
    ):
        other.sendto(b"forged", sender.getpeername())
        sender.send(b"real")
        kept.wait_for(lambda: bool(kept.events))

    assert [each.text for each in kept.events] == ["real"]


def test_a_message_that_nobody_thought_of_stops_nothing(
    lines: Lines, sender: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Kept()
    with collecting(Collector((HOST, free_port()), sender.getsockname(), lines, kept), sender):
        sender.send(b"raise")
        kept.wait_for(lambda: kept.lost == 1)
        sender.send(b"next")
        kept.wait_for(lambda: bool(kept.events))

    assert [each.text for each in kept.events] == ["next"]
    assert "could not be noted" in caplog.text


def test_what_there_is_no_room_for_is_counted_exactly(sender: socket.socket) -> None:
    kept, lines = Kept(), Lines()
    address = (HOST, free_port())
    collector = Collector(address, sender.getsockname(), lines, kept, most_bytes=40, receive_buffer=1)
    with collecting(collector, sender):
        sender.send(b"0")
        assert lines.reads.wait(PATIENCE)
        for number in range(1, sent := 2001):
            sender.send(str(number).encode())
        lines.may_go_on.set()
        while kept.known < sent:  # the system tells with the next datagram how many it had no room for
            kept.wait_for_more(partial(sender.send, b"-1"))
            sent += 1

    numbers = [int(each.text) for each in kept.events if each.text != "-1"]
    assert kept.known == sent
    assert kept.lost > 1000
    assert numbers == sorted(numbers)


def test_an_address_that_is_taken_is_told(lines: Lines, sender: socket.socket) -> None:
    with pytest.raises(OSError, match="in use"):
        Collector(sender.getsockname(), (HOST, free_port()), lines, Kept()).start()
