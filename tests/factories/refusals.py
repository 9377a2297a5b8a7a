"""Refusals of phones for tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sipsorcery_web.events.refusals import AttemptKind, KeptRefusal, RefusalReason


@dataclass
class RefusalsInMemory:
    """The refusals of accounts, and how often they were read."""

    kept: dict[UUID, list[KeptRefusal]] = field(default_factory=dict)
    asked: int = 0

    def of_accounts(self, ids: Collection[UUID]) -> Mapping[UUID, Sequence[KeptRefusal]]:
        self.asked += 1
        return {id: refusals for id, refusals in self.kept.items() if id in ids}

    def add(self, account_id: UUID, at: datetime, **more: Any) -> None:
        """Refuse a phone with this account, before those that were refused already."""
        self.kept.setdefault(account_id, []).insert(0, kept_refusal(at, **more))


def kept_refusal(at: datetime, **more: Any) -> KeptRefusal:
    """A wrong password at a registration, once, unless told otherwise."""
    facts: dict[str, Any] = {
        "kind": AttemptKind.REGISTRATION,
        "reason": RefusalReason.WRONG_PASSWORD,
        "address": "203.0.113.41",
        "agent": "Linphone/5.2",
        "call_id": "refused@203.0.113.41",
        "first_at": at,
        "last_at": at,
        "times": 1,
    }
    return KeptRefusal(**(facts | more))
