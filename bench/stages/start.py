"""The start of the portal, and its memory once every list was visited."""

import time

from bench import cases
from bench.data import stores
from bench.data.contents import FIRST, TEN_THOUSAND
from bench.peers import portal
from bench.run import Run


def measure(run: Run) -> None:
    """Measure the time until it answers, and the memory of its largest process afterwards."""
    folder = stores.copy_of(TEN_THOUSAND, run.folder / "start")
    for _ in range(run.rounds):
        began = time.perf_counter()
        with portal.in_process(folder, TEN_THOUSAND) as peer:
            run.measures.note(cases.START, time.perf_counter() - began)
            browser = portal.sign_in(peer.port, FIRST)
            for path in (*cases.EVERY_LIST.values(), "/sip-accounts/add"):
                browser.open(path)
            run.measures.note(cases.MEMORY, peer.processes.largest())
    for name in (cases.START, cases.MEMORY):
        run.say(f"{name}: {run.measures.number(name):.2f}")
