"""Second factors: secrets of apps, recovery codes, sign-ins between their steps, and the flag of the service."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "totp_secrets",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("wrong_in_a_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_totp_secrets"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_username", "recovery_codes", ["username"], unique=False)
    op.create_table(
        "half_sign_ins",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name="pk_half_sign_ins"),
    )
    op.create_index("ix_half_sign_ins_expires_at", "half_sign_ins", ["expires_at"], unique=False)
    op.create_index("ix_half_sign_ins_username_expires_at", "half_sign_ins", ["username", "expires_at"], unique=False)
    op.add_column("customers", sa.Column("has_second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("customersessions", sa.Column("access_token_id", sa.Uuid(native_uuid=False), nullable=True))
