"""Pages of lists as they were made, for whoever asks again while nothing of them has changed.

Kept is what stands between the frame's parts, cut where the token against forged requests stands, which each response
has masked anew. Nobody else is given it: its key has the token of the login session in it, and the service has said
that this one goes on. Each process keeps its own.
"""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request

from ..http.clock import now
from ..http.csrf import token_of_response
from ..http.parts import find_part
from .stamps import Validity, current_revision, key_of_list, validity_of_list

MOST_BYTES = 16 * 2**20
UNUSED_FOR = timedelta(minutes=10)
"""So long after it was last asked for a page goes; that of a session that has ended is asked for no more."""


@dataclass
class KeptPage:
    """The parts of a page between its tokens, and what they are valid by."""

    parts: list[str]
    validity: Validity
    used: datetime

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, about."""
        return sum(map(sys.getsizeof, self.parts))


class KeptPages:
    """The pages that were asked for last, as many as there is room for."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pages: OrderedDict[str, KeptPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """Return how many bytes are kept."""
        return self._bytes

    def find(self, key: str, now: datetime) -> KeptPage | None:
        """Return the page with a key, which may have become untrue since; None where none is kept."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                page.used = now
                self._pages.move_to_end(key)
            return page

    def keep(self, key: str, page: KeptPage) -> None:
        """Keep a page, in place of those that nobody has asked for the longest."""
        with self._lock:
            self._forget(key)
            if page.size > self._most_bytes:
                return
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > self._most_bytes or self._first.used + UNUSED_FOR < page.used:
                self._forget(next(iter(self._pages)))

    def clear(self) -> None:
        """Forget all pages."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    @property
    def _first(self) -> KeptPage:
        return next(iter(self._pages.values()))

    def _forget(self, key: str) -> None:
        page = self._pages.pop(key, None)
        self._bytes -= 0 if page is None else page.size


def kept_or_made(make: Callable[[], str]) -> str:
    """Return the page of the list that this request asks for, kept or made; `make` reads the list and writes the page.

    It is made where the service has no revisions, and for a browser that reloads (RFC 9111, section 5.2.1).
    """
    pages = find_part(KeptPages)
    if pages is None:
        return make()
    current_revision()  # before the list is read, so that a change in between is seen the next time
    key, token = key_of_list(), token_of_response()
    kept = None if _is_reload() else pages.find(key, now())
    if kept is not None and kept.validity.lasts:
        return token.join(kept.parts)
    made, validity = make(), validity_of_list()
    if validity is not None:
        pages.keep(key, KeptPage(made.split(token), validity, now()))
    return made


def _is_reload() -> bool:
    asked = request.cache_control
    return bool(asked.no_cache) or asked.max_age == 0
