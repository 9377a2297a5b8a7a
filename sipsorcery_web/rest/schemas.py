"""JSON Schema (draft 2020-12, that of OpenAPI 3.1) of the contract's records."""

from collections.abc import Iterator, Mapping
from typing import Any

from sipsorcery_web.contract.records import Record, SIPAccount, SIPDialPlan, SIPProvider, WireField
from sipsorcery_web.contract.rules import SIP_USERNAME_MIN_LENGTH, catalogue
from sipsorcery_web.contract.wire_types import BOOLEAN, GUID, INT, Moment, Scalar

from .resources import Resource

LENGTHS: Mapping[type[Record], Mapping[str, int]] = {
    SIPAccount: catalogue.SIP_ACCOUNT_LENGTHS,
    SIPProvider: catalogue.PROVIDER_LENGTHS,
    SIPDialPlan: catalogue.DIAL_PLAN_LENGTHS,
}
SHORTEST: Mapping[str, int] = {"sip_username": SIP_USERNAME_MIN_LENGTH, "provider_name": 1, "dial_plan_name": 1}
"""What a name has at least; blanks around it count for nothing."""
ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]*$"
"""No control character can stand in a text of one line."""

Schema = dict[str, Any]


def name_of(resource: Resource) -> str:
    """The name of the schema of a resource's records."""
    return resource.record.__name__


def schema_of(resource: Resource) -> Schema:
    """Return the schema of a record as it is told: every field but for secrets, which few tokens are told."""
    properties = {entry.attribute: _told(resource, entry) for entry in resource.fields}
    needed = [entry.attribute for entry in resource.fields if not entry.is_secret]
    return {
        "type": "object",
        "description": f"A {resource.one}.",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


def given_schema_of(resource: Resource, is_new: bool) -> Schema:
    """Return the schema of a record as it is given, with the fields that the caller decides about."""
    fields = [entry for entry in resource.fields if resource.is_writable(entry)]
    needed = [entry.attribute for entry in fields if is_new and entry.attribute in _needed(resource)]
    schema: Schema = {
        "type": "object",
        "properties": {entry.attribute: _given(resource, entry) for entry in fields},
        "additionalProperties": False,
    }
    return schema | ({"required": needed} if needed else {})


def value_schema(entry: WireField) -> Schema:
    """Return the schema of a field's values but for null."""
    kind = entry.kind
    if isinstance(kind, Moment):
        return {"type": "string", "format": "date-time"}
    if kind is GUID:
        return {"type": "string", "format": "uuid"}
    if kind is BOOLEAN:
        return {"type": "boolean"}
    if kind is INT:
        return {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
    if isinstance(kind, Scalar) and kind.members:
        return reference_to(_name_of_choice(kind))
    return {"type": "string"}


def reference_to(name: str) -> Schema:
    """Return the schema that stands under a name in the description."""
    return {"$ref": f"#/components/schemas/{name}"}


def choices_of(resource: Resource) -> Iterator[tuple[str, Schema]]:
    """Yield the choices that fields of a resource have, by their names in the description."""
    for entry in resource.fields:
        if isinstance(entry.kind, Scalar) and entry.kind.members:
            values = [member.value for member in entry.kind.members]
            yield _name_of_choice(entry.kind), {"type": "string", "enum": values}


def _name_of_choice(kind: Scalar) -> str:
    return type(kind.members[0]).__name__


def _needed(resource: Resource) -> tuple[str, ...]:
    named_by: tuple[str, ...] = getattr(resource.record, "NAMED_BY", ())
    return named_by


def _told(resource: Resource, entry: WireField) -> Schema:
    can_be_null = entry.nillable or isinstance(entry.kind, Moment)
    schema = _or_null(value_schema(entry)) if can_be_null else value_schema(entry)
    if entry.is_secret:
        area = resource.operations.area if not resource.read_at_once else None
        told = f"Told to tokens with the scope {area.reading_passwords} alone." if area else "Never told."
        return schema | {"description": told}
    return schema if resource.is_writable(entry) else schema | {"readOnly": True}


def _given(resource: Resource, entry: WireField) -> Schema:
    schema = value_schema(entry)
    if schema == {"type": "string"}:
        if most := LENGTHS.get(resource.record, {}).get(entry.attribute):
            schema["maxLength"] = most
        if least := SHORTEST.get(entry.attribute):
            schema["minLength"] = least
        if not entry.has_lines:
            schema["pattern"] = ONE_LINE
    if not entry.nillable or entry.attribute in _needed(resource):
        return schema
    return _or_null(schema) | ({"writeOnly": True} if entry.is_secret else {})


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}
