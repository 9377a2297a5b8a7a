"""The table of executions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base
from sipsorcery_web.database.sealed import place_in_json, sealed_column
from sipsorcery_web.service.store.models import CustomerRow


class ExecutionRow(Base):
    """A plan that ran, or runs, for a call; it goes with its owner."""

    __tablename__ = "executions"
    __table_args__ = (
        Index(None, "owner", "call_id"),
        Index(None, "began_at"),
        # Of those that run alone, as its migration says: to say so here would load PostgreSQL's dialect with SQLite.
        Index("ix_executions_running", "owner", "plan_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_username, ondelete="CASCADE"))
    plan_id: Mapped[UUID]
    call_id: Mapped[str] = mapped_column(String(256))
    cdr_id: Mapped[UUID | None]
    began_at: Mapped[datetime]
    is_over: Mapped[bool]
    sealed: Mapped[str] = sealed_column(place_in_json("execution", "id", "owner"))
    """Everything else: numbers, the plan's text, what the world answered."""
