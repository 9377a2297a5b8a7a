"""Bodies of messages: what happened, when, and the record as `/api/v1` tells it, but never a secret."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sipsorcery_web.contract.records import Record, values_of, wire_fields
from sipsorcery_web.rest.json_values import told, written
from sipsorcery_web.rest.resources import RESOURCES
from sipsorcery_web.service.store.domain_events import DomainEvent

TEST = "webhook.test"
"""The type of a message that its owner asked for."""


def body_of(event: DomainEvent) -> bytes:
    """Return the body of a message about something that happened."""
    record = told_without_secrets(event.record)
    if event.change:
        record = {"resource": _nouns()[type(event.record)], **event.change, "record": record}
    return _body(event.kind, event.at, record)


def test_body(at: datetime) -> bytes:
    """Return the body of a message that says nothing but that it arrives."""
    return _body(TEST, at, {})


def told_without_secrets(record: Record) -> dict[str, Any]:
    """Return a record's fields by their names in `/api/v1`, without those that are secret."""
    kind = type(record)
    secrets = [entry.attribute for entry in wire_fields(kind) if entry.is_secret]
    (values,) = values_of(kind, [record.with_(**dict.fromkeys(secrets))])
    return told(kind, values)


def _body(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    return written({"type": kind, "timestamp": at, "data": data})


def _nouns() -> Mapping[type[Record], str]:
    return {resource.record: resource.noun for resource in RESOURCES}
