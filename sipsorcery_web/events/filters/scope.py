"""The scope of a filter: all events for the top-level administrator, their own for everybody else."""

from dataclasses import dataclass

from sipsorcery_web.contract.records import TOP_LEVEL

from ..event import Event, Wanted
from .clauses import ANYBODY, Clause, UserClause
from .expressions import Patience
from .parsing import Filter


@dataclass(frozen=True)
class Viewer:
    """A visitor who looks at events. A member administrator, whose admin id is a name, sees no more than a customer."""

    username: str
    admin_id: str = ""

    @property
    def sees_all(self) -> bool:
        """Return True for the top-level administrator."""
        return self.admin_id == TOP_LEVEL


@dataclass(frozen=True)
class ScopedFilter:
    """A filter in force: its clauses, and the viewer whom they are held to."""

    filter: Filter
    viewer: Viewer

    @property
    def owner(self) -> str | None:
        """The owner whose events are asked of a store; None where it is everybody's."""
        return None if self.viewer.sees_all else self.viewer.username

    @property
    def shows_nothing(self) -> bool:
        """Return True where no event at all fits the filter, so that none need be looked at."""
        events = self.filter.events
        return events is None or not events.types or "subscription" in self.filter.clauses

    def wanted(self, patience: Patience | None = None) -> Wanted:
        """Return the test of events for one answer; it raises FilterError where searches take too long.

        An answer that several filters are looked at for has one patience for all of them.
        """
        if self.shows_nothing:
            return _nothing
        clauses, patience, owner = tuple(self._in_force()), patience or Patience(), self.owner

        def is_wanted(event: Event) -> bool:
            return (owner is None or owner in event.owners) and all(each.wants(event, patience) for each in clauses)

        return is_wanted

    def describe(self) -> str:
        """Return the text of the filter in force, with remarks: the first line of what is shown."""
        text = " and ".join(map(str, self._in_force()))
        return " ".join([f"Filter in force: {text}", *self.filter.remarks])

    def _in_force(self) -> list[Clause]:
        """The clauses, with the user that they are held to; what takes long comes last."""
        typed = self.filter.clauses
        clauses = dict(typed)
        if not self.viewer.sees_all:
            clauses["user"] = UserClause(self.viewer.username, 0)
        clauses.setdefault("user", UserClause(ANYBODY, 0))
        if "regex" in clauses:
            clauses["regex"] = clauses.pop("regex")
        return list(clauses.values())


def _nothing(_event: Event) -> bool:
    return False
