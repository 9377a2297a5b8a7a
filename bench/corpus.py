"""Time and memory of hostile messages and filters, beside honest ones: `python -m bench.corpus`."""

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from sipsorcery_web import create_app
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.settings import Settings
from tests.factories import PASSWORD
from tests.service.edge import Edge, edge_of, message, request, security
from tests.service.hostile import hostile_filter, hostile_message

from .service_fixture import USERNAME, signed_in

MESSAGES = 5000
SEED = 20261123


def main() -> None:
    """Print a line for each kind of message."""
    with tempfile.TemporaryDirectory() as folder:
        edge, token = _edge(Path(folder))
        action = f'"{OPERATIONS["IsAlive"].action}"'
        print(f"{'':<10}{'messages/s':>12}{'slowest ms':>12}{'MB grown':>10}")
        _measure("honest", edge, lambda _: (_envelope("IsAlive", "", token), action, "text/xml"))
        _measure("hostile", edge, lambda random: hostile_message(random, token))
        _measure("filters", edge, lambda random: _filtered(random, token))


def _edge(folder: Path) -> tuple[Edge, str]:
    signed_in(folder)
    parts = create_app(Settings(data_dir=folder)).extensions["service"].context
    service = Service(parts)
    credentials = {"username": USERNAME, "password": PASSWORD}
    return edge_of(service), service.call(OPERATIONS["Login"], None, "127.0.0.1", credentials)


def _filtered(random: Random, token: str) -> tuple[bytes, str, str]:
    where = f"<whereExpression>{escape(hostile_filter(random))}</whereExpression>"
    action = f'"{OPERATIONS["GetSIPAccountsCount"].action}"'
    return _envelope("GetSIPAccountsCount", where, token), action, "text/xml; charset=utf-8"


def _envelope(operation: str, arguments: str, token: str) -> bytes:
    return message(request(operation, arguments), security(token)).encode()


def _measure(name: str, edge: Edge, make: Callable[[Random], tuple[bytes, str, str]]) -> None:
    random = Random(SEED)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = list(_times(edge, (make(random) for _ in range(MESSAGES))))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{name:<10}{MESSAGES / sum(times):>12.0f}{max(times) * 1000:>12.1f}{grown:>10.1f}")


def _times(edge: Edge, messages: Iterator[tuple[bytes, str, str]]) -> Iterator[float]:
    for document, action, content_type in messages:
        started = time.perf_counter()
        edge.post(document, action, content_type)
        yield time.perf_counter() - started


if __name__ == "__main__":
    main()
