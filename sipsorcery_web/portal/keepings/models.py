"""The tables of the portal's own keepings. Ids are stored as SHA-256, contents sealed by the keyring."""

from datetime import datetime

from sqlalchemy import Index, String, Text
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


class KeptForm(Base):
    """What somebody had typed into a page when the session ended."""

    __tablename__ = "kept_forms"
    __table_args__ = (Index(None, "username", "expires_at"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)
