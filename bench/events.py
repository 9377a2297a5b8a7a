"""The collector of events under load, and what it costs others: `python -m bench.events`.

First 1,000 messages a second go to a collector with a store of its own: how many are kept, dropped and said to be lost,
and how much memory the process has each minute. Then visitors look at a list of a portal with two workers and its own
collector, and then phones register and call, with events and without them in turns.
"""

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.data import stores
from bench.data.contents import DOMAIN, FIRST, HUNDRED
from bench.measuring.crowds import Crowd
from bench.measuring.measures import Measure, middle
from bench.measuring.requests import Script
from bench.peers import portal
from bench.peers.peer import Peer
from bench.processes import resident
from sipsorcery_web.events.collector import Collector
from sipsorcery_web.events.ownership import OwnAddresses
from sipsorcery_web.events.store import NAME, SqliteEvents
from sipsorcery_web.events.traces import Traces
from sipsorcery_web.kamailio.ports import CHANNEL_HOST
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.serving.companions import start_events
from tests.conftest import HOME
from tests.events.wire import ENGINE, INNER, event
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.sipp import end_all
from tests.running import free_port

from .calls import Line
from .event_stream import EventStream
from .registrations import make_accounts, register_all

WORKERS = 2
VISITORS, THINK, WARM_UP = 20, 0.5, 10
MINUTE = 60
CALLS_LAST = 5
"""Seconds for which calls are made."""


class PhoneRates(NamedTuple):
    """A number of registrations, and of calls, a second."""

    registrations: int
    calls: int


class OneOwner:
    """Accounts that are all alice's."""

    def owners_of(self, uris: Collection[str], called: Collection[str] = ()) -> Collection[str]:
        """Return alice."""
        return ["alice"] if uris or called else []


