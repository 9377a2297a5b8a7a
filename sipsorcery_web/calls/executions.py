"""The executions of dial plans for calls, kept for a week at most: to go on with them after a crash, and for pages."""

import logging
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.old_rows import delete_older
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.dial_plans.call_executions import CallExecution, UnreadableExecution

from .models import ExecutionRow

KEPT_FOR = timedelta(days=7)
MOST_OF_CALL = 20
"""Executions that are read of one call."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Executions:
    """Executions in the table `executions`, found only with the owner that they were kept for."""

    database: Database
    keyring: Keyring
    clock: Callable[[], datetime] = utc_now
    kept_for: timedelta = KEPT_FOR

    def keep(self, executions: Sequence[CallExecution]) -> None:
        """Keep executions as they are now, new ones and others, in one transaction.

        Whoever has several keeps them together: a transaction takes many times as long as an execution. One whose owner
        has been deleted meanwhile is left out.
        """
        rows = [self._row(each) for each in executions]
        try:
            self._write(rows)
        except IntegrityError:
            for row in rows:
                with suppress(IntegrityError):
                    self._write([row])

    def running(self) -> Sequence[CallExecution]:
        """Return the executions that are not over, of all owners, the oldest first."""
        return self._found(ExecutionRow.is_over.is_(False))

    def running_by_plan(self, owner: str) -> Mapping[UUID, int]:
        """Return how many executions of an owner's plans run, by the plan's id."""
        query = select(ExecutionRow.plan_id, func.count()).where(_runs(owner)).group_by(ExecutionRow.plan_id)
        with self.database.read() as session:
            return {row[0]: row[1] for row in session.execute(query)}

    def of_call(self, owner: str, call_id: str) -> Sequence[CallExecution]:
        """Return the executions of an owner's plans for a call that can be read, the oldest first."""
        return self._found(*_of(owner, call_id), at_most=MOST_OF_CALL)

    def unreadable_of_call(self, owner: str, call_id: str) -> Sequence[UnreadableExecution]:
        """Return the others of that call: tampered with, or sealed with a key that is gone."""
        rows = self._rows(*_of(owner, call_id), at_most=MOST_OF_CALL)
        return [
            UnreadableExecution(plan_id=row.plan_id, began=row.began_at, cdr_id=row.cdr_id)
            for row in rows
            if self._opened(row) is None
        ]

    def delete_old(self) -> int:
        """Delete the executions that began longer ago than they are kept, and return how many there were."""
        return delete_older(self.database, ExecutionRow.id, ExecutionRow.began_at, self.clock() - self.kept_for)

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        with self.database.write_rows() as connection:
            connection.execute(_upsert(connection.dialect.name), rows)

    def _found(self, *where: ColumnElement[bool], at_most: int | None = None) -> Sequence[CallExecution]:
        rows = self._rows(*where, at_most=at_most)
        return [execution for row in rows if (execution := self._opened(row)) is not None]

    def _rows(self, *where: ColumnElement[bool], at_most: int | None) -> Sequence[ExecutionRow]:
        query = select(ExecutionRow).where(*where).order_by(ExecutionRow.began_at, ExecutionRow.id).limit(at_most)
        with self.database.read() as session:
            return session.scalars(query).all()

    def _row(self, execution: CallExecution) -> dict[str, Any]:
        packed = zlib.compress(execution.contents().encode(), 1)
        return {
            "id": execution.id,
            "owner": execution.owner,
            "plan_id": execution.plan_id,
            "call_id": _plain(execution.call_id),
            "cdr_id": execution.cdr_id,
            "began_at": execution.began,
            "is_over": execution.ended_at is not None,
            "sealed": self.keyring.seal(packed, place_of(ExecutionRow.sealed, execution.id, execution.owner)),
        }

    def _opened(self, row: ExecutionRow) -> CallExecution | None:
        """Return an execution; None for one that was tampered with, or sealed with a key that is gone."""
        try:
            packed = self.keyring.open(row.sealed, place_of(ExecutionRow.sealed, row.id, row.owner))
        except KeyringError:
            log.warning("The execution %s cannot be read and is left out.", row.id)
            return None
        text = zlib.decompress(packed).decode()
        return CallExecution.of_contents(text, id=row.id, plan_id=row.plan_id, call_id=row.call_id, cdr_id=row.cdr_id)


def _of(owner: str, call_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ExecutionRow.owner == owner, ExecutionRow.call_id == _plain(call_id)


def _runs(owner: str) -> ColumnElement[bool]:
    return ExecutionRow.is_over.is_(False) & (ExecutionRow.owner == owner)


@cache
def _upsert(dialect_name: str) -> Any:
    dialect = import_module(f"sqlalchemy.dialects.{dialect_name}")  # is there already, and not both
    statement = dialect.insert(ExecutionRow.__table__)
    changed = {name: statement.excluded[name] for name in ("cdr_id", "is_over", "sealed")}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


def _plain(call_id: str) -> str:
    """Return a Call-ID as the call's record has it: its first 256 characters that can be printed."""
    return "".join(character for character in call_id if character.isprintable())[:256]
