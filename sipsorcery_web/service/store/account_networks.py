"""The table of the networks that SIP accounts have registered from."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from sipsorcery_web.database.base import Base

from .models import SIPAccountRow


class AccountNetworkRow(Base):
    """A network of an account; `is_new` where it was not the account's first, until its owner knows it."""

    __tablename__ = "accountnetworks"
    __table_args__ = (UniqueConstraint("sip_account_id", "network"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sip_account_id: Mapped[UUID] = mapped_column(ForeignKey("sipaccounts.id", ondelete="CASCADE"))
    network: Mapped[str] = mapped_column(String(43))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    is_new: Mapped[bool]


def _with_accounts() -> Select[Any]:
    network, account = AccountNetworkRow.__table__.c, SIPAccountRow.__table__.c
    name = (account.sip_username + "@" + account.sip_domain).label("sip_account_name")
    joined = select(*network, account.owner, account.admin_member_id, name)
    return joined.join_from(AccountNetworkRow.__table__, SIPAccountRow.__table__, account.id == network.sip_account_id)


class JoinedBase(DeclarativeBase):
    """The declarative base of what is only read."""


class OwnedNetwork(JoinedBase):
    """A network with its account's name and owner, who may have changed since."""

    __table__ = _with_accounts().subquery("owned_networks")
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 (read by SQLAlchemy as it is)
