"""The table of sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base

DEVICE_LENGTH = 256


class SignInRow(Base):
    """A sign-in, or several alike within an hour from one network; `hour` is when theirs began."""

    __tablename__ = "signins"
    __table_args__ = (Index("ix_signins_owner_at", "owner", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("customers.customer_username", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(index=True)
    hour: Mapped[datetime]
    network: Mapped[str] = mapped_column(String(45))
    ip_address: Mapped[str] = mapped_column(String(45))
    device: Mapped[str] = mapped_column(String(DEVICE_LENGTH))
    way: Mapped[str] = mapped_column(String(8))
    result: Mapped[str] = mapped_column(String(32))
    times: Mapped[int] = mapped_column(default=1)
