"""ExecutionCount of plans and customers: how many executions run now, as the wire and the pages tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.store.models import CustomerRow, SIPDialPlanRow

_PLANS: Any = SIPDialPlanRow.__table__
_CUSTOMERS: Any = CustomerRow.__table__


@dataclass(frozen=True)
class ExecutionCounts:
    """The columns of that name."""

    database: Database

    def set_counts(self, by_plan: Mapping[UUID, int], by_owner: Mapping[str, int]) -> None:
        """Write the numbers that have changed."""
        with self.database.write() as session:
            self._write(session.connection(), by_plan, by_owner)

    def reset(self, by_plan: Mapping[UUID, int], by_owner: Mapping[str, int]) -> None:
        """Write these numbers, and 0 for all others."""
        with self.database.write() as session:
            connection = session.connection()
            for table in (_PLANS, _CUSTOMERS):
                connection.execute(update(table).where(table.c.execution_count != 0).values(execution_count=0))
            self._write(connection, by_plan, by_owner)

    def _write(self, connection: Connection, by_plan: Mapping[UUID, int], by_owner: Mapping[str, int]) -> None:
        _update(connection, _PLANS, "id", by_plan)
        _update(connection, _CUSTOMERS, "customer_username", by_owner)


def _update(connection: Connection, table: Any, key: str, counts: Mapping[Any, int]) -> None:
    if counts:
        statement = update(table).where(table.c[key] == bindparam("key")).values(execution_count=bindparam("count"))
        connection.execute(statement, [{"key": each, "count": count} for each, count in counts.items()])
