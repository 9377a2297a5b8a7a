"""The revision of a service, told by five fields of 2011 (spec, section 10)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sipsorcery_web.contract.records import Record, wire_fields

UnknownFields = Mapping[type[Record], frozenset[str]]


class Revision:
    """The revision of a service; one of the base revision of 2010-08 is spoken to without the fields of 2011."""

    def __init__(self, told: UnknownFields | None = None) -> None:
        """Take `told`, which the WSDL lacks; without one, the replies show it."""
        self._learns = told is None
        self._unknown = dict(told or {})

    def understood(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the service understands them."""
        return {
            name: without(value, self._unknown) if isinstance(value, Record) else value
            for name, value in arguments.items()
        }

    def learn(self, result: Any) -> None:
        """Look at a reply: the original writes every field that it knows, so it does not know the rest."""
        record = result[0] if isinstance(result, list) and result else result
        if not self._learns or not isinstance(record, Record):
            return
        kind = type(record)
        missing = {entry.attribute for entry in wire_fields(kind) if not record.has(entry.attribute)}
        if missing and missing == {entry.attribute for entry in wire_fields(kind) if entry.since_2011}:
            self._unknown[kind] = frozenset(missing)
        else:
            self._unknown.pop(kind, None)


def without(record: Record, unknown: UnknownFields) -> Record:
    """The record as a service takes it that does not know some of its fields."""
    if not (dropped := unknown.get(type(record))):
        return record
    given = (entry.attribute for entry in wire_fields(type(record)) if record.has(entry.attribute))
    return replace(record, present=frozenset(given) - dropped)
