"""Answers of the lists that programs ask for again and again, as they were written, while nothing of them has changed.

The revision of what the caller sees is asked for each time, which is the token's proof too: a session that has ended is
given nothing. Kept are lists of which every change raises the revision, for the token that has asked, and for a minute:
a server that takes PostgreSQL's place may lack the last changes, and give their numbers to others. They hold what the
token may read, passwords too, in the memory of a process that has the keys of all; nothing of it is written.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from werkzeug.wrappers import Request

from sipsorcery_web.contract.access_token_text import is_access_token
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.contract.records import SIPAccount, SIPProvider
from sipsorcery_web.contract.wire_types import ListType
from sipsorcery_web.last_used import LastUsed

from ..dispatch import Service

MOST_BYTES = 8 * 2**20
LASTS = timedelta(minutes=1)
TOLD_BY_REVISION = (SIPAccount, SIPProvider)
"""Records of which no column changes without a trigger that raises the revision (revision 0009 of the migrations)."""
_SHAPED_BY = ("SOAPAction", "authid", "Content-Type")
"""Headers that an answer depends on."""


@dataclass(frozen=True)
class KeptAnswer:
    """A message, the token that it answers, and the revision and the moment that it was read at."""

    token: str = field(repr=False)
    revision: str
    read_at: datetime
    message: bytes = field(repr=False)


class KeptAnswers:
    """The answers that were asked for last, as many as there is room for. Each process keeps its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._answers = LastUsed[KeptAnswer](MOST_BYTES)

    def find(self, name: bytes) -> bytes | None:
        """Return the message that answers a request of this name now; None where that has to be made."""
        now = _now()
        kept = self._answers.find(name, now)
        if kept is None or abs(now - kept.read_at) > LASTS:  # also after a clock that was put back
            return None
        return kept.message if self._service.revision_now(kept.token) == kept.revision else None

    def made(self, name: bytes, operation: Operation, token: str | None, make: Callable[[], bytes]) -> bytes:
        """Return the message that is made, and keep it where a revision tells how long it is true."""
        revision = self._service.revision_now(token) if token and _is_kept(operation, token) else None
        now = _now()
        message = make()  # read after the revision, so that a change in between is seen the next time
        if token and revision is not None:
            self._answers.keep(name, KeptAnswer(token, revision, now, message), len(message), now)
        return message


def _now() -> datetime:
    return datetime.now(UTC)


def name_of(request: Request) -> bytes:
    """Return a name for all that shapes the answer to a request; it tells nothing of the token."""
    headers = repr([request.headers.get(name) for name in _SHAPED_BY]).encode()
    return hashlib.blake2b(headers + request.get_data(), digest_size=24).digest()


def _is_kept(operation: Operation, token: str) -> bool:
    """Return True for a list of such records; the use of a token for programs is noted at each call."""
    kind = operation.result
    return isinstance(kind, ListType) and kind.record in TOLD_BY_REVISION and not is_access_token(token)
