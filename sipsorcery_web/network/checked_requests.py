"""Requests to servers that customers name: the address that was checked is the one that is connected to.

A name is looked up once for each request, all its addresses are checked, and the connection is made to one of these. No
redirect is followed, and no proxy of the environment is used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import urllib3
from urllib3.util import Url

from sipsorcery_web.ip_addresses import PUBLIC_ONLY, IPAddress

from .contacting import addresses_of, allowed_addresses
from .ports import PORTS
from .timed_http import SecureTimedPool, TimedPool, seconds_left, trusted


def port_of(url: Url) -> int:
    """Return the port of an http or https address."""
    return PORTS[str(url.scheme)] if url.port is None else url.port


@dataclass(frozen=True)
class CheckedRequests:
    """Sends requests; the fields stand in for the machine's look-up of names and the rule about addresses."""

    look_up: Callable[[str], Sequence[str]] = addresses_of
    allows: Callable[[IPAddress], bool] = PUBLIC_ONLY.allows

    @contextmanager
    def sent(
        self, method: str, url: Url, headers: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Send a request, and have its answer in the block, of which nothing is read yet.

        Raises NotContacted, TimeoutError within a time limit, and what urllib3, http.client and sockets raise.
        """
        pool = self._pool(url)
        with closing(pool):
            response = pool.urlopen(
                method,
                url.request_uri,
                body=body,
                headers={"Host": _host(url), "User-Agent": "SIPSorcery", "Accept-Encoding": "identity", **headers},
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(total=seconds_left()),
            )
            with closing(response):
                yield response

    def _pool(self, url: Url) -> TimedPool | SecureTimedPool:
        """Return connections to an address that was checked; TLS asks for the certificate of the name."""
        name = str(url.host).strip("[]")
        host = str(allowed_addresses(name, self.look_up, self.allows)[0])
        if url.scheme == "http":
            return TimedPool(host, port_of(url))
        return SecureTimedPool(host, port_of(url), ssl_context=trusted(), server_hostname=name, assert_hostname=name)


def beginning_of(response: urllib3.BaseHTTPResponse, longest: int) -> bytes:
    """Return the first bytes of an answer, as they were sent."""
    received = bytearray()
    while len(received) < longest and (piece := response.read1(longest - len(received), decode_content=False)):
        received += piece
    return bytes(received)


def _host(url: Url) -> str:
    return str(url.host) if url.port is None else f"{url.host}:{url.port}"
