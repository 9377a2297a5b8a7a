"""The JSON entities of REST v0.1: the names of their members, and the records that they stand for."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sipsorcery_web.contract.records import (
    Record,
    SIPAccount,
    SIPDialPlan,
    Values,
    WireField,
    places_of,
    wire_fields,
)
from sipsorcery_web.contract.set_by_others import administrative_fields
from sipsorcery_web.contract.wire_types import NEVER, write_moment

from ..bodies import usual_values
from ..json_values import WrongType, read
from ..resources import RESOURCES, Resource
from .results import Failure

NOT_TOLD = frozenset({"owner", "admin_member_id"})
_TOLD_ALONE: Mapping[type[Record], Sequence[str]] = {
    SIPAccount: (
        *("dont_mangle_enabled", "id", "in_dial_plan_name", "ip_address_acl", "is_incoming_only"),
        *("is_switchboard_enabled", "is_user_disabled", "network_id", "out_dial_plan_name", "send_nat_keep_alives"),
        *("sip_domain", "sip_password", "sip_username"),
    ),
    SIPDialPlan: ("id", "dial_plan_name", "trace_email_address", "dial_plan_script", "script_type_description"),
}
"""The fields of the entities that do not have all of them (spec, section 12.2)."""
_WITHOUT_A_FIELD: Mapping[type[Record], Mapping[str, object]] = {
    SIPAccount: {"AvatarURL": None, "AccountCode": None, "Description": None},
    SIPDialPlan: {"AcceptNonInvite": False},
}
"""The members that nothing stands behind in this revision: they are told as not set, and may be sent."""


def resource_of(record: type[Record]) -> Resource:
    """Return the resource of a type of record."""
    return next(resource for resource in RESOURCES if resource.record is record)


def told(record: type[Record], values: Values) -> dict[str, object]:
    """Return the entity of a record's values; a secret that its reader may not have is null."""
    places, kind = places_of(record), _key(record)
    found: dict[str, object] = {name: _plain(values[places[entry.attribute]]) for name, entry in members(kind).items()}
    return found | dict(_WITHOUT_A_FIELD.get(record, {}))


def record_of(record: type[Record], entity: Mapping[str, Any], **more: Any) -> Any:
    """Return the whole record that an entity describes, as `usual_values` has what is left out but for secrets.

    Members that are not known are not looked at, as everywhere in WCF. Failure for a value of another type.
    """
    resource, values = resource_of(record), {}
    for name, entry in members(_key(record)).items():
        if name in entity and resource.is_writable(entry):
            values[entry.attribute] = _read(name, entry, entity[name])
    values = dict(usual_values(resource)) | values | more
    return record(**values, present=frozenset(values))


@cache
def members(record: Any) -> Mapping[str, WireField]:
    """Return the fields of an entity by the names of its members, in their order."""
    return dict(_members(record))


def _members(record: type[Any]) -> Iterator[tuple[str, WireField]]:
    only = _TOLD_ALONE.get(record)
    hidden = NOT_TOLD | administrative_fields(record)
    for entry in wire_fields(record):
        if entry.attribute in only if only else entry.attribute not in hidden:
            yield _json_name(entry.element), entry


def _json_name(element: str) -> str:
    return f"{element[:-2]}ID" if element.endswith("Id") else element


def _read(name: str, entry: WireField, value: object) -> Any:
    try:
        return read(entry, value)
    except WrongType as error:
        raise Failure(f"{name}: {error}") from None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return None if value == NEVER else write_moment(value)
    return str(value) if isinstance(value, UUID) else value


def _key(record: type[Record]) -> Any:
    return record
