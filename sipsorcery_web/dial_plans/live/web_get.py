"""The text at an http address, for `WebGet`: only public servers are asked, also where a redirect leads."""

import http.client
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, make_headers, parse_url

from sipsorcery_web.ip_addresses import PUBLIC_ONLY, IPAddress
from sipsorcery_web.network.checked_requests import CheckedRequests, beginning_of, port_of
from sipsorcery_web.network.contacting import NotContacted, addresses_of
from sipsorcery_web.network.ports import PORTS, is_usual_port
from sipsorcery_web.network.timed_http import content_type, over_within

LONGEST = 8_192
"""Bytes of an answer that are read."""
MOST_REDIRECTS = 5
_TOO_SLOW = "The web server did not answer in time."
_BROKEN_OFF = "The web server did not answer, or broke off."
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NothingFetched(Exception):
    """A text that could not be fetched; the message is a sentence for the plan's log."""


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
        with CheckedRequests(self.look_up, self.allows).sent("GET", url, _credentials(url)) as response:
            return _outcome(response, address)

    def _checked(self, address: str) -> Url:
        try:
            url = parse_url(address)
        except LocationParseError as error:
            raise NothingFetched("WebGet takes an http or https address.") from error
        if url.scheme not in PORTS or not url.host:
            raise NothingFetched("WebGet takes an http or https address.")
        if not self.allows_port(port_of(url)):
            raise NothingFetched(f"WebGet asks nobody at port {port_of(url)}.")
        return url


def _credentials(url: Url) -> dict[str, str]:
    return make_headers(basic_auth=url.auth) if url.auth else {}


def _outcome(response: urllib3.BaseHTTPResponse, address: str) -> tuple[str | None, str]:
    if response.status in _REDIRECTS and (target := response.headers.get("Location")):
        return None, urljoin(address, target)
    if not 200 <= response.status < 300:
        raise NothingFetched(f"The web server answers {response.status}.")
    _, charset = content_type(response.headers.get("Content-Type"))
    return _decoded(beginning_of(response, LONGEST), charset or "utf-8"), address


def _decoded(received: bytes, charset: str) -> str:
    try:
        return received.decode(charset, "replace")
    except (LookupError, ValueError):  # no charset at all
        return received.decode("utf-8", "replace")
