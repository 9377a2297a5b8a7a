"""Tokens for programs."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0018"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "accesstokens",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=512), nullable=False),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("ends", UtcDateTime(), nullable=False),
        sa.Column("last_used", UtcDateTime(), nullable=True),
        sa.Column("last_used_from", sa.String(length=45), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_accesstokens_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_accesstokens"),
        sa.UniqueConstraint("owner", "name", name="uq_accesstokens_owner_name"),
        sa.UniqueConstraint("token_hash", name="uq_accesstokens_token_hash"),
    )
