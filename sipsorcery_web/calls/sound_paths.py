"""The way that the sound of a call took, for the page of its record."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.store.models import SIPCDRRow


@dataclass(frozen=True)
class SoundPaths:
    """The ways, which are no field of the contract."""

    database: Database

    def was_relayed(self, record_id: UUID) -> bool | None:
        """Return whether it went through this machine; None where that is not known, or nobody answered."""
        with self.database.read() as session:
            return session.scalar(select(SIPCDRRow.is_relayed).where(SIPCDRRow.id == record_id))
