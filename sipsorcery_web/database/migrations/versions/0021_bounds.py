"""The table of what addresses have asked for, and the sizes of earlier dial plans, since an owner's are bounded."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "addresscounts",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "address", name="pk_addresscounts"),
    )
    op.create_index("ix_addresscounts_began_at", "addresscounts", ["began_at"], unique=False)
    op.add_column("dial_plan_versions", sa.Column("size", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE dial_plan_versions SET size = length(sealed)")
    op.create_index("ix_dial_plan_versions_owner_saved_at", "dial_plan_versions", ["owner", "saved_at"], unique=False)
