"""The text at an http address, for `WebGet`: only public servers are asked, and the address that was checked is used.

A name is looked up once for each request, all its addresses are checked, and the connection is made to one of these; a
redirect goes through the same. No proxy of the environment is used.
"""

import http.client
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, make_headers, parse_url

from sipsorcery_web.ip_addresses import PUBLIC_ONLY, IPAddress
from sipsorcery_web.network.contacting import NotContacted, addresses_of, allowed_addresses
from sipsorcery_web.network.timed_http import (
    SecureTimedPool,
    TimedPool,
    content_type,
    over_within,
    seconds_left,
    trusted,
)

LONGEST = 8_192
"""Bytes of an answer that are read."""
MOST_REDIRECTS = 5
_TOO_SLOW = "The web server did not answer in time."
_BROKEN_OFF = "The web server did not answer, or broke off."
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NothingFetched(Exception):
    """A text that could not be fetched; the message is a sentence for the plan's log."""


def is_usual_port(port: int) -> bool:
    """Return True for the ports of the web and those that have no service of their own by right."""
    return port in (80, 443) or port >= 1024


@dataclass(frozen=True)
class WebGetter:
    """Gets texts; the fields stand in for the machine's look-up of names and the rules about addresses and ports."""

    look_up: Callable[[str], Sequence[str]] = addresses_of
    allows: Callable[[IPAddress], bool] = PUBLIC_ONLY.allows
    allows_port: Callable[[int], bool] = is_usual_port

    def get(self, address: str, seconds: float) -> str:
        """Return the first 8,192 bytes at an address as text. Raises NothingFetched, within these seconds."""
        ends_at = monotonic() + seconds
        try:
            with over_within(seconds):
                for _ in range(MOST_REDIRECTS + 1):
                    text, address = self._ask(address)
                    if text is not None:
                        return text
        except NotContacted as error:
            raise NothingFetched(str(error)) from error
        except (HTTPError, http.client.HTTPException, OSError, UnicodeError) as error:
            raise NothingFetched(_TOO_SLOW if monotonic() >= ends_at else _BROKEN_OFF) from error
        raise NothingFetched(f"The web server redirects more than {MOST_REDIRECTS} times.")

    def _ask(self, address: str) -> tuple[str | None, str]:
        """Return the text at an address, or None and where to ask instead."""
        url = self._checked(address)
        pool = self._pool(url)
        try:
            response = pool.urlopen(
                "GET",
                url.request_uri,
                headers=_headers(url),
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(total=seconds_left()),
            )
            try:
                return _outcome(response, address)
            finally:
                response.close()
        finally:
            pool.close()

    def _checked(self, address: str) -> Url:
        try:
            url = parse_url(address)
        except LocationParseError as error:
            raise NothingFetched("WebGet takes an http or https address.") from error
        if url.scheme not in _PORTS or not url.host:
            raise NothingFetched("WebGet takes an http or https address.")
        if not self.allows_port(_port(url)):
            raise NothingFetched(f"WebGet asks nobody at port {_port(url)}.")
        return url

    def _pool(self, url: Url) -> TimedPool | SecureTimedPool:
        """Return connections to an address that was checked; TLS asks for the certificate of the name."""
        name = str(url.host).strip("[]")
        host = str(allowed_addresses(name, self.look_up, self.allows)[0])
        if url.scheme == "http":
            return TimedPool(host, _port(url))
        return SecureTimedPool(host, _port(url), ssl_context=trusted(), server_hostname=name, assert_hostname=name)


def _port(url: Url) -> int:
    return _PORTS[str(url.scheme)] if url.port is None else url.port


def _headers(url: Url) -> dict[str, str]:
    host = str(url.host) if url.port is None else f"{url.host}:{url.port}"
    known = {"Host": host, "User-Agent": "SIPSorcery", "Accept-Encoding": "identity"}
    return known | (make_headers(basic_auth=url.auth) if url.auth else {})


def _outcome(response: urllib3.BaseHTTPResponse, address: str) -> tuple[str | None, str]:
    if response.status in _REDIRECTS and (target := response.headers.get("Location")):
        return None, urljoin(address, target)
    if not 200 <= response.status < 300:
        raise NothingFetched(f"The web server answers {response.status}.")
    _, charset = content_type(response.headers.get("Content-Type"))
    received = bytearray()
    while len(received) < LONGEST and (piece := response.read1(LONGEST - len(received), decode_content=False)):
        received += piece
    return _decoded(bytes(received), charset or "utf-8"), address


def _decoded(received: bytes, charset: str) -> str:
    try:
        return received.decode(charset, "replace")
    except (LookupError, ValueError):  # no charset at all
        return received.decode("utf-8", "replace")
