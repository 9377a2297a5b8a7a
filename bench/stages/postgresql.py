"""The portal on PostgreSQL, where that answers."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from bench import cases
from bench.data import stores
from bench.data.contents import DOMAIN, MILLION, TEN_THOUSAND, Contents
from bench.peers import portal
from bench.peers.peer import Peer
from bench.run import Run
from sipsorcery_web.settings import Settings
from tests.schemas import own_schema
from tests.services import POSTGRES

NAME = "portal on PostgreSQL, workers: 1"
LARGER = replace(MILLION, cdrs=TEN_THOUSAND.cdrs)
"""What is put into it is not kept between runs, and call records would take as long again."""
CASES = (*cases.OF_ALL_PEERS, *cases.OF_PORTAL, *cases.OF_SERVICE)


def measure(run: Run) -> None:
    """Measure the cases of the portal and of the service with ten thousand accounts, and lists with a million."""
    if not os.environ.get(POSTGRES):
        run.measures.left_out[NAME] = "no PostgreSQL answers on this machine"
        return
    if run.is_over(NAME):
        return
    with ExitStack() as stack:
        peer = stack.enter_context(_portal(run, TEN_THOUSAND))
        run.say(f"{NAME} is there")
        for case in CASES:
            run.compare(case, [peer], (4,))
        if run.wants_store(LARGER.name) and not run.is_over(f"{NAME}, {LARGER.name} accounts"):
            larger = stack.enter_context(_portal(run, LARGER))
            for case in cases.OF_SIZES:
                run.compare(case, [peer, larger], (1,))


@contextmanager
def _portal(run: Run, contents: Contents) -> Iterator[Peer]:
    folder = run.folder / f"postgresql-{contents.name}"
    with own_schema() as url:
        stores.fill(contents, Settings(data_dir=folder, database_url=url, domain=DOMAIN))
        with portal.in_process(folder, contents, url=url, name=NAME) as peer:
            yield peer
