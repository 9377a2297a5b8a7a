"""The table of the test cases that customers keep with their dial plans."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "dial_plan_test_cases",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("is_failing", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dial_plan_test_cases"),
    )
    op.create_index("ix_dial_plan_test_cases_plan_id", "dial_plan_test_cases", ["plan_id"], unique=False)
    op.create_index("ix_dial_plan_test_cases_ends_at", "dial_plan_test_cases", ["ends_at"], unique=False)
