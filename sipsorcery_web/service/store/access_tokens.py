"""The table of tokens for programs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.contract.rules.catalogue import TOKEN_NAME_TAKEN
from sipsorcery_web.database.base import Base

from .models import TAKEN


class AccessTokenRow(Base):
    """A token by its hash; `scopes` are words with blanks between them."""

    __tablename__ = "accesstokens"
    __table_args__ = (UniqueConstraint("owner", "name", info={TAKEN: TOKEN_NAME_TAKEN}),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    owner: Mapped[str] = mapped_column(ForeignKey("customers.customer_username", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[str] = mapped_column(String(512))
    inserted: Mapped[datetime]
    ends: Mapped[datetime]
    last_used: Mapped[datetime | None]
    last_used_from: Mapped[str | None] = mapped_column(String(45))
