"""Measures the portal under strain: `python -m bench.strain connections` or `python -m bench.strain people`.

`connections`: how long visitors wait beside 2,000 connections of a stranger, half of them idle, half with a request
that trickles in, which come again when they are closed. `people`: 500 people who are signed in, on PostgreSQL and
Redis, of whose workers one is killed.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.data import stores
from bench.data.contents import DOMAIN, HUNDRED, PEOPLE, owner_name
from bench.measuring.crowds import Crowd
from bench.measuring.measures import Measure
from bench.measuring.requests import Script
from bench.peers import portal
from bench.peers.peer import Peer
from bench.peers.visitor import Visitor
from bench.processes import family
from bench.rude_browsers import stranger
from bench.stages.crowds import SIGN_INS_AT_ONCE, THINK, walk
from sipsorcery_web.settings import Settings
from tests.schemas import own_schema
from tests.services import POSTGRES, REDIS

WORKERS = 2
STRANGERS = 2_000
VISITORS, VISITORS_THINK = 20, 0.5
SECONDS = 30.0


def say(*words: object) -> None:
    """Tell whoever waits."""
    print(*words, flush=True)


def connections(seconds: float) -> bool:
    """Return True when nobody waits more than twice as long beside strangers' connections."""
    with tempfile.TemporaryDirectory() as folder:
        data = stores.copy_of(HUNDRED, Path(folder) / "data")
        with portal.in_process(data, HUNDRED, WORKERS) as peer:
            scripts = [Script([visitor.get("/sip-accounts", {})]) for visitor in _browsers(peer, ["alice"] * VISITORS)]
            quiet = asyncio.run(_visited(peer, scripts, seconds))
            _tell("nobody else", quiet)
            with stranger(peer.port, STRANGERS) as closed:
                beside = asyncio.run(_visited(peer, scripts, seconds))
                say(f"{closed()} of the stranger's connections were closed, and made again")
            _tell(f"beside {STRANGERS} connections of a stranger", beside)
    return not beside.errors and beside.p95 <= 2 * quiet.p95


def people(seconds: float) -> bool:
    """Return True when nobody sees an error or waits long, though a worker is killed after three fifths of the time."""
    with own_schema() as url, tempfile.TemporaryDirectory() as folder:
        settings = {"SIPSORCERY_SESSION_URL": os.environ[REDIS]}
        stores.fill(PEOPLE, Settings(data_dir=Path(folder), database_url=url, domain=DOMAIN))
        with portal.in_process(Path(folder), PEOPLE, WORKERS, url, more=settings) as peer:
            names = [owner_name(number) for number in range(2, PEOPLE.owners + 1)]
            scripts = [walk(number, visitor) for number, visitor in enumerate(_browsers(peer, names), 2)]
            say(f"{len(scripts)} people have signed in")
            found, grown = asyncio.run(_with_a_worker_killed(peer, scripts, seconds))
    _tell(f"{len(scripts)} people", found)
    say(f"memory after the first minute and at the end: {', '.join(f'{each:.0f} MB' for each in grown)}")
    return not found.errors and found.p99 <= 500


def _browsers(peer: Peer, names: Sequence[str]) -> list[Visitor]:
    with ThreadPoolExecutor(SIGN_INS_AT_ONCE) as pool:
        return list(pool.map(lambda name: portal.sign_in(peer.port, name), names))


async def _visited(peer: Peer, scripts: Sequence[Script], seconds: float) -> Measure:
    crowd = Crowd(peer.port, scripts, VISITORS_THINK)
    async with crowd.present():
        before = peer.processes.cpu_seconds()
        await asyncio.sleep(seconds)
        return crowd.measure(seconds, peer.processes.cpu_seconds() - before)


async def _with_a_worker_killed(
    peer: Peer, scripts: Sequence[Script], seconds: float
) -> tuple[Measure, Sequence[float]]:
    crowd = Crowd(peer.port, scripts, THINK)
    async with crowd.present():
        began, before = time.perf_counter(), peer.processes.cpu_seconds()
        await asyncio.sleep(seconds / 5)
        memory = [peer.processes.megabytes()]
        await asyncio.sleep(seconds * 2 / 5)
        worker = family(peer.processes.started[0])[-1]
        os.kill(worker, signal.SIGKILL)
        wrong_before = len(crowd.wrong)
        await asyncio.sleep(seconds * 2 / 5)
        say(f"worker {worker} was killed; errors before that: {wrong_before}, after: {len(crowd.wrong) - wrong_before}")
        memory.append(peer.processes.megabytes())
        return crowd.measure(time.perf_counter() - began, peer.processes.cpu_seconds() - before), memory


def _tell(what: str, found: Measure) -> None:
    errors = f", {found.errors} errors ({found.first_error})" if found.errors else ", no error"
    say(f"{what}: {found.per_second:.0f}/s, p50 {found.p50:.0f} p95 {found.p95:.0f} p99 {found.p99:.0f} ms{errors}")


def main() -> int:
    """Measure; 1 where a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.strain", description=__doc__)
    parser.add_argument("what", choices=("connections", "people"))
    parser.add_argument("--seconds", type=float)
    asked = parser.parse_args()
    if asked.what == "connections":
        return int(not connections(asked.seconds or SECONDS))
    if not (os.environ.get(POSTGRES) and os.environ.get(REDIS)):
        say(f"This needs PostgreSQL and Redis, named in {POSTGRES} and {REDIS}.")
        return 1
    return int(not people(asked.seconds or 10 * SECONDS))


if __name__ == "__main__":
    sys.exit(main())
