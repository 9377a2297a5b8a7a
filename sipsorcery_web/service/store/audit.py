"""The tables of the audit: the entries, and of each chain the hash of the last entry that was removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.contract.extensions import AuditEntry
from sipsorcery_web.database.base import Base

from .lists import Listing


class AuditRow(Base):
    """An entry; `chain` is the id of the customer whom it is about. No foreign key may change what was written."""

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("chain", "number"),
        Index("ix_audit_owner_inserted_id", "owner", "inserted", "id"),
        Index("ix_audit_inserted_id", "inserted", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    chain: Mapped[UUID]
    number: Mapped[int]
    owner: Mapped[str] = mapped_column(String(32))
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    inserted: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(32))
    on_behalf_of: Mapped[str | None] = mapped_column(String(32))
    token_name: Mapped[str | None] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(45))
    request_id: Mapped[str | None] = mapped_column(String(32))
    operation: Mapped[str] = mapped_column(String(64))
    record_kind: Mapped[str | None] = mapped_column(String(32))
    record_id: Mapped[UUID]
    record_name: Mapped[str | None] = mapped_column(String(255))
    changed: Mapped[str | None] = mapped_column(String(1024))
    reason: Mapped[str | None] = mapped_column(String(1024))
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class AuditRemovedRow(Base):
    """The last entry that was removed from a chain: what the next one goes on from."""

    __tablename__ = "audit_removed"

    chain: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


def lengths() -> dict[str, int]:
    """Return how many characters the texts of an entry may have."""
    columns: Any = AuditRow.__table__.columns
    return {column.name: column.type.length or 0 for column in columns if isinstance(column.type, String)}


AUDIT = Listing(AuditEntry, AuditRow, "inserted", descending=True)
