"""Records with a value in every field."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sipsorcery_web.contract import records
from sipsorcery_web.contract.records import CALLBACK_TYPE, PROVIDER_TYPE, Record, wire_fields
from sipsorcery_web.contract.wire_types import BOOLEAN, GUID, INT, MOMENT, STRING, WireType

R = TypeVar("R", bound=Record)

RECORDS: tuple[type[Record], ...] = tuple(
    kind for kind in vars(records).values() if isinstance(kind, type) and "NAMESPACE" in vars(kind)
)
"""The records of the contract, in the order of its module."""


def filled(record: type[R]) -> R:
    """A record with a value of its own in every field."""
    return record(**{entry.attribute: _value(entry.kind, place) for place, entry in enumerate(wire_fields(record), 1)})


def _value(kind: WireType, place: int) -> Any:
    values: dict[Any, Any] = {
        STRING: f"<text & {place}>\nÅ",
        INT: place - 10,
        BOOLEAN: True,
        GUID: UUID(int=place),
        MOMENT: datetime(2011, 3, 4, tzinfo=UTC) + timedelta(hours=place, microseconds=place * 10),
        PROVIDER_TYPE: records.ProviderType.GOOGLE_VOICE,
        CALLBACK_TYPE: records.GoogleVoiceCallbackType.GIZMO,
    }
    return values[kind]
