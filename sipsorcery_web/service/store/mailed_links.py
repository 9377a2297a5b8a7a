"""The table of links that were mailed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base


class MailedLinkRow(Base):
    """A link by the hash of its token; `purpose` is a LinkPurpose, `email_address` where it was sent."""

    __tablename__ = "mailedlinks"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    customer_username: Mapped[str] = mapped_column(
        ForeignKey("customers.customer_username", ondelete="CASCADE"), index=True
    )
    email_address: Mapped[str] = mapped_column(String(255))
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
