"""The columns of call records as a file."""

from collections.abc import Sequence
from datetime import datetime

from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.portal.diagnosis import diagnose_call
from sipsorcery_web.portal.lists.exports import Column, owner_column
from sipsorcery_web.portal.ui.sip_parties import bridge_of

from .rows import is_taken, provider_of


def columns() -> Sequence[Column[SIPCDRAsset]]:
    """Return the columns of the file; for administrators, with the owner."""
    return (
        Column("created", "Call date", is_moment=True),
        *owner_column(),
        Column("direction", "Direction", "call_direction"),
        Column("from", "From", "from_header"),
        Column("from_name", "Caller's name"),
        Column("from_user", "Caller's user"),
        Column("destination", "Destination", "dst_uri"),
        Column("provider", "Through provider", ("call_direction", "dst_uri"), provider_of),
        Column("result", "Result", ("answered_status", "answered_reason"), _result),
        Column("status", "Status", "answered_status"),
        Column("reason", "Answer reason", "answered_reason"),
        Column("ring_seconds", "Ringing (seconds)", "ring_duration"),
        Column("duration_seconds", "Duration (seconds)", "duration"),
        Column("answered", "Answered", ("answered_status", "answered_time"), _answered, is_moment=True),
        Column("final_answer", "Final answer", "answered_time", is_moment=True),
        Column("hung_up", "Hung up", "hungup_time", is_moment=True),
        Column("hangup_reason", "Hang-up reason", "hungup_reason"),
        Column("call_id", "Call-ID"),
        Column("bridge_id", "Bridge", "bridge_id", bridge_of),
        Column("id", "Id", value=str),
    )


def _result(status: int, reason: str | None) -> str:
    return diagnose_call(status, reason).title


def _answered(status: int, final_answer: datetime | None) -> datetime | None:
    """Return when somebody took the call; the time of a refusal is no time of an answer."""
    return final_answer if is_taken(status) else None
