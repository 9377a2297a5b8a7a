"""Call records that are older than the operator keeps them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.old_rows import delete_older

from .store.models import SIPCDRRow


@dataclass(frozen=True)
class OldCallRecords:
    """The call records of calls that began longer ago than `kept_for`, of all owners."""

    database: Database
    clock: Callable[[], datetime]
    kept_for: timedelta

    def delete(self) -> int:
        """Delete them, and return how many there were."""
        return delete_older(self.database, SIPCDRRow.id, SIPCDRRow.created, self.clock() - self.kept_for)
