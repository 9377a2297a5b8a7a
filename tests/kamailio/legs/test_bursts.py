"""Many commands at once, of which the engine reads 32 KB at a time: one that is lost would leave a caller waiting."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from bench.processes import family
from sipsorcery_web.calls.messages import NotWaiting, Reply
from sipsorcery_web.kamailio.call_channel.client import packed
from sipsorcery_web.kamailio.call_channel.netstrings import netstring
from tests.kamailio.harness import KamailioHarness, eventually

from .call_control import ScriptedCallControl

COMMANDS = 3000
FRAME = 127
"""Bytes of a command on the wire: 258 of these are one byte less than Kamailio reads at a time."""


@contextmanager
def standing_still(harness: KamailioHarness) -> Iterator[None]:
    """All processes of the engine are stopped for a while, as they seem on a machine with too much to do."""
    assert harness.supervisor.process_id is not None
    processes = family(harness.supervisor.process_id)
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_no_command_is_lost_however_many_wait_for_the_engine(
    harness: KamailioHarness, control: ScriptedCallControl
) -> None:
    transactions = [f"{number}:7" for number in range(10_000, 10_000 + COMMANDS)]
    replies = [Reply(transaction=each, code=486, reason="Busy " + "x" * 59) for each in transactions]
    assert {len(netstring(packed(reply))) for reply in replies} == {FRAME}
    with standing_still(harness):
        for reply in replies:
            control.sends(reply)

    heard: set[str] = set()

    def hears_all() -> bool:
        while not control.events.empty():
            event = control.events.get()
            heard.update([event.transaction] if isinstance(event, NotWaiting) else [])
        return len(heard) >= COMMANDS

    eventually(hears_all, seconds=60.0)
    assert heard == set(transactions)
