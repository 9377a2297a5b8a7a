"""Keys by which programs can send the same POST twice."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "idempotencykeys",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_idempotencykeys"),
    )
    op.create_index("ix_idempotencykeys_expires_at", "idempotencykeys", ["expires_at"], unique=False)
    op.create_index("ix_idempotencykeys_owner_expires_at", "idempotencykeys", ["owner", "expires_at"], unique=False)
