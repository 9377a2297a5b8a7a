"""The portal beside its peers: the same cases, the same accounts, in turns."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial

from bench import cases
from bench.data import stores
from bench.data.contents import TEN_THOUSAND
from bench.peers import baselines, django_admin, django_project, opensips_cp, portal
from bench.peers.peer import Peer
from bench.run import Run

ONE_WORKER = portal.IN_PROCESS.format(workers=1)
TWO_WORKERS = portal.IN_PROCESS.format(workers=2)
ONE_OVER_SOAP = portal.OVER_SOAP.format(workers=1)
TWO_OVER_SOAP = portal.OVER_SOAP.format(workers=2)
DJANGO_1, DJANGO_2 = (django_admin.NAME.format(workers=workers) for workers in (1, 2))
MEMORY = "memory of {peer}"
OF_LIST_ALONE = (TWO_OVER_SOAP, DJANGO_2)
"""Whose figures are about the list alone; the other cases are spared the time."""
ALL_CONNECTIONS = (cases.LAST_PAGE, cases.SEARCH, cases.OPEN, cases.SAVE)
FOUR_CONNECTIONS = (
    *(cases.SIGN_IN_PAGE, cases.SIGN_IN, cases.COMPRESSED_LIST, *cases.OF_PORTAL),
    *(cases.PAGE_FROM_MEMORY, cases.BARE),
)


def measure(run: Run) -> None:
    """Measure the cases of all peers, those of the portal, and what a page costs at least."""
    with ExitStack() as stack:
        peers = list(_peers(run, stack))
        for peer in peers:
            run.measures.versions[peer.name] = peer.version
        run.compare(cases.LIST, peers, seconds=run.seconds + 1)
        of_all = [peer for peer in peers if peer.name not in OF_LIST_ALONE]
        for case in ALL_CONNECTIONS:
            run.compare(case, of_all)
        for case in FOUR_CONNECTIONS:
            run.compare(case, of_all, (4,))
        for peer in peers:
            run.measures.note(MEMORY.format(peer=peer.name), peer.processes.megabytes())


def _peers(run: Run, stack: ExitStack) -> Iterator[Peer]:
    """Start who is wanted, one after the other."""
    for name, start in _starts(run).items():
        if run.wants_peer(name):
            yield stack.enter_context(start())
            run.say(f"{name} is there")


def _starts(run: Run) -> Mapping[str, Callable[[], AbstractContextManager[Peer]]]:
    in_process = {
        portal.IN_PROCESS.format(workers=count): partial(_portal, run, portal.in_process, count) for count in (1, 2)
    }
    over_soap = {
        portal.OVER_SOAP.format(workers=count): partial(_portal, run, portal.over_soap, count) for count in (1, 2)
    }
    django = {django_admin.NAME.format(workers=count): partial(_django, run, count) for count in (1, 2)}
    panel = {} if _is_left_out(run) else {opensips_cp.NAME: partial(_opensips_cp, run)}
    return {**in_process, **over_soap, **django, **panel, baselines.NAME: partial(_baselines, run)}


def _portal(run: Run, start: Callable[..., AbstractContextManager[Peer]], workers: int) -> AbstractContextManager[Peer]:
    folder = stores.copy_of(TEN_THOUSAND, run.folder / f"{start.__name__}-{workers}")
    return start(folder, TEN_THOUSAND, workers)


def _django(run: Run, workers: int) -> AbstractContextManager[Peer]:
    source, database = run.folder / "of-django", run.folder / "django.db"
    if not database.exists():
        django_project.fill(django_admin.SETTINGS, stores.copy_of(TEN_THOUSAND, source), database)
    return django_admin.django_admin(database, TEN_THOUSAND, workers)


def _is_left_out(run: Run) -> bool:
    why = opensips_cp.missing()
    if why:
        run.measures.left_out[opensips_cp.NAME] = why
    return bool(why)


def _opensips_cp(run: Run) -> AbstractContextManager[Peer]:
    return opensips_cp.opensips_cp(run.folder / "opensips-cp", TEN_THOUSAND)


def _baselines(run: Run) -> AbstractContextManager[Peer]:
    return baselines.baselines(run.folder, b"<p>a page</p>" * 4000, b"")
