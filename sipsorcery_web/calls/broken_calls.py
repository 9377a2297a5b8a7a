"""Records of calls that followed plans when the SIP engine ended: nobody else writes one of what only rang."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.dial_plans.outcomes import Ended
from sipsorcery_web.service.store.models import SIPCDRRow

ENGINE_ENDED = Ended(code=503, reason="The SIP engine ended")
MARGIN = timedelta(seconds=5)
"""A record of the engine's own begins this much before the plan at most."""


@dataclass(frozen=True)
class BrokenCalls:
    """Writes them."""

    database: Database
    clock: Callable[[], datetime]

    def record(self, kept: CallExecution) -> None:
        """Write the record of an execution's call for the plan's owner, unless there is one of that direction."""
        row = _row(kept, self.clock())
        has_one = (
            select(SIPCDRRow.id)
            .where(SIPCDRRow.owner == row.owner, SIPCDRRow.call_id == row.call_id)
            .where(SIPCDRRow.call_direction == row.call_direction, SIPCDRRow.created > row.created - MARGIN)
        )
        with self.database.write() as session:
            if session.scalars(has_one.limit(1)).first() is None:
                session.add(row)


def _row(kept: CallExecution, now: datetime) -> SIPCDRRow:
    call = kept.execution.call
    return SIPCDRRow(
        id=kept.id,
        owner=kept.owner,
        bridge_id=str(uuid5(NAMESPACE_URL, f"sip:{kept.call_id}")),
        call_direction=call.direction.capitalize(),
        call_id=_text(kept.call_id, 256),
        created=kept.began,
        inserted=now,
        from_header=_text(f"{call.from_name} <sip:{call.from_user}@{call.from_host}>".strip(), 1024),
        from_name=_text(call.from_name, 128) or None,
        from_user=_text(call.from_user, 128),
        dst=_text(call.user, 128),
        dst_host=_text(call.host, 128),
        dst_uri=_text(f"sip:{call.user}@{call.host}", 1024),
        in_progress_status=0,
        answered_status=ENGINE_ENDED.code,
        answered_reason=ENGINE_ENDED.reason,
        answered_time=kept.ended_at,
        duration=0,
        ring_duration=0,
        local_socket="",
        remote_socket=_text(call.received_from, 64),
    )


def _text(value: str, most: int) -> str:
    """Return a text that a stranger wrote as far as a record carries it."""
    return "".join(character for character in value if character.isprintable())[:most]
