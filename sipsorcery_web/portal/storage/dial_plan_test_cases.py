"""Test cases of dial plans: calls, the answers typed for them, and the results that are wanted and last seen."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy import case as case_when

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.portal.storage.deleted_records import KEPT_FOR
from sipsorcery_web.portal.storage.models import DialPlanTestCase
from sipsorcery_web.portal.storage.sessions import sql_errors

MOST = 100
"""Test cases of one plan."""
STAYS_FOR = KEPT_FOR + timedelta(minutes=1)
"""How long the cases of a deleted plan are there, for the time that its deletion can be undone."""


class TooManyCases(Exception):
    """The plan has as many test cases as there may be."""


@dataclass(frozen=True, kw_only=True)
class PlanTestCase:
    """A call through a plan. `expected` and `last` are results in sentences: the wanted one, and the last one seen."""

    id: UUID = field(default_factory=uuid4)
    name: str
    call: Mapping[str, str]
    """The fields of a try by their names: number, caller, direction, time, seed."""
    answers: Mapping[str, str]
    """The answers typed for it, by the names of their fields."""
    expected: Sequence[str]
    last: Sequence[str]

    @property
    def is_failing(self) -> bool:
        """Return True when its last result is not the wanted one."""
        return list(self.expected) != list(self.last)


@dataclass(frozen=True)
class CaseCount:
    """The test cases of a plan: all, and those that fail."""

    total: int
    failing: int


class DialPlanTestCases:
    """Test cases in the table `dial_plan_test_cases`, found only with the plan and owner that they were kept for."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def add(self, plan_id: UUID, owner: str, case: PlanTestCase) -> None:
        """Keep one more case. Raises TooManyCases and StorageUnavailable."""
        with sql_errors(), self._database.write() as session:
            advisory_lock(session, f"dial plan {plan_id}")
            session.execute(delete(DialPlanTestCase).where(DialPlanTestCase.ends_at <= self._clock()))
            count = select(func.count()).where(_of(plan_id, owner))
            if int(session.scalar(count) or 0) >= MOST:
                raise TooManyCases
            values = {"id": str(case.id), "plan_id": str(plan_id), "owner": owner, "added_at": self._clock()}
            session.execute(insert(DialPlanTestCase), [values | self._sealed(plan_id, owner, case)])

    def update(self, plan_id: UUID, owner: str, cases: Iterable[PlanTestCase]) -> None:
        """Keep what has changed of cases; those that are not there any more stay away. Raises StorageUnavailable."""
        with sql_errors(), self._database.write() as session:
            for case in cases:
                here = (_of(plan_id, owner), DialPlanTestCase.id == str(case.id))
                session.execute(update(DialPlanTestCase).where(*here).values(**self._sealed(plan_id, owner, case)))

    def remove(self, plan_id: UUID, owner: str, case_id: UUID) -> bool:
        """Delete a case; False where there is none. Raises StorageUnavailable."""
        with sql_errors(), self._database.write() as session:
            here = (_of(plan_id, owner), DialPlanTestCase.id == str(case_id))
            return session.scalar(delete(DialPlanTestCase).where(*here).returning(DialPlanTestCase.id)) is not None

    def of_plan(self, plan_id: UUID, owner: str) -> Sequence[PlanTestCase]:
        """The cases of a plan that can be read, the oldest first. Raises StorageUnavailable."""
        return [case for _, case in self._found(plan_id, owner) if case is not None]

    def unreadable(self, plan_id: UUID, owner: str) -> Sequence[UUID]:
        """The ids of a plan's cases that cannot be read: tampered with, or sealed with a key that is missing.

        Raises StorageUnavailable.
        """
        return [case_id for case_id, case in self._found(plan_id, owner) if case is None]

    def counts(self, plans: Mapping[UUID, str]) -> Mapping[UUID, CaseCount]:
        """The numbers of cases of plans, which are given with their owners. Raises StorageUnavailable."""
        if not plans:
            return {}
        named = DialPlanTestCase.plan_id.in_([str(plan_id) for plan_id in plans])
        failing = func.sum(case_when((DialPlanTestCase.is_failing, 1), else_=0))
        columns = (DialPlanTestCase.plan_id, DialPlanTestCase.owner, func.count(), failing)
        query = select(*columns).where(named, self._is_there()).group_by(*columns[:2])
        with sql_errors(), self._database.read() as session:
            found = session.execute(query).all()
        return {UUID(row[0]): CaseCount(row[2], int(row[3] or 0)) for row in found if plans.get(UUID(row[0])) == row[1]}

    def end(self, plan_id: UUID, owner: str) -> None:
        """Let the cases of a deleted plan go when its deletion cannot be undone any more. Raises StorageUnavailable."""
        ends_at = self._clock() + STAYS_FOR
        with sql_errors(), self._database.write() as session:
            session.execute(delete(DialPlanTestCase).where(DialPlanTestCase.ends_at <= self._clock()))
            session.execute(update(DialPlanTestCase).where(_of(plan_id, owner)).values(ends_at=ends_at))

    def keep(self, plan_id: UUID, owner: str) -> None:
        """Let the cases of a plan stay whose deletion was undone. Raises StorageUnavailable."""
        with sql_errors(), self._database.write() as session:
            here = (_of(plan_id, owner), self._is_there())
            session.execute(update(DialPlanTestCase).where(*here).values(ends_at=None))

    def _found(self, plan_id: UUID, owner: str) -> Sequence[tuple[UUID, PlanTestCase | None]]:
        with sql_errors(), self._database.read() as session:
            rows = session.scalars(
                select(DialPlanTestCase)
                .where(_of(plan_id, owner), self._is_there())
                .order_by(DialPlanTestCase.added_at, DialPlanTestCase.id)
            )
            return [(UUID(row.id), self._opened(row)) for row in rows]

    def _is_there(self) -> ColumnElement[bool]:
        return or_(DialPlanTestCase.ends_at.is_(None), DialPlanTestCase.ends_at > self._clock())

    def _sealed(self, plan_id: UUID, owner: str, case: PlanTestCase) -> dict[str, object]:
        contents = {name: value for name, value in asdict(case).items() if name != "id"}
        context = place_of(DialPlanTestCase.sealed, str(case.id), str(plan_id), owner)
        return {"is_failing": case.is_failing, "sealed": self._keyring.seal(json.dumps(contents), context)}

    def _opened(self, row: DialPlanTestCase) -> PlanTestCase | None:
        try:
            contents = json.loads(
                self._keyring.open_text(row.sealed, place_of(DialPlanTestCase.sealed, row.id, row.plan_id, row.owner))
            )
        except KeyringError:
            return None
        return PlanTestCase(id=UUID(row.id), **contents)


def _of(plan_id: UUID, owner: str) -> ColumnElement[bool]:
    return (DialPlanTestCase.plan_id == str(plan_id)) & (DialPlanTestCase.owner == owner)
