"""The table of links that were mailed, to confirm an address or to choose a new password."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "mailedlinks",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("customer_username", sa.String(length=32), nullable=False),
        sa.Column("email_address", sa.String(length=255), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_username"],
            ["customers.customer_username"],
            name="fk_mailedlinks_customer_username_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_mailedlinks"),
    )
    op.create_index("ix_mailedlinks_customer_username", "mailedlinks", ["customer_username"], unique=False)
    op.create_index("ix_mailedlinks_ends_at", "mailedlinks", ["ends_at"], unique=False)
