"""The lines of another service's console, which are asked of it while somebody looks on.

The service keeps a subscription for half a minute after the last question. The original tells whoever names a
connection, so the name is made from the token of the visitor's session and from what the page knows: nobody else's page
leads to it. What the page knows is its cursor, with the time at which the service was asked last.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.events.filters.errors import FilterError
from sipsorcery_web.events.filters.parsing import parse
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.visitor_address import visitor_address
from sipsorcery_web.provisioning.client import ClientIdentity
from sipsorcery_web.provisioning.notifications import NotificationClient

from .lines import Line, line_from_elsewhere
from .reading import LINES_AT_ONCE, Told

LASTS = 25
"""Seconds after a question for which a subscription is sure to be there; later another one is begun."""
LEFT_OUT = "{:,} earlier lines that the service told are left out."
_CURSOR = re.compile(r"([0-9a-f]{32})-([0-9]{1,12})")


@dataclass(frozen=True)
class LinesElsewhere:
    """The lines of a notification service."""

    notifications: NotificationClient
    store: None = None

    def connect(self, text: str) -> Told:
        """Subscribe, and return what the service says of that: the filter as it applies it.

        FilterError for what the service refuses, at no known place; SessionExpired or Unavailable.
        """
        parse(text)  # as the old client did, which sent no filter that cannot be read
        page = secrets.token_hex(16)
        try:
            self.notifications.subscribe(_visitor(), _connection(page), text)
        except Refused as refused:
            raise FilterError(refused.message, 0) from refused
        return self._poll(page)

    def go_on(self, text: str, cursor: str) -> Told:
        """Return what is new. A page that nobody has looked at for a while begins again: what was between is lost."""
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise ValueError("no cursor of another service's lines")
        if not 0 <= now().timestamp() - int(found[2]) <= LASTS:
            return self.connect(text)
        return self._poll(found[1])

    def look_back(self, text: str, cursor: str) -> Told:
        """Raise ValueError: of lines that were told nothing is kept."""
        raise ValueError("another service's lines are kept nowhere")

    def _poll(self, page: str) -> Told:
        texts = self.notifications.poll(_visitor(), _connection(page))
        return Told(_lines(texts), f"{page}-{int(now().timestamp())}")


def _lines(texts: Sequence[str]) -> list[Line]:
    left_out = len(texts) - LINES_AT_ONCE
    first = [LEFT_OUT.format(left_out)] if left_out > 0 else []
    return [line_from_elsewhere(text) for text in (*first, *texts[-LINES_AT_ONCE:])]


def _connection(page: str) -> str:
    """Return the address of a page's connection, in the form of a GUID, which leads back to nothing."""
    digest = hashlib.sha256(f"console {page} {current_login().token}".encode()).digest()
    return str(UUID(bytes=digest[:16]))


def _visitor() -> ClientIdentity:
    return ClientIdentity(current_login().token, visitor_address())
