"""The tables of OAuth: programs, what customers allowed them, and what programs get tokens for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base

_OWNER = "customers.customer_username"


class ProgramRow(Base):
    """A program that a customer has registered; `redirect_addresses` have blanks between them."""

    __tablename__ = "oauthprograms"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey(_OWNER, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    redirect_addresses: Mapped[str] = mapped_column(Text)
    takes_device_codes: Mapped[bool]
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    """None for a public client (RFC 6749, section 2.1)."""
    inserted: Mapped[datetime]


class ConsentRow(Base):
    """A consent of a customer, good until `ends`: the family of all tokens that come of it.

    One that was given in a browser has the hash of its authorization code, and what the code has to come back with.
    """

    __tablename__ = "oauthconsents"
    __table_args__ = (Index(None, "owner", "ends"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey(_OWNER, ondelete="CASCADE"))
    program_id: Mapped[UUID] = mapped_column(ForeignKey("oauthprograms.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[str] = mapped_column(String(512))
    inserted: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    is_taken: Mapped[bool]
    """Whether the program has got tokens."""
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_challenge: Mapped[str] = mapped_column(String(43))
    redirect_address: Mapped[str] = mapped_column(String(255))


class RefreshTokenRow(Base):
    """A refresh token by its hash; a used one stays as long as its consent, so that it is known when it comes back."""

    __tablename__ = "oauthrefreshtokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("oauthconsents.id", ondelete="CASCADE"), index=True)
    inserted: Mapped[datetime]
    is_used: Mapped[bool]


class DeviceRequestRow(Base):
    """A device that waits for a consent (RFC 8628), by the hash of the code that it asks with."""

    __tablename__ = "oauthdevicerequests"

    device_code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """A keyed hash: 8 letters alone are soon tried."""
    program_id: Mapped[UUID] = mapped_column(ForeignKey("oauthprograms.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[str] = mapped_column(String(512))
    asked_from: Mapped[str] = mapped_column(String(45))
    ends: Mapped[datetime] = mapped_column(index=True)
    interval: Mapped[int]
    """Seconds that have to be between two questions of the device."""
    last_asked: Mapped[datetime | None]
    is_denied: Mapped[bool]
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("oauthconsents.id", ondelete="CASCADE"), index=True)
