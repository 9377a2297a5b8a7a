"""The addresses of a host that may be contacted, found when they are used."""

import ipaddress
import socket
from collections.abc import Callable, Sequence

from sipsorcery_web.ip_addresses import PUBLIC_ONLY, IPAddress, read_address

from .timed_http import in_time


class NotContacted(Exception):
    """The host has no address that may be contacted; the message is a sentence."""


def addresses_of(host: str) -> Sequence[str]:
    """Return the addresses of a host as this machine knows them. OSError as getaddrinfo."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def allowed_addresses(
    host: str,
    look_up: Callable[[str], Sequence[str]] = addresses_of,
    allows: Callable[[IPAddress], bool] = PUBLIC_ONLY.allows,
) -> list[IPAddress]:
    """Return the addresses of a host, each of them allowed. Raises NotContacted, and TimeoutError within a time limit.

    Where one of a name's addresses is not allowed, none is: such a name is meant to get past a check.
    """
    literal = read_address(host)
    try:
        texts = [str(literal)] if literal is not None else in_time(lambda: look_up(host))
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in texts]
    except TimeoutError:
        raise
    except (OSError, ValueError) as error:  # no such name, or one that no name can be
        raise NotContacted(f"Nobody knows a host of the name {host[:100]}.") from error
    if not found or not all(map(allows, found)):
        raise NotContacted(f"{host[:100]} is no public address.")
    return found
