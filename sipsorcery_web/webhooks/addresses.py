"""The addresses that webhooks can have; it is looked at when they are typed, and each time that they are posted to."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.network.ports import PORTS, is_usual_port

from .models import LONGEST_URL


class UnfitAddress(ValueError):
    """An address that nothing is posted to; the message is a sentence."""


@dataclass(frozen=True)
class Addresses:
    """The addresses that a policy lets through: over https alone, unless it lets private ones through too.

    The addresses of a name are looked at when it is used.
    """

    policy: ContactPolicy
    allows_port: Callable[[int], bool] = is_usual_port

    def check(self, address: str) -> None:
        """Raise UnfitAddress for an address that nothing is posted to."""
        schemes = PORTS if self.policy.allows_private else ("https",)
        url, port = _split(address)
        if url.scheme not in schemes or not url.hostname:
            raise UnfitAddress(f"It has to be an address that begins with {' or '.join(schemes)}.")
        if "@" in url.netloc:
            raise UnfitAddress("There can be no name and password in it: the signature says whom it comes from.")
        if not self.allows_port(port):
            raise UnfitAddress(f"Nothing is posted to port {port}.")
        if not self.policy.allows_host(url.hostname):
            raise UnfitAddress(f"{url.hostname[:100]} is no public address.")


def _split(address: str) -> tuple[SplitResult, int]:
    """Return the parts of an address and its port; parts of nothing where it cannot be read."""
    if len(address) > LONGEST_URL or not all("!" <= character <= "~" for character in address):
        return urlsplit(""), 0
    try:
        url = urlsplit(address)
        return url, PORTS.get(url.scheme, 0) if url.port is None else url.port
    except ValueError:
        return urlsplit(""), 0
