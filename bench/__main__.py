"""Measures the portal beside its peers: `make bench`, or a part: `make bench ARGS="peers --only list --quick"`."""

import argparse
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from bench.data import stores
from bench.data.contents import PEOPLE, TEN_THOUSAND, Contents
from bench.results.machine import Machine
from bench.results.report import document
from bench.run import Run
from bench.stages import crowds, files, peers, postgresql, service, sizes, start

RESULTS = Path(__file__).with_name("RESULTS.md")
STAGES = {
    "peers": peers.measure,
    "service": service.measure,
    "start": start.measure,
    "crowds": crowds.measure,
    "files": files.measure,
    "sizes": sizes.measure,
    "postgresql": postgresql.measure,
}
"""The parts, the ones that say most first: one that does not come to its end has the results up to there."""
STORES = {"sizes": sizes.STORES, "crowds": (PEOPLE,)}
"""The stores in SQLite of the parts that need others than ten thousand accounts."""


def main() -> int:
    """Measure, and write down what a whole run gave, after each part; the results of a part are only printed.

    Returns 1 where a part ended with an error, which does not keep the others from being measured.
    """
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by an exception, which ends what was started
    machine = Machine.here()
    is_part = bool(asked.stages or asked.only or asked.peers or asked.stores or asked.quick)
    report = asked.report or (None if is_part else RESULTS)
    with tempfile.TemporaryDirectory() as folder:
        run = _run(Path(folder), asked)
        stages = [name for name in STAGES if name in (asked.stages or STAGES)]
        stores.keep(chain.from_iterable(_stores_of(run, name) for name in stages))
        run.say("the stores are filled")
        has_failed = False
        for name in stages:
            has_failed |= not _measured(run, name)
            if report:
                report.write_text(document(run.measures, machine))
    if report:
        run.say(f"written to {report.name}")
    else:
        print(document(run.measures, machine))
    return int(has_failed)


def _stores_of(run: Run, stage: str) -> Iterable[Contents]:
    """Return what a part needs, the largest first."""
    needed = STORES.get(stage, (TEN_THOUSAND,))
    return [each for each in reversed(needed) if stage != "sizes" or run.wants_store(each.name)]


def _measured(run: Run, name: str) -> bool:
    """Return False where a part ended with an error, which is noted in the results."""
    run.say(f"— {name} —")
    try:
        STAGES[name](run)
    except Exception as error:
        traceback.print_exc()
        run.measures.left_out[f"the rest of the part {name}"] = f"it ended with {type(error).__name__}"
        return False
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="part", help=f"of {', '.join(STAGES)}; all unless some are named")
    parser.add_argument("--only", nargs="+", default=[], metavar="CASE", help="cases with one of these in their names")
    parser.add_argument("--peers", nargs="+", default=[], metavar="NAME", help="those with one of these in their names")
    parser.add_argument("--stores", nargs="+", default=[], metavar="STORE", help="of the part sizes: 10^2, 10^4, …")
    parser.add_argument("--quick", action="store_true", help="one round of a second at 4 connections")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--report", type=Path, metavar="FILE", help="where the results are written")
    parser.add_argument("--minutes", type=float, default=18, help="what is not begun then is left out")
    parser.add_argument("--seconds", type=int, default=1, help="how long each case is measured in a round")
    asked = parser.parse_args()
    if unknown := set(asked.stages) - set(STAGES):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return asked


def _run(folder: Path, asked: argparse.Namespace) -> Run:
    chosen = {"only": asked.only, "whose": asked.peers, "stores": asked.stores, "minutes": asked.minutes}
    if asked.quick:
        return Run(folder, 1, 1, (4,), is_quick=True, **chosen)
    return Run(folder, asked.rounds, asked.seconds, **chosen)


if __name__ == "__main__":
    sys.exit(main())
