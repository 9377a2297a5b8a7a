"""Webhooks, their messages, and what is known of the registrations of customers who have some."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0033"
down_revision = "0032"

CUSTOMER = "customers.customer_username"


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("kinds", sa.String(length=512), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("sealed_old_secret", sa.Text(), nullable=True),
        sa.Column("old_secret_until", UtcDateTime(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], [CUSTOMER], name="fk_webhooks_owner_customers", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_owner", "webhooks", ["owner"])
    op.create_table(
        "webhook_messages",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("webhook_id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("sealed_answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_messages_webhook_id_webhooks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_messages"),
    )
    op.create_index("ix_webhook_messages_webhook_id_at", "webhook_messages", ["webhook_id", "at"])
    op.create_index("ix_webhook_messages_state_at", "webhook_messages", ["state", "at"])
    op.create_table(
        "watched_registrations",
        sa.Column("owner", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], [CUSTOMER], name="fk_watched_registrations_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner", name="pk_watched_registrations"),
    )
    op.create_table(
        "told_registrations",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["watched_registrations.owner"],
            name="fk_told_registrations_owner_watched_registrations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_told_registrations"),
    )
    op.create_index("ix_told_registrations_owner", "told_registrations", ["owner"])
