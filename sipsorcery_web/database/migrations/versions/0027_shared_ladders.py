"""Ladders of calls that links show to others."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "shared_ladders",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("cdr_id", sa.String(length=36), nullable=False),
        sa.Column("is_blurred", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_shared_ladders"),
    )
    op.create_index("ix_shared_ladders_expires_at", "shared_ladders", ["expires_at"], unique=False)
    op.create_index("ix_shared_ladders_username_expires_at", "shared_ladders", ["username", "expires_at"], unique=False)
