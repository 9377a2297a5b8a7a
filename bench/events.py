"""The collector of events under load, and what it costs phones that register: `python -m bench.events`.

First 1,000 messages a second go to a collector with a store of its own: how many are kept, dropped and said to be lost,
and how much memory the process takes. Then phones register, with the stream of events and without it in turns.
"""

import argparse
import resource
import socket
import sqlite3
import tempfile
import time
from collections.abc import Collection, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sipsorcery_web.events.collector import Collector
from sipsorcery_web.events.ownership import OwnAddresses
from sipsorcery_web.events.store import NAME, SqliteEvents
from sipsorcery_web.events.traces import Traces
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.serving.companions import start_events
from tests.conftest import HOME
from tests.events.wire import ENGINE, HER_PHONE, INNER, hep, request, response
from tests.kamailio.harness import KamailioHarness
from tests.running import free_port

from .registrations import make_accounts, register_all

CREDENTIALS = 'Authorization: Digest username="alice", response="5ecre7f00d5ecre7f00d5ecre7f00d00"'
CHALLENGE = 'WWW-Authenticate: Digest realm="sip.local", nonce="n"'


class OneOwner:
    """Accounts that are all alice's."""

    def owners_of(self, uris: Collection[str], called: Collection[str] = ()) -> Collection[str]:
        """Return alice."""
        return ["alice"] if uris or called else []


def main() -> None:
    """Print what both parts give."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--register-rate", type=int, default=100)
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _collect(Path(folder), asked.rate, asked.seconds)
    if asked.turns:
        with tempfile.TemporaryDirectory() as folder:
            _register_in_turns(Path(folder), asked.accounts, asked.register_rate, asked.turns)


def _collect(folder: Path, rate: int, seconds: int) -> None:
    events, refused = SqliteEvents(folder / NAME), [0]

    def count(_refusal: object) -> None:
        refused[0] += 1

    sender = socket.socket(type=socket.SOCK_DGRAM)
    sender.bind((HOME, 0))
    address = (HOME, free_port())
    traces = Traces(OneOwner(), OwnAddresses(frozenset({ENGINE}), INNER), count)
    collector = Collector(address, sender.getsockname(), traces, events)
    collector.start()
    began, sent, memory = time.monotonic(), 0, [_memory()]
    for second in range(seconds):
        for datagram in _attempts(second, rate // 2):
            sender.sendto(datagram, address)
            sent += 1
            if sent % 50 == 0:
                time.sleep(max(0.0, began + sent / rate - time.monotonic()))
        memory.append(_memory())
    took = time.monotonic() - began
    _wait_for_the_last(events)
    collector.stop()
    sender.close()
    traced, lost = _kept(events)
    print(f"{sent} messages in {took:.1f} s: {traced} kept, {lost} said to be lost, {refused[0]} refusals noted")
    print(
        f"memory in MB: {memory[0]:.0f} at first, {memory[len(memory) // 2]:.0f} half-way, {memory[-1]:.0f} at the end"
    )


def _attempts(second: int, count: int) -> Sequence[bytes]:
    """Return registrations with wrong passwords, each with its answer."""
    datagrams, now = [], datetime.now(UTC)
    for number in range(count):
        call_id = f"{second}-{number}@203.0.113.66"
        asked = request("REGISTER", "sip:sip.local", "sip:a@sip.local", CREDENTIALS, call_id=call_id)
        answer = response("401 Unauthorized", asked, CHALLENGE)
        datagrams += [hep(asked, HER_PHONE, ENGINE, at=now), hep(answer, ENGINE, HER_PHONE, at=now)]
    return datagrams


def _kept(events: SqliteEvents) -> tuple[int, int]:
    """Return the numbers of messages that are in the store, and of those that it says are missing."""
    with closing(sqlite3.connect(events.path)) as connection:
        (traced,) = connection.execute("SELECT count(*) FROM events WHERE type = 9").fetchone()
        told = connection.execute("SELECT text FROM events WHERE text LIKE '% events could not be kept.'").fetchall()
    return traced, sum(int(text.split(" ")[0]) for (text,) in told)


def _wait_for_the_last(events: SqliteEvents) -> None:
    """Wait until nothing more is written."""
    before = -1
    while (now := events.newest()) != before:
        before = now
        time.sleep(3.0)


def _memory() -> float:
    """Return the largest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _register_in_turns(folder: Path, accounts: int, rate: int, turns: int) -> None:
    with ExitStack() as stack:
        harness = stack.enter_context(KamailioHarness(folder / "data", Passwords(), max_accounts=0).open())
        make_accounts(harness, accounts)
        seconds: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(turns):
            for with_events in (True, False):
                end = start_events(harness.app) if with_events else (lambda: None)
                took, failed, repeated = register_all(harness, folder, accounts, rate)
                end()
                seconds[with_events].append(took)
                print(
                    f"{'with' if with_events else 'without'} events: {took:.2f} s, {failed} failed, {repeated} repeated"
                )
        both = median(seconds[True]), median(seconds[False])
        print(f"{accounts} registrations at {rate}/s: {both[0]:.2f} s with events, {both[1]:.2f} s without")


if __name__ == "__main__":
    main()
