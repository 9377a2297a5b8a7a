"""Dial plans as they were saved, to compare with and to bring back."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.portal.storage.models import DialPlanVersion
from sipsorcery_web.portal.storage.sessions import sql_errors

KEPT_AT_MOST = 200
"""Versions of one plan; the oldest go."""


@dataclass(frozen=True)
class PlanText:
    """The text of a plan that a version keeps."""

    name: str
    script_type: str
    script: str = field(repr=False)


@dataclass(frozen=True)
class Saving:
    """A text that is to be kept: by whom it was saved ("" where that is not known), when, and how much it changed."""

    text: PlanText
    saved_by: str
    saved_at: datetime
    note: str = ""
    added: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Version(Saving):
    """A text that was kept; versions of a plan count from 1."""

    number: int = 0


class DialPlanVersions:
    """Versions in the table `dial_plan_versions`, of plans and owners.

    A version is found only with the owner that its plan had: an id that is free again may become somebody else's plan.
    Versions outlive their plan, so that undoing its deletion brings them back too.
    """

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def keep(self, plan_id: UUID, owner: str, before: Saving | None, saved: Saving) -> None:
        """Keep what was saved; and first what was there before, unless it is the newest version already.

        A later moment than now, which another service's clock may give to `before`, is taken as now.
        Raises StorageUnavailable.
        """
        with sql_errors(), self._database.write() as session:
            advisory_lock(session, f"dial plan {plan_id}")
            newest = self._newest(session, plan_id, owner, 1)
            number = int(session.scalar(select(func.max(DialPlanVersion.number)).where(_of(plan_id))) or 0)
            is_new = before is not None and not (newest and newest[0].text == before.text)
            fresh = [each for each in (before if is_new else None, saved) if each is not None]
            rows = [self._row(plan_id, owner, number + place, each) for place, each in enumerate(fresh, 1)]
            session.execute(insert(DialPlanVersion), rows)
            oldest = number + len(fresh) - KEPT_AT_MOST
            session.execute(delete(DialPlanVersion).where(_of(plan_id), DialPlanVersion.number <= oldest))

    def newest(self, plan_id: UUID, owner: str, count: int = KEPT_AT_MOST) -> Sequence[Version]:
        """The last so many versions, the newest first. Raises StorageUnavailable."""
        with sql_errors(), self._database.read() as session:
            return self._newest(session, plan_id, owner, count)

    def count(self, plan_id: UUID, owner: str) -> int:
        """Return how many versions there are. Raises StorageUnavailable."""
        with sql_errors(), self._database.read() as session:
            own = select(func.count()).where(_of(plan_id), DialPlanVersion.owner == owner)
            return int(session.scalar(own) or 0)

    def version(self, plan_id: UUID, owner: str, number: int) -> Version | None:
        """One version; None where there is none, or it was tampered with. Raises StorageUnavailable."""
        with sql_errors(), self._database.read() as session:
            row = session.get(DialPlanVersion, (str(plan_id), number))
            return self._opened(row) if row is not None and row.owner == owner else None

    def _newest(self, session: Session, plan_id: UUID, owner: str, count: int) -> Sequence[Version]:
        own = select(DialPlanVersion).where(_of(plan_id), DialPlanVersion.owner == owner)
        rows = session.scalars(own.order_by(DialPlanVersion.number.desc()).limit(count))
        return [version for row in rows if (version := self._opened(row)) is not None]

    def _row(self, plan_id: UUID, owner: str, number: int, saving: Saving) -> dict[str, object]:
        contents = {**asdict(saving.text), "added": saving.added, "removed": saving.removed}
        return {
            "plan_id": str(plan_id),
            "number": number,
            "owner": owner,
            "saved_by": saving.saved_by,
            "saved_at": min(saving.saved_at, self._clock()),
            "note": saving.note,
            "sealed": self._keyring.seal(json.dumps(contents), _context(str(plan_id), number, owner)),
        }

    def _opened(self, row: DialPlanVersion) -> Version | None:
        try:
            contents = json.loads(self._keyring.open_text(row.sealed, _context(row.plan_id, row.number, row.owner)))
        except KeyringError:
            return None
        text = PlanText(contents["name"], contents["script_type"], contents["script"])
        return Version(
            text, row.saved_by, row.saved_at, row.note, contents["added"], contents["removed"], number=row.number
        )


def _of(plan_id: UUID) -> ColumnElement[bool]:
    return DialPlanVersion.plan_id == str(plan_id)


def _context(plan_id: str, number: int, owner: str) -> str:
    return json.dumps(["dial plan version", plan_id, number, owner])
