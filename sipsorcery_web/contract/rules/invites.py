"""The rules of invite codes that administrators make."""

from collections.abc import Iterator
from datetime import datetime

from sipsorcery_web.contract.extensions import Invite

from . import Violation
from . import catalogue as rules

MOST_AT_ONCE = 1000
NOTE_LIMIT = 128


def invite_violations(invite: Invite, count: int, now: datetime) -> Iterator[Violation]:
    """Yield each rule that new invite codes break: so many at once, a note that fits, an end that is to come."""
    if not 1 <= count <= MOST_AT_ONCE:
        yield Violation("count", rules.INVITE_COUNT)
    if len((invite.note or "").strip()) > NOTE_LIMIT:
        yield Violation("note", rules.INVITE_NOTE_TOO_LONG)
    if invite.ends is not None and invite.ends <= now:
        yield Violation("ends", rules.INVITE_END_PAST)
