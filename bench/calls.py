"""How many calls a second the engine carries, and when it takes the next one after too many: `python -m bench.calls`.

sipp is both phones: each call is challenged, rings, is answered, goes on for a moment and is hung up by the caller.
Everything is on one machine.
"""

import argparse
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired

from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME
from tests.engine.house import EngineHouse
from tests.engine.sipp import CONVERSATION, RECEIVED, Phone, end_all, scenario
from tests.schemas import own_schema

from .sipp_statistics import Statistics

TALK = 0.5
"""Seconds that a call goes on."""
GIVES_UP = 60
"""Seconds after the last call until sipp stops waiting."""
RECOVERS_WITHIN = 60.0


@dataclass(frozen=True)
class Burst:
    """What became of so many calls a second."""

    calls: int
    seconds: float
    failed: int
    repeated: int
    recovered: float
    """Seconds until the next call was answered and hung up."""


def main() -> None:
    """Print what one run gives for each rate; the last one may be more than the engine can do."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rates", type=int, nargs="+", default=[100, 200, 300, 450])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(own_schema()) if asked.postgresql else ""
        house = stack.enter_context(EngineHouse(folder, Passwords(), url).open())
        stack.callback(end_all)
        print("PostgreSQL" if asked.postgresql else "SQLite")
        heads = ("calls/s", "seconds", "completed/s", "failed", "repeated", "next call, s", "same engine")
        print("".join(f"{head:>13}" for head in heads))
        line = Line(house, folder)
        for rate in asked.rates:
            engine = house.supervisor.process_id
            burst = line.burst(rate, asked.seconds)
            completed = (burst.calls - burst.failed) / burst.seconds
            figures = f"{rate:>13}{burst.seconds:>13.1f}{completed:>13.0f}{burst.failed:>13}{burst.repeated:>13}"
            same = "yes" if house.supervisor.process_id == engine else "no"
            print(f"{figures}{burst.recovered:>13.1f}{same:>13}", flush=True)


class Line:
    """A phone that calls another one, again and again."""

    def __init__(self, house: EngineHouse, folder: Path) -> None:
        self.folder, self.numbers = folder, count()
        self.hers, self.his, self.number = house.pair("burst")
        self.talk = scenario(*self.hers._invite_steps(self.number), *self.hers.talk(self.number, seconds=TALK))
        self.answer = scenario(RECEIVED, *CONVERSATION)

    def burst(self, rate: int, seconds: int) -> Burst:
        """So many calls a second for so long, and then one more."""
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
            return Burst(calls, lasted, calls - found.successful, found.repeated, self._next_call())
        finally:
            for process in (calling, answering):
                process.kill()
                process.wait()

    def _next_call(self) -> float:
        """Seconds until a call comes to its end, or infinity."""
        began = time.monotonic()
        while time.monotonic() - began < RECOVERS_WITHIN:
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
        command = ["sipp", phone.proxy, "-sf", str(path), *login, *place, *options]
        return Popen(command, cwd=self.folder, stdout=DEVNULL, stderr=DEVNULL)


if __name__ == "__main__":
    main()
