"""Room for one more execution: of a plan, of its owner's plans, and of both for calls from outside."""

from typing import Protocol
from uuid import UUID

from .choosing import UNLIMITED, Chosen


class Counts(Protocol):
    """The numbers of executions that run: of a plan, and of all plans of its owner."""

    def running(self, owner: str, plan_id: UUID) -> tuple[int, int]:
        """Return them."""

    def running_from_outside(self, owner: str, plan_id: UUID) -> tuple[int, int]:
        """Return how many of these run for calls from outside."""


def has_room(chosen: Chosen, counts: Counts) -> bool:
    """Return True when the plan that was chosen may run now."""
    kept = chosen.kept
    if kept.most >= UNLIMITED:
        return True
    limits = kept.most, chosen.customers_most
    running = counts.running(kept.plan.owner, kept.id)
    if any(count >= most for count, most in zip(running, limits, strict=True)):
        return False
    from_outside = counts.running_from_outside(kept.plan.owner, kept.id)
    return not chosen.is_from_outside or all(
        count < share_of_outside(most) for count, most in zip(from_outside, limits, strict=True)
    )


def share_of_outside(most: int) -> int:
    """Return how many of so many executions calls from outside may have: one is left to the customer's own phones."""
    return max(1, most - 1)
