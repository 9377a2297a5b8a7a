"""The service as programs call it, beside a bare answer of the same bytes."""

from bench import cases
from bench.data import stores
from bench.data.contents import TEN_THOUSAND
from bench.peers import baselines, portal
from bench.peers.soap_requests import SoapRequests
from bench.run import Run

SECONDS_OF_LOGINS = 4
"""Hashing has as many turns as there are cores: sixteen at once wait longer than a round of the others lasts."""


def measure(run: Run) -> None:
    """Measure the operations that programs call most."""
    folder = stores.copy_of(TEN_THOUSAND, run.folder / "service")
    with portal.in_process(folder, TEN_THOUSAND) as service:
        answer = SoapRequests(service.port, TEN_THOUSAND).answer(cases.SOAP_GET_25)
        with baselines.baselines(run.folder, b"", answer) as least:
            for case in (*cases.OF_SERVICE, cases.SAME_BYTES):
                run.compare(case, [service, least], seconds=SECONDS_OF_LOGINS if case == cases.SOAP_LOGIN else 0)
