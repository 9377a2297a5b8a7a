"""The tables of the portal's own storage. Ids are stored as SHA-256, contents sealed by the keyring."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base


class BrowserSession(Base):
    """A browser's session: good until `ends_at`, and recognised as ended until `forget_at`."""

    __tablename__ = "browser_sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    username: Mapped[str | None] = mapped_column(Text)
    ends_at: Mapped[datetime]
    forget_at: Mapped[datetime] = mapped_column(index=True)


class SavedForm(Base):
    """The values typed into a page when the session ended."""

    __tablename__ = "kept_forms"
    __table_args__ = (Index(None, "username", "expires_at"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class EditSnapshot(Base):
    """A record as it was when somebody opened a form on it; named by the keyed digest that the form carries."""

    __tablename__ = "opened_records"
    __table_args__ = (Index(None, "username", "expires_at"),)

    username: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DeletedRecord(Base):
    """A record that its owner has deleted, for undoing that."""

    __tablename__ = "deleted_records"
    __table_args__ = (Index(None, "username", "expires_at"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DialPlanVersion(Base):
    """A dial plan as it was saved through this portal; `number` counts the versions of a plan from 1."""

    __tablename__ = "dial_plan_versions"

    plan_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = mapped_column(Text)
    """Name, type and script."""
