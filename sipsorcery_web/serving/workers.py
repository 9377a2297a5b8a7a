"""The processes that serve together: one that accepts connections, and its children that deal with them.

The parent has neither threads nor an open database, so that it can fork at any time: a child that has died is
followed by another one, which shares the memory of what the parent had read.
"""

import logging
import mmap
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from .heartbeat import BEATS_EVERY, LOOKS_EVERY, Heartbeat

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds until a child that has died is followed by another one: longer each time, unless it had lived well."""
STEADY = 60.0
"""Seconds after which a child counts as having lived well."""
ACCEPTS_AT_ONCE = 64
BREATH = 0.02
"""Seconds without accepting where the system or the workers have no room for another connection."""

log = logging.getLogger(__name__)


class Link:
    """A child's end of the link to its parent: connections come over it, and its end means that it is time to stop."""

    def __init__(self, connection: socket.socket, closed: memoryview, heartbeat: Heartbeat) -> None:
        self.socket = connection
        self._closed = closed
        self._heartbeat = heartbeat

    def note_closed(self) -> None:
        """Tell the parent that one of its connections is closed."""
        self._closed[0] += 1

    def note_alive(self) -> None:
        """Give the parent a sign of life; a child that has once given one and stops is ended."""
        self._heartbeat.beat()

    def wait_for_end(self) -> None:
        """Wait until it is time to stop, and give signs of life meanwhile."""
        self.socket.settimeout(BEATS_EVERY)
        self.note_alive()
        with suppress(OSError):
            while self._is_open():
                self.note_alive()

    def _is_open(self) -> bool:
        try:
            return self.socket.recv(1) != b""
        except TimeoutError:
            return True


Work = Callable[[Link], None]
"""The work of a child, until the link ends."""


@dataclass
class Child:
    """A child process, started again when it dies."""

    name: str
    work: Work
    closed: memoryview
    """How many of its connections it has closed; a number in memory that both processes see."""
    heartbeat: Heartbeat
    pid: int = 0
    given: int = 0
    link: socket.socket | None = None
    began: float = 0.0
    pause: float = SHORTEST_PAUSE
    starts_at: float = 0.0

    @property
    def connections(self) -> int:
        """Return how many connections it has."""
        return self.given - self.closed[0]

    def give(self, connection: socket.socket) -> bool:
        """Give it a connection; False where it takes none."""
        if self.link is None:
            return False
        try:
            socket.send_fds(self.link, [b"c"], [connection.fileno()])
        except OSError:
            return False
        self.given += 1
        return True

    def end_link(self) -> None:
        """Let it finish."""
        if self.link is not None:
            self.link.close()
            self.link = None

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


