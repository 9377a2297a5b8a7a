"""The calls a second that the engine carries, and when it takes the next one after too many: `python -m bench.calls`.

sipp is both phones: each call is challenged, rings, is answered, goes on for a moment and is hung up by the caller.
Everything is on one machine.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired

from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.sipp import ACKED, ANSWER, HUNG_UP, RECEIVED, RING, Phone, end_all, pause, scenario
from tests.schemas import own_schema
from tests.services import POSTGRES

from .sipp_statistics import Statistics

RINGS, TALK = 0.2, 0.5
"""Seconds that a call rings, and goes on."""
GIVES_UP = 60
"""Seconds after the last call until sipp stops waiting."""
RECOVERS_WITHIN = 10.0
"""Seconds after too many calls in which the next one is to go well."""
LOSES_PATIENCE = 60.0


@dataclass(frozen=True)
class Burst:
    """The outcome of so many calls a second."""

    calls: int
    seconds: float
    failed: int
    repeated: int
    recovered: float
    """Seconds until the next call was answered and hung up."""


def main() -> None:
    """Print what one run gives for each rate, on SQLite and, where there is one, on PostgreSQL.

    It fails where a call of the first rates failed, or where the engine took no call within ten seconds after the last.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--sqlite", type=int, nargs="*", default=[100, 300], help="calls a second")
    parser.add_argument("--postgresql", type=int, nargs="*", default=[100, 200], help="calls a second")
    parser.add_argument("--too-many", type=int, default=450, help="calls a second after these")
    parser.add_argument("--seconds", type=int, default=10)
    asked = parser.parse_args()
    wanted = [_measure("SQLite", "", asked.sqlite, asked.too_many, asked.seconds)] if asked.sqlite else []
    if asked.postgresql and os.environ.get(POSTGRES):
        with own_schema() as url:
            wanted.append(_measure("PostgreSQL", url, asked.postgresql, asked.too_many, asked.seconds))
    sys.exit(0 if all(wanted) else 1)


def _measure(store: str, url: str, rates: Sequence[int], too_many: int, seconds: int) -> bool:
    """Return True when no call failed at these rates, and the next one went well soon after too many."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        harness = stack.enter_context(KamailioHarness(folder, Passwords(), url).open())
        stack.callback(end_all)
        heads = ("calls/s", "seconds", "completed/s", "failed", "repeated", "next call, s", "same engine")
        print(f"{store:12}" + "".join(f"{head:>13}" for head in heads))
        line = Line(harness, folder)
        bursts = [line.burst(rate, seconds) for rate in (*rates, too_many)]
    return all(burst.failed == 0 for burst in bursts[:-1]) and bursts[-1].recovered <= RECOVERS_WITHIN


class Line:
    """A phone that calls another one, again and again."""

    def __init__(self, harness: KamailioHarness, folder: Path) -> None:
        self.harness, self.folder, self.numbers = harness, folder, count()
        self.hers, self.his, self.number = harness.pair("burst")
        self.talk = scenario(*self.hers._invite_steps(self.number), *self.hers.talk(self.number, seconds=TALK))
        self.answer = scenario(RECEIVED, RING, pause(RINGS), ANSWER, ACKED, *HUNG_UP)
        self.callers: list[str] = []
        """Options of sipp about who calls, where it is not her phone alone."""

    def burst(self, rate: int, seconds: int) -> Burst:
        """Place so many calls a second for so long, and then one more."""
        engine = self.harness.supervisor.process_id
        calls = rate * seconds
        statistics = self.folder / f"statistics-{next(self.numbers)}.csv"
        answering = self._start(self.his, self.answer)
        began = time.monotonic()
        limits = ["-m", str(calls), "-r", str(rate), "-l", str(calls), "-timeout", f"{seconds + GIVES_UP}s"]
        calling = self._start(self.hers, self.talk, *limits, "-trace_stat", "-stf", str(statistics), "-fd", "1")
        try:
            with suppress(TimeoutExpired):
                calling.wait(seconds + GIVES_UP + 10)
            lasted = time.monotonic() - began
            calling.kill()  # it has her port
            calling.wait()
            found = Statistics.read(statistics)
            burst = Burst(calls, lasted, calls - found.successful, found.repeated, self._next_call())
            self._print(rate, burst, self.harness.supervisor.process_id == engine)
            return burst
        finally:
            for process in (calling, answering):
                process.kill()
                process.wait()

    def _print(self, rate: int, burst: Burst, is_same_engine: bool) -> None:
        completed = (burst.calls - burst.failed) / burst.seconds
        times = f"{rate:>13}{burst.seconds:>13.1f}{completed:>13.0f}{burst.failed:>13}{burst.repeated:>13}"
        print(f"{'':12}{times}{burst.recovered:>13.1f}{'yes' if is_same_engine else 'no':>13}", flush=True)

    def _next_call(self) -> float:
        """Seconds until a call comes to its end, or infinity."""
        began = time.monotonic()
        while time.monotonic() - began < LOSES_PATIENCE:
            calling = self._start(self.hers, self.talk, "-m", "1", "-timeout", "5s", "-timeout_error")
            with suppress(TimeoutExpired):
                if calling.wait(8) == 0:
                    return time.monotonic() - began
            calling.kill()
            calling.wait()
        return float("inf")

    def _start(self, phone: Phone, steps: str, *options: str) -> "Popen[bytes]":
        path = self.folder / f"steps-{next(self.numbers)}.xml"
        path.write_text(steps)
        login = ["-s", phone.username, "-au", phone.login, "-ap", phone.password]
        place = ["-i", HOME, "-p", str(phone.port), "-nostdin"]
        callers = self.callers if phone is self.hers else []
        command = ["sipp", phone.proxy, "-sf", str(path), *login, *place, *callers, *options]
        return Popen(command, cwd=self.folder, stdout=DEVNULL, stderr=DEVNULL)


if __name__ == "__main__":
    main()
