"""The service as programs call it, beside a bare answer of the same bytes and Django REST framework."""

from contextlib import ExitStack

from bench import cases
from bench.data import stores
from bench.data.contents import TEN_THOUSAND
from bench.peers import baselines, django_project, portal, rest_framework
from bench.peers.peer import Peer
from bench.peers.soap_requests import SoapRequests
from bench.run import Run

SECONDS_OF_LOGINS = 4
"""Hashing has as many turns as there are cores: sixteen at once wait longer than a round of the others lasts."""
REST_FRAMEWORK = rest_framework.NAME.format(workers=1)


def measure(run: Run) -> None:
    """Measure the operations that programs call most, and the list in JSON."""
    folder = stores.copy_of(TEN_THOUSAND, run.folder / "service")
    with ExitStack() as stack:
        service = stack.enter_context(portal.in_process(folder, TEN_THOUSAND))
        answer = SoapRequests(service.port, TEN_THOUSAND).answer(cases.SOAP_GET_25)
        least = stack.enter_context(baselines.baselines(run.folder, b"", answer))
        beside = _rest_framework(run, stack)
        for case in (*cases.OF_SERVICE, cases.SAME_BYTES, cases.REST_LIST, cases.REST_LIST_ANEW):
            seconds = SECONDS_OF_LOGINS if case == cases.SOAP_LOGIN else 0
            run.compare(case, [service, least, *beside], seconds=seconds)


def _rest_framework(run: Run, stack: ExitStack) -> list[Peer]:
    """Return Django REST framework, where its case is wanted."""
    if not run.wants(cases.REST_LIST):
        return []
    database = run.folder / "rest-framework.db"
    source = stores.copy_of(TEN_THOUSAND, run.folder / "of-rest-framework")
    django_project.fill(rest_framework.SETTINGS, source, database)
    peer = stack.enter_context(rest_framework.rest_framework(database, TEN_THOUSAND, 1))
    run.measures.versions[peer.name] = peer.version
    return [peer]
