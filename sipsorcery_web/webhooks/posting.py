"""Posting a message to an address that a customer named."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from sipsorcery_web.network.checked_requests import CheckedRequests, beginning_of
from sipsorcery_web.network.contacting import NotContacted
from sipsorcery_web.network.timed_http import over_within

from .addresses import Addresses, UnfitAddress

PATIENCE = 10.0
"""Seconds for the whole of an attempt."""
KEPT = 500
"""Bytes of an answer that its owner is shown."""
GONE = 410
"""The answer of an address that wants no more (Standard Webhooks, "Deliverability and reliability")."""


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
    """Posts to addresses that are fit for it, and whose hosts may be contacted."""

    addresses: Addresses
    requests: CheckedRequests = field(default_factory=CheckedRequests)

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """Post a body, within ten seconds. Whatever the other side does is an outcome."""
        began = monotonic()

        def outcome(status: int | None, answer: str) -> Attempt:
            return Attempt(status, answer, round((monotonic() - began) * 1000))

        try:
            url = parse_url(address)
            self.addresses.check(url.url)
            with over_within(PATIENCE), self.requests.sent("POST", url, headers, body) as response:
                return outcome(response.status, beginning_of(response, KEPT).decode("utf-8", "replace"))
        except (UnfitAddress, NotContacted) as error:
            return outcome(None, str(error))
        except (HTTPError, http.client.HTTPException, OSError, UnicodeError):
            is_late = monotonic() - began >= PATIENCE
            return outcome(None, "No answer came within 10 seconds." if is_late else "Nobody answered there.")
