"""The tables of the portal's storage: records as they were opened and as they were deleted, and dial plan versions."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "opened_records",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("username", "digest", name="pk_opened_records"),
    )
    op.create_index("ix_opened_records_expires_at", "opened_records", ["expires_at"], unique=False)
    op.create_index("ix_opened_records_username_expires_at", "opened_records", ["username", "expires_at"], unique=False)
    op.create_table(
        "deleted_records",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name="pk_deleted_records"),
    )
    op.create_index("ix_deleted_records_expires_at", "deleted_records", ["expires_at"], unique=False)
    op.create_index(
        "ix_deleted_records_username_expires_at", "deleted_records", ["username", "expires_at"], unique=False
    )
    op.create_table(
        "dial_plan_versions",
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_dial_plan_versions"),
    )
