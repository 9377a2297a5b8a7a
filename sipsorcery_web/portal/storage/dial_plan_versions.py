"""Dial plans as they were saved, to compare with and to bring back."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import accumulate
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.portal.storage.models import DialPlanVersion
from sipsorcery_web.portal.storage.sessions import sql_errors

KEPT_AT_MOST = 200
"""Versions of one plan; the oldest go."""
MOST_OF_OWNER, LONGEST_OF_OWNER = 2_000, 20_000_000
"""Versions of all plans of an owner, those of deleted ones too, and characters that they take; the oldest go."""
AT_ONCE = 500
"""Versions in one statement, whose parameters databases limit."""


@dataclass(frozen=True)
class PlanText:
    """The text of a plan that a version keeps."""

    name: str
    script_type: str
    script: str = field(repr=False)


UNREADABLE_TEXT = PlanText("", "", "")
"""In the place of a text that cannot be opened: its key is missing here, or it was changed in the store."""


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

    @property
    def is_unreadable(self) -> bool:
        """Return True where a text is stored that cannot be read."""
        return self.text is UNREADABLE_TEXT


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
            self._delete_surplus(session, owner)

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
        """One version; None where there is none. Raises StorageUnavailable."""
        with sql_errors(), self._database.read() as session:
            row = session.get(DialPlanVersion, (str(plan_id), number))
            return self._opened(row) if row is not None and row.owner == owner else None

    def live_at(self, plan_id: UUID, owner: str, moment: datetime) -> Version | None:
        """The version that was the newest at a moment; None where there was none yet. Raises StorageUnavailable."""
        saved = (_of(plan_id), DialPlanVersion.owner == owner, DialPlanVersion.saved_at <= moment)
        newest = select(DialPlanVersion).where(*saved).order_by(DialPlanVersion.number.desc()).limit(1)
        with sql_errors(), self._database.read() as session:
            row = session.scalars(newest).one_or_none()
            return None if row is None else self._opened(row)

    def _newest(self, session: Session, plan_id: UUID, owner: str, count: int) -> Sequence[Version]:
        own = select(DialPlanVersion).where(_of(plan_id), DialPlanVersion.owner == owner)
        rows = session.scalars(own.order_by(DialPlanVersion.number.desc()).limit(count))
        return [self._opened(row) for row in rows]

    def _delete_surplus(self, session: Session, owner: str) -> None:
        """Delete an owner's oldest versions, until the others are within the bounds of all plans together."""
        each = DialPlanVersion
        newest_first = select(each.plan_id, each.number, each.size).where(each.owner == owner)
        rows = session.execute(newest_first.order_by(each.saved_at.desc(), each.number.desc())).all()
        lengths = accumulate(row.size for row in rows)
        surplus = [
            (row.plan_id, row.number)
            for place, (row, length) in enumerate(zip(rows, lengths, strict=True))
            if place >= MOST_OF_OWNER or length > LONGEST_OF_OWNER
        ]
        for start in range(0, len(surplus), AT_ONCE):
            some = surplus[start : start + AT_ONCE]
            session.execute(delete(each).where(tuple_(each.plan_id, each.number).in_(some)))

    def _row(self, plan_id: UUID, owner: str, number: int, saving: Saving) -> dict[str, object]:
        contents = {**asdict(saving.text), "added": saving.added, "removed": saving.removed}
        sealed = self._keyring.seal(json.dumps(contents), place_of(DialPlanVersion.sealed, str(plan_id), number, owner))
        return {
            "plan_id": str(plan_id),
            "number": number,
            "owner": owner,
            "saved_by": saving.saved_by,
            "saved_at": min(saving.saved_at, self._clock()),
            "note": saving.note,
            "size": len(sealed),
            "sealed": sealed,
        }

    def _opened(self, row: DialPlanVersion) -> Version:
        """Return a version; with UNREADABLE_TEXT where it was tampered with, or its key is missing."""
        try:
            contents = json.loads(
                self._keyring.open_text(
                    row.sealed, place_of(DialPlanVersion.sealed, row.plan_id, row.number, row.owner)
                )
            )
        except KeyringError:
            return Version(UNREADABLE_TEXT, row.saved_by, row.saved_at, row.note, number=row.number)
        text = PlanText(contents["name"], contents["script_type"], contents["script"])
        return Version(
            text, row.saved_by, row.saved_at, row.note, contents["added"], contents["removed"], number=row.number
        )


def _of(plan_id: UUID) -> ColumnElement[bool]:
    return DialPlanVersion.plan_id == str(plan_id)
