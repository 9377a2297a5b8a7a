"""A search whose filter the service may refuse: it gets the part that it takes, and the portal does the rest."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sipsorcery_web.contract.errors import BadFilter, InternalFault, ProvisioningError, Refused
from sipsorcery_web.contract.filters import And, Expression, all_of, plain_part
from sipsorcery_web.contract.records import Record
from sipsorcery_web.provisioning.client import Entries

from ..http.backend import current_login
from .refused_filters import refused_filters

R = TypeVar("R", bound=Record)
T = TypeVar("T")

REFUSALS = (Refused, InternalFault)
"""What a service may say of a filter; one that hides its texts says the same of everything."""


@dataclass
class NarrowedSearch(Generic[R]):
    """One search in a list. What the service refuses on the way is remembered when there was an answer in the end:

    a service that refuses everything, for whatever reason, has not refused the filter.
    """

    entries: Entries[R]
    where: Expression
    _refused: list[tuple[Expression, str]] = field(default_factory=list)
    """What was refused, and the user that this counts for: "" for everybody."""

    def answered(self, by_service: Callable[[], T], by_portal: Callable[[Expression | None], T]) -> T:
        """Return the records found by the service.

        Else by the portal among those of the part that the service takes.
        """
        if not self._is_refused(self.where):
            try:
                return by_service()
            except REFUSALS as refusal:
                self._refuse(self.where, refusal)
        found = self._narrowed(by_portal)
        for part, whose in self._refused:
            refused_filters().note(self.entries.name, part, whose)
        return found

    def _narrowed(self, by_portal: Callable[[Expression | None], T]) -> T:
        while (part := self._part_taken()) is not None:
            try:
                return by_portal(part)
            except REFUSALS as refusal:
                self._refuse(part, refusal)
        return by_portal(None)

    def _part_taken(self) -> Expression | None:
        """The plain part without what was refused."""
        plain = plain_part(self.where)
        operands = plain.operands if isinstance(plain, And) else (plain,) if plain else ()
        taken = [operand for operand in operands if not self._is_refused(operand)]
        part = all_of(*taken) if taken else None
        return None if part is None or self._is_refused(part) else part

    def _refuse(self, part: Expression, refusal: ProvisioningError) -> None:
        """Note it; of a plain filter with several conditions, find out which ones the service does not take."""
        self._refused.append((part, "" if isinstance(refusal, BadFilter) else current_login().username))
        if isinstance(part, And) and plain_part(part) == part:
            for operand in part.operands:
                self._try(operand)

    def _try(self, operand: Expression) -> None:
        try:
            self.entries.count(operand)
        except REFUSALS as refusal:
            self._refuse(operand, refusal)

    def _is_refused(self, part: Expression) -> bool:
        is_new = any(part == refused for refused, _ in self._refused)
        return is_new or refused_filters().has(self.entries.name, part, current_login().username)
