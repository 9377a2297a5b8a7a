"""The table of phones that were refused."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base

AGENT_LENGTH = 200
CALL_ID_LENGTH = 256
DETAIL_LENGTH = 200


class RefusedPhoneRow(Base):
    """Attempts with one account from one address that were refused for one reason, `times` of them."""

    __tablename__ = "refusedphones"
    __table_args__ = (UniqueConstraint("sip_account_id", "kind", "reason", "address", name="uq_refusedphones_alike"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sip_account_id: Mapped[UUID] = mapped_column(ForeignKey("sipaccounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(AGENT_LENGTH))
    call_id: Mapped[str] = mapped_column(String(CALL_ID_LENGTH))
    detail: Mapped[str] = mapped_column(String(DETAIL_LENGTH))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    times: Mapped[int]
