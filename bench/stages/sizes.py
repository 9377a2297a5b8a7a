"""The portal with a hundred accounts and with a million, of one customer and of many."""

from contextlib import ExitStack
from pathlib import Path

from bench import cases
from bench.data import stores
from bench.data.contents import HUNDRED, MANY_OWNERS, MILLION, TEN_THOUSAND, Contents
from bench.peers import portal
from bench.run import Run

STORES = (HUNDRED, TEN_THOUSAND, MILLION, MANY_OWNERS)
OF_ALL = (HUNDRED, MILLION, MANY_OWNERS)
CONNECTIONS = (1,)
ADMINISTRATOR = "administrator: {case}"
PEER = portal.IN_PROCESS.format(workers=1)


def measure(run: Run) -> None:
    """Measure lists, forms and saving, of a customer and of an administrator."""
    with ExitStack() as stack:
        peers = {
            contents: stack.enter_context(portal.in_process(_copy(run, contents), contents))
            for contents in STORES
            if run.wants_store(contents.name)
        }
        for case in cases.OF_SIZES:
            run.compare(case, list(peers.values()), CONNECTIONS)
        of_all = [peer for contents, peer in peers.items() if contents in OF_ALL]
        for case in cases.OF_SIZES:
            run.compare(ADMINISTRATOR.format(case=case), of_all, CONNECTIONS)


def _copy(run: Run, contents: Contents) -> Path:
    return stores.copy_of(contents, run.folder / f"size-{contents.name.replace(' ', '-')}")
