"""The table of jobs."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base
from sipsorcery_web.database.sealed import place_in_json, sealed_column


class JobRow(Base):
    """A job, and for a day what is left of one that is over, so that they can be counted and known again."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "is_over", "due_at"), Index(None, "owner", "kind", "added_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Names the matter: a second job with the same one is not taken."""
    added_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """The moment from which it may be taken; of one that is taken, the end of its lease."""
    attempts: Mapped[int]
    lease: Mapped[str | None] = mapped_column(String(32))
    """The attempt that has it, which alone may say how it went."""
    is_over: Mapped[bool]
    sealed: Mapped[str] = sealed_column(place_in_json("job", "id", "kind", "owner"))
    """Its contents; empty once it is over."""
