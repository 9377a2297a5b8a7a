"""A name server of this machine, with the records that a test gives it."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import dns.message
import dns.resolver
import dns.rrset
import pytest

from tests.running import HOST


@dataclass
class NameServer:
    """Answers with what it knows, and with nothing else."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Texts of records, by name and type."""
    asked: list[str] = field(default_factory=list)
    """The names that it was asked for."""
    seconds: int = 60
    """How long its records may be remembered."""

    def knows(self, name: str, kind: str, *records: str) -> None:
        self.records[name, kind] = [*records]

    def answer(self, data: bytes) -> bytes:
        question = dns.message.from_wire(data)
        asked = question.question[0]
        name, kind = str(asked.name).rstrip(".").lower(), asked.rdtype.name
        self.asked.append(name)
        reply = dns.message.make_response(question)
        if records := self.records.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(asked.name, self.seconds, "IN", kind, *records))
        return reply.to_wire()


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """The name server that this process asks."""
    known = NameServer()
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((HOST, 0))

    def serve() -> None:
        while True:
            data, client = line.recvfrom(4096)
            if not data:
                return
            line.sendto(known.answer(data), client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [HOST], line.getsockname()[1]
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    yield known
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
        ending.sendto(b"", line.getsockname())
    thread.join()
    line.close()
