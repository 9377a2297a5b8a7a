"""The table of tokens for programs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.contract.rules.catalogue import TOKEN_NAME_TAKEN
from sipsorcery_web.database.base import Base

from .models import TAKEN
from .oauth import ConsentRow

_MADE_BY_HAND = text("consent_id IS NULL")


class AccessTokenRow(Base):
    """A token by its hash; `scopes` are words with blanks between them.

    One that a program has got by OAuth is the access token of a consent, and has the name of the program.
    """

    __tablename__ = "accesstokens"
    __table_args__ = (
        Index(
            "uq_accesstokens_owner_name",
            "owner",
            "name",
            unique=True,
            sqlite_where=_MADE_BY_HAND,  # as the migration has it for PostgreSQL, whose dialect to name would load
            info={TAKEN: TOKEN_NAME_TAKEN},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    owner: Mapped[str] = mapped_column(ForeignKey("customers.customer_username", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[str] = mapped_column(String(512))
    inserted: Mapped[datetime]
    ends: Mapped[datetime]
    last_used: Mapped[datetime | None]
    last_used_from: Mapped[str | None] = mapped_column(String(45))
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey(ConsentRow.id, ondelete="CASCADE"), unique=True)


MADE_BY_HAND = AccessTokenRow.consent_id.is_(None)
"""What tells the tokens that customers make themselves from those of OAuth, which come and go with their consents."""
