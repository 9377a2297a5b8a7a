"""The audit: who changed what of a customer's, in chains of hashes."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("chain", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=32), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=32), nullable=True),
        sa.Column("token_name", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("record_kind", sa.String(length=32), nullable=True),
        sa.Column("record_id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("record_name", sa.String(length=255), nullable=True),
        sa.Column("changed", sa.String(length=1024), nullable=True),
        sa.Column("reason", sa.String(length=1024), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("chain", "number", name="uq_audit_chain_number"),
    )
    op.create_index("ix_audit_owner_inserted_id", "audit", ["owner", "inserted", "id"], unique=False)
    op.create_index("ix_audit_inserted_id", "audit", ["inserted", "id"], unique=False)
    op.create_table(
        "audit_removed",
        sa.Column("chain", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name="pk_audit_removed"),
    )
