"""TCP and TLS connections of strangers: short, and not many from one address, so that phones find room."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sipsorcery_web.ip_addresses import customer_network

from .rpc import Rpc

STRANGERS_CONNECTION = 30
"""Seconds that a connection may be silent whose other side has not proved to belong here."""
KEPT_CONNECTION = 7_320
"""The same for others: longer than the longest registration."""
MOST_OF_ADDRESS = 50
"""Connections that one address may have without having proved anything."""


@dataclass(frozen=True)
class StrangerConnections:
    """The limit on connections: those that are too many are ended."""

    rpc: Rpc

    def look(self) -> None:
        """End the oldest connections of each address that has too many without a proof. Raises KamailioError."""
        if self.rpc.call("core.tcp_info")["opened_connections"] > MOST_OF_ADDRESS:
            self.rpc.close_connections(list(too_many(self.rpc.call("core.tcp_list") or [])))


def too_many(connections: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    """The numbers of the connections to end, of those that `core.tcp_list` tells."""
    of_strangers: dict[str, list[int]] = defaultdict(list)
    for connection in connections:
        if connection["lifetime"] <= STRANGERS_CONNECTION:
            of_strangers[customer_network(ipaddress.ip_address(connection["src_ip"]))].append(connection["id"])
    for numbers in of_strangers.values():
        yield from sorted(numbers)[:-MOST_OF_ADDRESS]
