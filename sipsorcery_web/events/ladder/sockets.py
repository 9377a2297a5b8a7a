"""The ends of messages: an address with a port, as events name them."""

import ipaddress
import re
from typing import NamedTuple

from sipsorcery_web.ip_addresses import IPAddress, read_address

_SOCKET = re.compile(r"(?:\[([^\]]*)\]|([^:]*))(?::([0-9]{1,5}))?")
SIP_PORT = 5060


class Socket(NamedTuple):
    """An address and a port."""

    address: IPAddress
    port: int


def read_socket(text: str) -> Socket | None:
    """Return the socket that a text names: `192.0.2.1:5060`, `[2001:db8::1]:5060`; None where it names none."""
    found = _SOCKET.fullmatch(text.strip())
    host = (found[1] or found[2] or "") if found else text.strip()
    address = read_address(host.partition("%")[0])
    if address is None:
        return None
    port = int(found[3]) if found and found[3] else SIP_PORT
    return Socket(address, port if port < 65536 else SIP_PORT)


def written(address: IPAddress, port: int) -> str:
    """Return the text of a socket."""
    return f"[{address}]:{port}" if isinstance(address, ipaddress.IPv6Address) else f"{address}:{port}"
