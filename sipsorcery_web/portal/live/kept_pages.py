"""Pages of lists as they were made, for whoever asks again while nothing of them has changed.

Kept is what stands between the frame's parts, cut where the token against forged requests stands, which each response
has masked anew. Nobody else is given it: its key has the token of the login session in it, and the service has said
that this one goes on. Each process keeps its own.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from sipsorcery_web.last_used import LastUsed

from ..http.clock import now
from ..http.csrf import token_of_response
from ..http.parts import find_part
from .stamps import Validity, current_revision, key_of_list, validity_of_list

MOST_BYTES = 16 * 2**20


@dataclass
class KeptPage:
    """The parts of a page between its tokens, and what they are valid by."""

    parts: list[str]
    validity: Validity

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, about."""
        return sum(map(sys.getsizeof, self.parts))


class KeptPages(LastUsed[KeptPage]):
    """The pages that were asked for last, as many as there is room for."""

    def __init__(self) -> None:
        super().__init__(MOST_BYTES)


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
        page = KeptPage(made.split(token), validity)
        pages.keep(key, page, page.size, now())
    return made


def _is_reload() -> bool:
    asked = request.cache_control
    return bool(asked.no_cache) or asked.max_age == 0
