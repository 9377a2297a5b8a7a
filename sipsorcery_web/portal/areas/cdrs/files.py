"""The columns of call records as a file."""

from collections.abc import Sequence

from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.lists.exports import Column
from sipsorcery_web.portal.ui.sip_parties import bridge_of

from .rows import CDRRow


def columns() -> Sequence[Column[SIPCDRAsset]]:
    """What a row of the file has; administrators learn whose it is."""
    owner = [Column[SIPCDRAsset]("owner", "Owner", lambda cdr: cdr.owner)]
    return (
        Column("created", "Call date", lambda cdr: cdr.created, is_moment=True),
        *(owner if current_login().is_administrator else ()),
        Column("direction", "Direction", lambda cdr: cdr.call_direction),
        Column("from", "From", lambda cdr: cdr.from_header),
        Column("from_name", "Caller's name", lambda cdr: cdr.from_name),
        Column("from_user", "Caller's user", lambda cdr: cdr.from_user),
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
        Column("call_id", "Call-ID", lambda cdr: cdr.call_id),
        Column("bridge_id", "Bridge", lambda cdr: bridge_of(cdr.bridge_id)),
        Column("id", "Id", lambda cdr: str(cdr.id)),
    )
