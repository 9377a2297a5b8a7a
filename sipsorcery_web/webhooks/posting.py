"""Posting a message to an address that a customer named."""

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.network.checked_requests import PORTS, CheckedRequests, beginning_of, is_usual_port, port_of
from sipsorcery_web.network.contacting import NotContacted
from sipsorcery_web.network.timed_http import over_within

from .models import LONGEST_URL

PATIENCE = 10.0
"""Seconds for the whole of an attempt."""
KEPT = 500
"""Bytes of an answer that its owner is shown."""
GONE = 410
"""The answer of an address that wants no more (Standard Webhooks, "Deliverability and reliability")."""


class UnfitAddress(ValueError):
    """An address that nothing is posted to; the message is a sentence."""


@dataclass(frozen=True)
class Attempt:
    """The outcome of one attempt: the status of the answer, None where none came, and its beginning or why not."""

    status: int | None
    answer: str
    milliseconds: int

    @property
    def is_taken(self) -> bool:
        """Return True when the message was taken."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Poster:
    """Posts to addresses that a policy lets through; https alone, unless it lets private ones through too."""

    policy: ContactPolicy
    requests: CheckedRequests = field(default_factory=CheckedRequests)
    allows_port: Callable[[int], bool] = is_usual_port

    def check(self, address: str) -> Url:
        """Return an address that something may be posted to. Raises UnfitAddress."""
        schemes = PORTS if self.policy.allows_private else ("https",)
        try:
            url = parse_url(address) if len(address) <= LONGEST_URL and address.isascii() else Url()
        except LocationParseError:
            url = Url()
        if url.scheme not in schemes or not url.host:
            raise UnfitAddress(f"It has to be an address that begins with {' or '.join(schemes)}.")
        if url.auth:
            raise UnfitAddress("There can be no name and password in it: the signature says whom it comes from.")
        if not self.allows_port(port_of(url)):
            raise UnfitAddress(f"Nothing is posted to port {port_of(url)}.")
        if not self.policy.allows_host(url.host):
            raise UnfitAddress(f"{url.host[:100]} is no public address.")
        return url

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """Post a body, within ten seconds. Whatever the other side does is an outcome."""
        began = monotonic()

        def outcome(status: int | None, answer: str) -> Attempt:
            return Attempt(status, answer, round((monotonic() - began) * 1000))

        try:
            url = self.check(address)
            with over_within(PATIENCE), self.requests.sent("POST", url, headers, body) as response:
                return outcome(response.status, beginning_of(response, KEPT).decode("utf-8", "replace"))
        except (UnfitAddress, NotContacted) as error:
            return outcome(None, str(error))
        except (HTTPError, http.client.HTTPException, OSError, UnicodeError):
            is_late = monotonic() - began >= PATIENCE
            return outcome(None, "No answer came within 10 seconds." if is_late else "Nobody answered there.")
