"""Registrations that have begun and ended, by comparing those that are there with those that were told.

What was told is in a table, so that nothing is missed while no process looks. Of a customer who did not listen before,
all that is there counts as told.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import SIPRegistrarBinding, wire_fields
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.rest.json_values import read, written
from sipsorcery_web.service.store.domain_events import DomainEvent, DomainEventKind

from .models import ToldRegistrationRow, WatchedRegistrationsRow
from .payloads import told_without_secrets


def changes_since(
    session: Session, owners: Collection[str], there: Sequence[SIPRegistrarBinding], at: datetime
) -> Sequence[DomainEvent]:
    """Return what has begun and ended of these owners' registrations, and note what is there now."""
    advisory_lock(session, "told registrations")
    watched = set(session.scalars(select(WatchedRegistrationsRow.owner)))
    _watch(session, watched, owners)
    told = {row.id: row for row in session.scalars(select(ToldRegistrationRow))}
    begun = [binding for binding in there if binding.id not in told]
    ended = [told[id] for id in told.keys() - {binding.id for binding in there}]
    if begun:
        session.execute(insert(ToldRegistrationRow), [_row(binding) for binding in begun])
    session.execute(delete(ToldRegistrationRow).where(ToldRegistrationRow.id.in_([row.id for row in ended])))
    gained, lost = DomainEventKind.REGISTRATION_GAINED, DomainEventKind.REGISTRATION_LOST
    return [
        *(DomainEvent(lost, row.owner, at, _record(row)) for row in ended),
        *(DomainEvent(gained, binding.owner or "", at, binding) for binding in begun if binding.owner in watched),
    ]


def _watch(session: Session, watched: Collection[str], owners: Collection[str]) -> None:
    new, others = set(owners) - set(watched), set(watched) - set(owners)
    if new:
        session.execute(insert(WatchedRegistrationsRow), [{"owner": owner} for owner in sorted(new)])
    session.execute(delete(WatchedRegistrationsRow).where(WatchedRegistrationsRow.owner.in_(others)))


def _row(binding: SIPRegistrarBinding) -> dict[str, Any]:
    return {"id": binding.id, "owner": binding.owner, "record": written(told_without_secrets(binding)).decode()}


def _record(row: ToldRegistrationRow) -> SIPRegistrarBinding:
    return SIPRegistrarBinding.from_fields(dict(_fields(json.loads(row.record))))


def _fields(kept: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for entry in wire_fields(SIPRegistrarBinding):
        if entry.attribute in kept:
            yield entry.attribute, read(entry, kept[entry.attribute])