def main() -> None:
    """Print what all parts give."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--page-seconds", type=int, default=20)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--register-rate", type=int, default=100)
    parser.add_argument("--call-rate", type=int, default=50)
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    parts: list[Callable[[Path], None]] = []
    if asked.seconds:
        parts.append(lambda folder: _collect(folder, asked.rate, asked.seconds))
    if asked.turns and asked.page_seconds:
        parts.append(lambda folder: _visit_in_turns(folder, asked.rate, asked.page_seconds, asked.turns))
    if asked.turns and asked.accounts:
        rates = PhoneRates(asked.register_rate, asked.call_rate)
        parts.append(lambda folder: _use_phones_in_turns(folder, asked.accounts, rates, asked.turns))
    for part in parts:
        with tempfile.TemporaryDirectory() as folder:
            part(Path(folder))


def _collect(folder: Path, rate: int, seconds: int) -> None:
    events, refused = SqliteEvents(folder / NAME), [0]

    def count(_refusal: object) -> None:
        refused[0] += 1

    address = (HOME, free_port())
    stream = EventStream((HOME, 0), address, ENGINE, "sip:a@sip.local", rate)
    traces = Traces(OneOwner(), OwnAddresses(frozenset({ENGINE}), INNER), count)
    collector = Collector(address, stream.source, traces, events)
    collector.start()
    events.add([event("The first one, whose number the others follow.")])
    before, began = events.newest(), time.monotonic()
    print(f"memory at first: {resident(os.getpid()):.0f} MB")
    for second in range(0, seconds, MINUTE):
        part = min(MINUTE, seconds - second)
        stream.run(part)
        print(f"memory after {second + part} s: {resident(os.getpid()):.0f} MB", flush=True)
    took = time.monotonic() - began
    _wait_for_the_last(events)
    collector.stop()
    stream.close()
    made, lost = events.newest() - before, _said_to_be_lost(events)
    print(f"{stream.sent} messages in {took:.1f} s: {made} events of {stream.sent * 3 // 2}, {lost} said to be lost")
    print(f"{refused[0]} refusals of {stream.sent // 2} noted")


def _said_to_be_lost(events: SqliteEvents) -> int:
    """Return how many events the store says are missing; the oldest, which give way to new ones, are not."""
    with closing(sqlite3.connect(events.path)) as connection:
        told = connection.execute("SELECT text FROM events WHERE text LIKE '% events could not be kept.'").fetchall()
    return sum(int(text.split(" ")[0]) for (text,) in told)


def _wait_for_the_last(events: SqliteEvents) -> None:
    """Wait until nothing more is written."""
    before = -1
    while (now := events.newest()) != before:
        before = now
        time.sleep(3.0)


def _visit_in_turns(folder: Path, rate: int, seconds: int, turns: int) -> None:
    """Measure a list in a portal that runs as it is shipped, beside a stream that changes nothing in it."""
    engine, channel = free_port(), free_port()
    ports = {"PORT": engine, "TLS_PORT": free_port(), "RPC_PORT": channel, "THIRD_PARTY_PORT": free_port()}
    settings = {f"SIPSORCERY_SIP_{name}": str(port) for name, port in ports.items()}
    settings |= {"SIPSORCERY_SIP_HOST": HOME, "SIPSORCERY_MEDIA": "off"}
    account = f"sip:nobody-here@{DOMAIN}"
    with ExitStack() as stack:
        data = stores.copy_of(HUNDRED, folder / "data")
        events = SqliteEvents(data / NAME)
        stream = EventStream((HOME, channel), (CHANNEL_HOST, channel), f"{HOME}:{engine}", account, rate)
        stack.callback(stream.close)
        peer = stack.enter_context(portal.in_process(data, HUNDRED, WORKERS, more=settings))
        visitors = [Script([portal.sign_in(peer.port, FIRST).get("/sip-accounts", {})]) for _ in range(VISITORS)]
        found: dict[bool, list[Measure]] = {False: [], True: []}
        asyncio.run(_visited(peer, visitors, WARM_UP, None))
        for with_events in (False, True) * turns:
            measure = asyncio.run(_visited(peer, visitors, seconds, stream if with_events else None))
            found[with_events].append(measure)
            _tell(with_events, measure)
            _wait_for_the_last(events)  # so that nothing of it is left for a quiet turn
        print(f"{stream.sent} messages were sent; {_said_to_be_lost(events)} events said to be lost")
    quiet, beside = middle(found[False]).p95, middle(found[True]).p95
    print(f"p95 of a list: {beside:.0f} ms with events, {quiet:.0f} ms without, {beside / quiet:.2f} times as long")


async def _visited(peer: Peer, scripts: Sequence[Script], seconds: int, stream: EventStream | None) -> Measure:
    crowd = Crowd(peer.port, scripts, THINK)
    async with crowd.present():
        before = peer.processes.cpu_seconds()
        with stream.flowing(seconds) if stream else nullcontext():
            await asyncio.sleep(seconds)
            return crowd.measure(seconds, peer.processes.cpu_seconds() - before)


def _tell(with_events: bool, found: Measure) -> None:
    figures = f"{found.per_second:.0f}/s, p50 {found.p50:.0f} p95 {found.p95:.0f} p99 {found.p99:.0f} ms"
    print(f"{_beside(with_events)}: {figures}, {found.errors} errors", flush=True)


def _beside(with_events: bool) -> str:
    return "with events" if with_events else "without events"


def _use_phones_in_turns(folder: Path, accounts: int, rates: PhoneRates, turns: int) -> None:
    """Measure how long registrations and calls take that come at a steady rate, all of them with real Kamailio."""
    with ExitStack() as stack:
        harness = stack.enter_context(KamailioHarness(folder / "data", Passwords(), max_accounts=0).open())
        stack.callback(end_all)
        make_accounts(harness, accounts)
        line = Line(harness, folder)
        registered: dict[bool, list[float]] = {True: [], False: []}
        called: dict[bool, list[float]] = {True: [], False: []}
        for with_events in (True, False) * turns:
            end = start_events(harness.app) if with_events else (lambda: None)
            took, failed, repeated = register_all(harness, folder, accounts, rates.registrations)
            print(f"{_beside(with_events)}: {took:.2f} s to register, {failed} failed, {repeated} repeated; calls:")
            burst = line.burst(rates.calls, CALLS_LAST)
            end()
            registered[with_events].append(took)
            called[with_events].append(burst.seconds)
    for what, seconds in (
        (f"{accounts} registrations at {rates.registrations}/s", registered),
        (f"{rates.calls * CALLS_LAST} calls at {rates.calls}/s", called),
    ):
        print(f"{what}: {median(seconds[True]):.2f} s with events, {median(seconds[False]):.2f} s without")


if __name__ == "__main__":
    main()
