"""Every field of a call record under a label in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.portal.ui.sip_parties import bridge_of

LABELS: Mapping[str, Mapping[str, str]] = {
    "The two ends": {
        "owner": "Owner",
        "admin_member_id": "Administered by",
        "call_direction": "Direction",
        "from_name": "Caller’s name",
        "from_user": "Caller’s user",
        "from_header": "From header",
        "dst": "Dialled user",
        "dst_host": "Dialled host",
        "dst_uri": "Dialled address",
    },
    "What happened when": {
        "created": "Begun",
        "in_progress_time": "Last sign of progress",
        "in_progress_status": "Progress code",
        "in_progress_reason": "Progress phrase",
        "ring_duration": "Seconds from progress to final answer",
        "answered_time": "Final answer",
        "answered_status": "Answer code",
        "answered_reason": "Answer phrase",
        "hungup_time": "Hung up",
        "hungup_reason": "Reason for hanging up",
        "duration": "Seconds talked",
        "inserted": "Stored",
    },
    "For tracing it elsewhere": {
        "call_id": "Call-ID",
        "bridge_id": "Bridge",
        "local_socket": "Local socket",
        "remote_socket": "Remote socket",
        "id": "Record id",
    },
}
COUNTED = ("ring_duration", "duration")
"""Zero says something here: they did not ring, or talk."""


@dataclass(frozen=True)
class Detail:
    """A field that is set; moments are shown in the visitor's zone."""

    label: str
    value: object

    @property
    def is_moment(self) -> bool:
        """Return True when the value is a date and time."""
        return isinstance(self.value, datetime)


def details_of(cdr: SIPCDRAsset) -> Iterator[tuple[str, list[Detail]]]:
    """The fields of a record that are set, in parts with a title; moments that are not set are among them."""
    for title, labels in LABELS.items():
        yield title, [Detail(label, getattr(cdr, name)) for name, label in labels.items() if _is_told(cdr, name)]


def _is_told(cdr: SIPCDRAsset, name: str) -> bool:
    if name == "bridge_id":
        return bridge_of(cdr.bridge_id) is not None
    return name in COUNTED or name.endswith("_time") or bool(getattr(cdr, name))
