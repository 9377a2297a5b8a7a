"""The columns of call records as a file."""

from collections.abc import Sequence

from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.portal.lists.exports import Column, owner_column
from sipsorcery_web.portal.ui.sip_parties import bridge_of

from .rows import CDRRow


def columns() -> Sequence[Column[SIPCDRAsset]]:
    """Return the columns of the file; for administrators, with the owner."""
    return (
        Column("created", "Call date", is_moment=True),
        *owner_column(),
        Column("direction", "Direction", lambda cdr: cdr.call_direction),
        Column("from", "From", lambda cdr: cdr.from_header),
        Column("from_name", "Caller's name"),
        Column("from_user", "Caller's user"),
        Column("destination", "Destination", lambda cdr: cdr.dst_uri),
        Column("provider", "Through provider", lambda cdr: CDRRow(cdr).provider),
        Column("result", "Result", lambda cdr: CDRRow(cdr).diagnosis.title),
        Column("status", "Status", lambda cdr: cdr.answered_status),
        Column("reason", "Answer reason", lambda cdr: cdr.answered_reason),
        Column("ring_seconds", "Ringing (seconds)", lambda cdr: cdr.ring_duration),
        Column("duration_seconds", "Duration (seconds)", lambda cdr: cdr.duration),
        Column(
            "answered", "Answered", lambda cdr: cdr.answered_time if CDRRow(cdr).is_answered else None, is_moment=True
        ),
        Column("final_answer", "Final answer", lambda cdr: cdr.answered_time, is_moment=True),
        Column("hung_up", "Hung up", lambda cdr: cdr.hungup_time, is_moment=True),
        Column("hangup_reason", "Hang-up reason", lambda cdr: cdr.hungup_reason),
        Column("call_id", "Call-ID"),
        Column("bridge_id", "Bridge", lambda cdr: bridge_of(cdr.bridge_id)),
        Column("id", "Id", lambda cdr: str(cdr.id)),
    )
