"""Five hundred people who use the portal, and five hundred lists that stay open."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from bench import cases
from bench.data import stores
from bench.data.contents import PEOPLE, owner_name
from bench.data.rows import id_of
from bench.measuring.crowds import Crowd
from bench.measuring.measures import Key, Measure
from bench.measuring.requests import Expected, Request, Script, Step
from bench.measuring.wrk import wrk
from bench.peers import portal
from bench.peers.peer import Peer
from bench.peers.visitor import Visitor
from bench.run import Run
from sipsorcery_web.settings import Settings

THINK = 5.0
LIVE_SECONDS = Settings().live_seconds
SECONDS = 20
QUICKLY = 8
QUIET_WITHIN = 30
SIGN_INS_AT_ONCE = 4
"""More from one address could be taken for an attack."""


def measure(run: Run) -> None:
    """Measure both with the processes that the portal has unasked, or two."""
    if run.is_over(cases.PEOPLE):
        return
    with portal.in_process(stores.copy_of(PEOPLE, run.folder / "people"), PEOPLE, 2) as peer:
        with ThreadPoolExecutor(SIGN_INS_AT_ONCE) as pool:
            names = [owner_name(number) for number in range(1, PEOPLE.owners + 1)]
            visitors = list(pool.map(lambda name: portal.sign_in(peer.port, name), names))
        run.say(f"{len(visitors)} people have signed in")
        if run.wants(cases.PEOPLE):
            _people(run, peer, visitors)
        if run.wants(cases.OPEN_LISTS) and not run.is_over(cases.OPEN_LISTS):
            _lists(run, peer, visitors)


def _people(run: Run, peer: Peer, visitors: Sequence[Visitor]) -> None:
    seconds = QUICKLY if run.is_quick else SECONDS
    scripts = [walk(number, visitor) for number, visitor in enumerate(visitors[1:], 2)]
    found = asyncio.run(_while_there(Crowd(peer.port, scripts, THINK), peer, seconds))
    run.measures.add(Key(cases.PEOPLE, peer.name, PEOPLE.name, len(scripts)), found)
    run.tell(cases.PEOPLE, [peer], len(scripts))


def _lists(run: Run, peer: Peer, visitors: Sequence[Visitor]) -> None:
    """Measure what the lists take of a core, and how long somebody waits beside them."""
    seconds = QUICKLY if run.is_quick else SECONDS
    reader, *others = visitors
    reading = [Script([reader.get("/sip-accounts", {portal.ROW: PEOPLE.accounts})])]
    _settle(peer)
    quiet = wrk(peer.port, reading, seconds // 2, peer.processes)
    lists = Crowd(peer.port, [portal.live_poll(peer.port, visitor) for visitor in others], LIVE_SECONDS)
    polls = asyncio.run(_while_there(lists, peer, seconds))
    beside = asyncio.run(_reader_beside(lists, peer, reading, seconds // 2))
    connections = len(others)
    for case, found in ((cases.OPEN_LISTS, polls), (cases.READER_QUIET, quiet), (cases.READER_BESIDE, beside)):
        run.measures.add(Key(case, peer.name, PEOPLE.name, connections), found)
        run.tell(case, [peer], connections)
    run.measures.note(cases.SHARE, polls.per_second * polls.cpu_ms / 10)


def _settle(peer: Peer) -> None:
    """Wait until what nobody waits for any more has been worked off."""
    for _ in range(QUIET_WITHIN):
        before = peer.processes.cpu_seconds()
        time.sleep(1)
        if peer.processes.cpu_seconds() - before < 0.1:
            return


async def _while_there(crowd: Crowd, peer: Peer, seconds: float) -> Measure:
    async with crowd.present():
        before, began = peer.processes.cpu_seconds(), time.perf_counter()
        await asyncio.sleep(seconds)
        return crowd.measure(time.perf_counter() - began, peer.processes.cpu_seconds() - before)


async def _reader_beside(crowd: Crowd, peer: Peer, reading: Sequence[Script], seconds: int) -> Measure:
    async with crowd.present():
        return await asyncio.to_thread(wrk, peer.port, reading, seconds, peer.processes)


def walk(number: int, visitor: Visitor) -> Script:
    """A person's way through the portal; no two begin at the same place."""
    account = id_of("account", (number - 1) * PEOPLE.accounts + 1)
    paths = (*cases.EVERY_LIST.values(), f"/sip-accounts/{account}", "/sip-accounts?q=line-")
    begin = number % len(paths)
    return Script(
        [Step(Request(path, headers=visitor.cookie), Expected()) for path in (*paths[begin:], *paths[:begin])]
    )
