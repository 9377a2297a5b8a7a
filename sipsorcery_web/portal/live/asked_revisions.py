"""Revisions that a service in another process is asked for, since it may be another SIPSorcery Web.

The original has none: its answer is remembered for a while, and its lists are read.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sipsorcery_web.contract.errors import ContractError, InternalFault, Refused

from ..http.backend import service

ASKED_AGAIN_AFTER = timedelta(hours=1)
"""A service may be replaced by a newer one."""


class AskedRevisions:
    """The revisions of one service, or that it has none, in the memory of this process."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._asked_again_at = datetime.min.replace(tzinfo=UTC)

    def read(self, _token: str) -> str | None:
        """Return the revision of what the visitor of this request sees; None where the service has none.

        SessionExpired and Unavailable as for every operation. Services have different words for what they do not know.
        """
        if self._clock() < self._asked_again_at:
            return None
        try:
            return service().revision() or None
        except (ContractError, InternalFault, Refused):
            self._asked_again_at = self._clock() + ASKED_AGAIN_AFTER
            return None
