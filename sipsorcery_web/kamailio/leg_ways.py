"""The ways of legs to the servers that they go to, as far as Kamailio does not find them itself."""

from contextlib import suppress
from dataclasses import dataclass

from sipsorcery_web.calls.sent_legs import ServerRefused, Way
from sipsorcery_web.network.timed_http import over_within, seconds_left

from .provider_registrations.servers import Address, Resolver, Server, Unreachable

MOST_TRIED = 4
"""Addresses of a server that may be asked for a certificate one after the other."""
FOUND_WITHIN = 5.0
"""Seconds that all of it may take."""


@dataclass(frozen=True)
class LegWays:
    """Chooses the transport that a name lists first (NAPTR), and has servers prove over TLS whose they are.

    Over UDP and TCP Kamailio looks the servers of a name up, and goes on to the next one where a server fails.
    """

    resolver: Resolver

    def find(self, target: str) -> Way:
        """Return the way to the server of a URI. Raises ServerRefused where none may be taken."""
        try:
            with over_within(FOUND_WITHIN):
                return self._found(Server.of(target))
        except (ValueError, Unreachable) as error:
            raise ServerRefused(str(error)) from error
        except TimeoutError as error:
            raise ServerRefused("It takes too long to find the server and to see whose it is.") from error

    def _found(self, server: Server) -> Way:
        listed = self.resolver.listed_services(server)
        if "tls" in (server.transport, *(service.transport for service in listed[:1])):
            return self._proved(server)
        if not listed:
            return Way()
        return Way(f"sip:{listed[0].domain};transport={listed[0].transport};lr")

    def _proved(self, server: Server) -> Way:
        *others, last = self.resolver.find(server)[:MOST_TRIED]
        for number, address in enumerate(others):
            share = seconds_left() / (len(others) + 1 - number)
            with suppress(Unreachable), over_within(share):
                self.resolver.prove(address)
                return _over_tls(address)
        self.resolver.prove(last)
        return _over_tls(last)


def _over_tls(address: Address) -> Way:
    return Way(f"{address.uri};lr", address.server_name)
