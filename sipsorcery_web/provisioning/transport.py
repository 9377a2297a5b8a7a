"""HTTP to a provisioning service, with a limit on the time of a whole exchange and on the size of its answer.

urllib3 is used without requests, whose sessions send the cookies of one visitor's answer with the next one's request:
the original may set its token as a cookie, and take it from one (spec, sections 1.7 and 2).
"""

import http.client
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from time import monotonic
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError

from sipsorcery_web.breaker import Breaker
from sipsorcery_web.contract.errors import ContractError, OutcomeUnknown, Unavailable
from sipsorcery_web.network.timed_http import SecureTimedPool, TimedPool, content_type, over_within, trusted

POOLED_CONNECTIONS = 32
MAX_ANSWER_BYTES = 32_000_000
FAILURES, PAUSE = 3, 5.0
"""Exchanges in a row that were waited for in vain, after which one is tried in so many seconds until one succeeds.

Those do not count that had an answer begin, nor while others had theirs: a question that takes long is no outage.
"""

NO_ANSWER = "The provisioning service does not answer."
TOO_SLOW = "The provisioning service did not answer in time."
BROKEN_OFF = "The answer of the provisioning service broke off."
TOO_LARGE = "The answer of the provisioning service is too large."
REDIRECTED = "The provisioning service has moved to another address, which is not followed."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """An HTTP response of any kind; `media_type` is in lower case, "" when there is none."""

    status: int
    media_type: str
    charset: str | None
    content: bytes


class HttpTransport:
    """One pool of connections; an exchange has `timeout` seconds, from the look-up of the name to the last byte.

    While the service is away nobody waits for it, but for one who tries again.
    """

    def __init__(self, timeout: float, clock: Callable[[], float] = monotonic) -> None:
        self._timeout = timeout
        self._breaker = Breaker(FAILURES, PAUSE, clock)
        self._answered_at = -inf
        self._pools = urllib3.PoolManager(num_pools=2, maxsize=POOLED_CONNECTIONS, retries=False, ssl_context=trusted())
        self._pools.pool_classes_by_scheme = {"http": TimedPool, "https": SecureTimedPool}

    def post(self, url: str, message: bytes, headers: Mapping[str, str], seconds: float = inf) -> Answer:
        """Send a message. Unavailable when no connection was made, OutcomeUnknown when no whole answer came,
        ContractError for a redirect or too large an answer.

        It is sent once: the service may have carried out a request whose answer did not come. Whoever has less time
        than the usual gives its `seconds`; where there are none left, nothing is sent.
        """
        return self._exchange("POST", url, message, headers, min(self._timeout, seconds))

    def get(self, url: str) -> Answer:
        """Fetch a document; errors as for `post`."""
        return self._exchange("GET", url, None, {}, self._timeout)

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> Answer:
        if seconds <= 0:
            raise Unavailable(TOO_SLOW)
        if not self._breaker.lets_through():
            raise Unavailable(NO_ANSWER)
        began = monotonic()
        ends_at = began + seconds
        with over_within(seconds):
            response = None
            try:
                response = self._pools.request(
                    method,
                    url,
                    body=body,
                    headers={"Accept-Encoding": "gzip", **headers},
                    timeout=urllib3.Timeout(total=seconds),
                    redirect=False,
                    preload_content=False,
                )
                self._answered_at = monotonic()
                self._breaker.succeeded()
                return _answer(response)
            except (HTTPError, OSError, http.client.HTTPException) as error:
                log.warning("No answer from %s: %s", urlsplit(url).hostname, error)
                if self._answered_at < began <= monotonic() - self._timeout / 2:  # what fails at once holds nobody up
                    self._breaker.failed()
                if isinstance(error, NewConnectionError):
                    raise Unavailable(NO_ANSWER) from error
                cut_off = NO_ANSWER if response is None else BROKEN_OFF
                raise OutcomeUnknown(TOO_SLOW if monotonic() >= ends_at else cut_off) from error
            finally:
                if response is not None:
                    response.close()  # read to its end, it has given its connection back already


def _answer(response: urllib3.BaseHTTPResponse) -> Answer:
    if 300 <= response.status < 400:
        raise ContractError(REDIRECTED)
    media_type, charset = content_type(response.headers.get("Content-Type"))
    return Answer(response.status, media_type, charset, _content(response))


def _content(response: urllib3.BaseHTTPResponse) -> bytes:
    received = bytearray()
    while chunk := response.read1(65536, decode_content=True):
        received += chunk
        if len(received) > MAX_ANSWER_BYTES:
            raise ContractError(TOO_LARGE)
    return bytes(received)