@dataclass
class Parent:
    """The process that accepts connections, gives each to the worker that has fewest, and looks after its children."""

    listener: socket.socket
    serve: Work
    workers: int
    stops_within: float
    """Seconds that workers have for their last requests; those that take longer are killed."""
    beside: Sequence[tuple[str, Work, float]] = ()
    """What else runs, each once: its name, the work, and the seconds that it has to end after the workers."""
    looks_every: float = LOOKS_EVERY
    """Seconds between two looks for the children's signs of life."""
    _looks_at: float = 0.0
    _is_told_to_stop: bool = False
    _waiting: socket.socket | None = None
    """A connection that no worker had room for; until one has it, no other is accepted."""
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def heed_signals(self) -> None:
        """Stop where SIGINT, SIGTERM or SIGHUP comes from now on."""
        self._woken, wakes = socket.socketpair()
        for end in (self._woken, wakes):
            end.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        self._wakes = wakes
        self._selector.register(self._woken, selectors.EVENT_READ, self._read_signals)
        for number in stopping_signals():
            signal.signal(number, self._note_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # wakes, and no more

    def run(self) -> None:
        """Serve until a signal comes, then stop in order."""
        counters = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("Q")
        places = (counters[place : place + 1] for place in count())
        self._serving = [
            Child("worker", self.serve, next(places), Heartbeat(next(places))) for _ in range(self.workers)
        ]
        self._beside = [
            (Child(name, work, next(places), Heartbeat(next(places))), seconds) for name, work, seconds in self.beside
        ]
        self.listener.setblocking(False)
        self._is_accepting(True)
        while not self._is_told_to_stop:
            self._look_after_children()
            for key, _ in self._selector.select(self._until_next_look()):
                key.data()
        self._stop()

    @property
    def _children(self) -> list[Child]:
        return [*self._serving, *(child for child, _ in self._beside)]

    def _note_signal(self, *_: object) -> None:
        self._is_told_to_stop = True

    def _read_signals(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(4096)

    def _is_accepting(self, wanted: bool) -> None:
        is_registered = self.listener in {key.fileobj for key in self._selector.get_map().values()}
        if wanted and not is_registered:
            self._selector.register(self.listener, selectors.EVENT_READ, self._accept)
        elif is_registered and not wanted:
            self._selector.unregister(self.listener)

    def _accept(self) -> None:
        for _ in range(ACCEPTS_AT_ONCE):
            try:
                self._waiting, _address = self.listener.accept()
            except BlockingIOError:
                return
            except OSError:
                log.warning("A connection could not be accepted.", exc_info=True)
                time.sleep(BREATH)
                return
            if not self._hand_over():
                return

    def _hand_over(self) -> bool:
        """Give the connection that was accepted to a worker; False where none has room for it, for the moment."""
        if self._waiting is not None:
            fewest_first = sorted(self._serving, key=lambda child: child.connections)
            if not any(child.give(self._waiting) for child in fewest_first):
                return False
            self._waiting.close()
            self._waiting = None
        return True

    def _look_after_children(self) -> None:
        now = time.monotonic()
        self._end_those_that_are_stuck(now)
        for child in self._children:
            if child.pid and (status := ended(child.pid)) is not None:
                self._bury(child, status, now)
            if not child.pid and child.starts_at <= now:
                self._start(child)
        self._is_accepting(self._hand_over() and any(child.link is not None for child in self._serving))

    def _end_those_that_are_stuck(self, now: float) -> None:
        if now < self._looks_at:
            return
        self._looks_at = now + self.looks_every
        for child in self._children:
            if child.pid and child.heartbeat.is_stuck():
                log.error("A process (%s) gives no sign of life any more and is killed.", child.name)
                child.kill()

    def _bury(self, child: Child, status: int, now: float) -> None:
        child.pid = 0
        child.end_link()
        child.pause = SHORTEST_PAUSE if now - child.began > STEADY else min(child.pause * 2, LONGEST_PAUSE)
        child.starts_at = now + child.pause
        level = logging.ERROR if status else logging.DEBUG  # told to stop, perhaps with all others: systemd tells each
        log.log(level, "A process (%s) has ended (%d); a new one starts in %.1f s.", child.name, status, child.pause)

    def _until_next_look(self) -> float:
        if self._waiting is not None:
            return BREATH
        starts = [child.starts_at for child in self._children if not child.pid]
        return max(0.0, min([*starts, self._looks_at]) - time.monotonic())

    def _start(self, child: Child) -> None:
        ours, theirs = socket.socketpair()
        child.given = child.closed[0] = 0
        child.heartbeat.begin_anew()
        child.pid, child.began = os.fork(), time.monotonic()
        if not child.pid:
            self._become(child, ours, theirs)
        theirs.close()
        ours.setblocking(False)
        child.link = ours

    def _become(self, child: Child, ours: socket.socket, theirs: socket.socket) -> None:
        """Go on as a child, and never come back."""
        status = 1
        try:
            self._let_go()
            ours.close()
            if child not in self._serving:
                self.listener.close()
            child.work(Link(theirs, child.closed, child.heartbeat))
            status = 0
        except BaseException:
            log.exception("A process (%s) could not go on.", child.name)
        finally:
            logging.shutdown()
            os._exit(status)

    def _let_go(self) -> None:
        """Give up what is the parent's: its signals, and its links to the other children."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number in stopping_signals():  # a terminal sends them to all processes; the parent ends its links
            signal.signal(number, signal.SIG_IGN)
        self._selector.close()
        for end in (self._woken, self._wakes, *([] if self._waiting is None else [self._waiting])):
            end.close()
        for child in self._children:
            child.end_link()

    def _stop(self) -> None:
        self._is_accepting(False)
        if self._hand_over():
            self._accept()  # those that the system has taken already
        self.listener.close()
        for child in self._serving:
            child.end_link()
        self._wait_for(self._serving, self.stops_within)
        for child, seconds in self._beside:
            child.end_link()
            self._wait_for([child], seconds)
        signal.set_wakeup_fd(-1)
        self._selector.close()

    def _wait_for(self, children: Sequence[Child], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        left = [child for child in children if child.pid]
        while left:
            left = [child for child in left if ended(child.pid) is None]
            if left and time.monotonic() > deadline:
                for child in left:
                    log.warning("A process (%s) was killed: it did not end within %d s.", child.name, seconds)
                    child.kill()
            if left:
                self._selector.select(BREATH)
                self._read_signals()


def stopping_signals() -> list[signal.Signals]:
    """Return the signals that end the portal: a terminal that is closed ends it in order.

    Who starts it with SIGHUP ignored (nohup) wants it to outlive the terminal.
    """
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return [signal.SIGINT, signal.SIGTERM]
    return [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def ended(pid: int) -> int | None:
    """Return the status of a child that has ended, negative where a signal ended it; None while it runs."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None
