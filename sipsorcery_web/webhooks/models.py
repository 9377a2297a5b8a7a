"""The tables of webhooks and of their messages, and what is known of the registrations of customers who have some."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base
from sipsorcery_web.database.sealed import place_in_json, sealed_column

LONGEST_URL = 2_048


class MessageState(StrEnum):
    """States of a message."""

    WAITING = "waiting"
    """It is in the outbox alone."""
    QUEUED = "queued"
    """A job delivers it."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """It was tried for a day in vain, or its webhook was switched off or its customer suspended meanwhile."""


UNDER_WAY = (MessageState.WAITING, MessageState.QUEUED)


class WebhookRow(Base):
    """An address that messages are posted to; `kinds` are words with blanks between them."""

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("customers.customer_username", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    kinds: Mapped[str] = mapped_column(String(512))
    sealed_secret: Mapped[str] = sealed_column(place_in_json("webhook secret", "id", "owner"))
    sealed_old_secret: Mapped[str | None] = sealed_column(place_in_json("old webhook secret", "id", "owner"))
    old_secret_until: Mapped[datetime | None]
    """The moment until which the secret before signs as well."""
    is_on: Mapped[bool]
    inserted: Mapped[datetime]
    failures: Mapped[int]
    """Attempts that failed, one after the other."""
    failing_since: Mapped[datetime | None]
    """The moment of the first of these."""
    paused_until: Mapped[datetime | None]
    """The moment from which another message is tried, after one has failed."""
    lost: Mapped[int]
    """Messages that there was no room for."""


class WebhookMessageRow(Base):
    """A message for one webhook, with what came of it."""

    __tablename__ = "webhook_messages"
    __table_args__ = (Index(None, "webhook_id", "at"), Index(None, "state", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[str] = sealed_column(place_in_json("webhook message", "id", "webhook_id"))
    """Its body, with which dial plans travel too."""
    queued_at: Mapped[datetime | None]
    attempts: Mapped[int]
    tried_at: Mapped[datetime | None]
    status: Mapped[int | None]
    milliseconds: Mapped[int | None]
    sealed_answer: Mapped[str | None] = sealed_column(place_in_json("webhook answer", "id", "webhook_id"))
    """The beginning of the answer, or why there is none; it may repeat what it answers."""


class WatchedRegistrationsRow(Base):
    """A customer whose registrations are compared with those that were there before."""

    __tablename__ = "watched_registrations"

    owner: Mapped[str] = mapped_column(ForeignKey("customers.customer_username", ondelete="CASCADE"), primary_key=True)


class ToldRegistrationRow(Base):
    """A registration that is known to have begun; its end is told when it is gone."""

    __tablename__ = "told_registrations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("watched_registrations.owner", ondelete="CASCADE"), index=True)
    record: Mapped[str] = mapped_column(Text)
    """The registration as it was when it began, in JSON."""
