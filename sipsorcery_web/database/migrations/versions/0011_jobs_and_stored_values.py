"""The tables of jobs that are done later, and of the values that dial plans keep for their owners."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
    )
    op.create_index("ix_jobs_is_over_due_at", "jobs", ["is_over", "due_at"], unique=False)
    op.create_index("ix_jobs_owner_kind_added_at", "jobs", ["owner", "kind", "added_at"], unique=False)
    op.create_table(
        "dialplanvalues",
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["customers.customer_username"],
            name="fk_dialplanvalues_owner_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner", "key_hash", name="pk_dialplanvalues"),
    )
