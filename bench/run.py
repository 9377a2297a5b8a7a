"""A run: how long and how often is measured, what of it is wanted, and what came out."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measuring.measures import Key, Measure, Measures
from bench.measuring.requests import WrongAnswer
from bench.measuring.wrk import WrkFailed, wrk
from bench.peers.peer import Peer


@dataclass
class Run:
    """The choices of whoever started it. `folder` is gone at the end."""

    folder: Path
    rounds: int = 3
    seconds: int = 1
    connections: Sequence[int] = (1, 4, 16)
    only: Sequence[str] = ()
    whose: Sequence[str] = ()
    stores: Sequence[str] = ()
    minutes: float = 18
    """After these nothing more is begun."""
    is_quick: bool = False
    measures: Measures = field(default_factory=Measures)
    _began: float = field(default_factory=time.monotonic)

    def wants(self, case: str) -> bool:
        """Return True when a case was asked for, or none was."""
        return _is_named(case, self.only)

    def is_over(self, what: str) -> bool:
        """Return True when there is no time left for this, which is noted."""
        if is_over := time.monotonic() - self._began > self.minutes * 60:
            self.measures.left_out[what] = f"the run had lasted {self.minutes:.0f} minutes"
        return is_over

    def wants_peer(self, name: str) -> bool:
        """Return True when a program was asked for, or none was."""
        return _is_named(name, self.whose)

    def say(self, text: str) -> None:
        """Tell whoever waits."""
        print(f"{time.monotonic() - self._began:6.0f} s  {text}", file=sys.stderr, flush=True)

    def wants_store(self, name: str) -> bool:
        """Return True when a store was asked for, or none was."""
        return not self.stores or name in self.stores

    def compare(
        self, case: str, peers: Sequence[Peer], connections: Sequence[int] = (), named: str = "", seconds: int = 0
    ) -> None:
        """Measure a case of all who know it, in turns, so that a slow minute of the machine is everybody's.

        `named` is what the case is called in the results.
        """
        name, counts = named or case, connections or self.connections
        taking_part = [peer for peer in peers if case in peer.cases]
        if not taking_part or not self.wants(name):
            return
        for count in counts:
            if not self.is_over(f"{name}, connections: {count}"):
                taking_part = self._rounds(case, taking_part, count, name, seconds or self.seconds)

    def _rounds(self, case: str, peers: Sequence[Peer], count: int, name: str, seconds: int) -> list[Peer]:
        """Return the peers that have answered as they should; the others are left out from there on."""
        right = list(peers)
        for peer in [peer for _ in range(self.rounds) for peer in peers]:
            if peer in right:
                try:
                    measure = self._once(case, peer, count, seconds)
                except (WrongAnswer, WrkFailed) as error:
                    right.remove(peer)
                    self._leave_out(f"{name}, {peer.name}, connections: {count}", error)
                else:
                    self.measures.add(Key(name, peer.name, peer.store, count), measure)
        self.tell(name, right, count)
        return right

    def _leave_out(self, what: str, error: WrongAnswer | WrkFailed) -> None:
        self.measures.left_out[what] = (
            str(error) if isinstance(error, WrkFailed) else "an answer was not the one that is measured"
        )
        self.say(f"{what} is left out: {error}")

    def _once(self, case: str, peer: Peer, count: int, seconds: int) -> Measure:
        return wrk(peer.port, peer.scripts(case, count), seconds, peer.processes)

    def tell(self, case: str, peers: Sequence[Peer], count: int) -> None:
        """Tell what was measured of a case."""
        for peer in peers:
            found = self.measures.of(case, peer.name, peer.store, count)
            if found is not None:
                times = f"{found.per_second:8.1f}/s  p50 {found.p50:7.1f} ms  p99 {found.p99:7.1f} ms"
                wrong = f"  ERRORS {found.errors} ({found.first_error})" if found.errors else ""
                self.say(f"{case:28} {peer.name:38} {peer.store:18} ×{count:<3} {times}{wrong}")


def _is_named(text: str, parts: Sequence[str]) -> bool:
    return not parts or any(part.lower() in text.lower() for part in parts)
