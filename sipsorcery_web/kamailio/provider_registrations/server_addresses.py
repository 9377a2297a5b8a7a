"""All addresses that the names of providers' servers lead to, looked up now and then beside everything else.

A provider with several servers registers with one of them and may call from another.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Semaphore

from sipsorcery_web.in_thread import begun
from sipsorcery_web.ip_addresses import IPAddress

from .servers import Resolver, Server, Unreachable

LOOKED_UP_AGAIN_AFTER = timedelta(minutes=10)
MOST_AT_ONCE = 8
"""Names that are looked up at the same time."""


@dataclass
class _Known:
    """Addresses that a name led to, and when it is looked up again."""

    again_at: datetime = datetime.min.replace(tzinfo=UTC)
    addresses: frozenset[IPAddress] = frozenset()


@dataclass
class ServerAddresses:
    """Addresses that the names of servers lead to, in the memory of this process; who asks never waits for the DNS."""

    resolver: Resolver
    clock: Callable[[], datetime]
    start: Callable[[Callable[[], None]], object] = begun
    _known: dict[str, _Known] = field(default_factory=dict)
    _places: Semaphore = field(default_factory=partial(Semaphore, MOST_AT_ONCE))

    def of(self, server: str) -> frozenset[IPAddress]:
        """Return what is known of a server's URI: nothing until it was looked up, and where that came to nothing."""
        known = self._known.setdefault(server, _Known())
        if known.again_at <= self.clock() and self._places.acquire(blocking=False):
            known.again_at = self.clock() + LOOKED_UP_AGAIN_AFTER
            self.start(partial(self._look_up, server, known))
        return known.addresses

    def keep(self, servers: set[str]) -> None:
        """Forget the servers that are not among these."""
        self._known = {server: known for server, known in self._known.items() if server in servers}

    def _look_up(self, server: str, known: _Known) -> None:
        try:
            known.addresses = frozenset(address.ip for address in self.resolver.find(Server.of(server)))
        except (Unreachable, ValueError):
            return  # what it led to before may still be where it calls from
        finally:
            self._places.release()
