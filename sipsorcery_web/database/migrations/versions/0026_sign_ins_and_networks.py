"""Sign-ins, the networks that SIP accounts register from, and an index of browser sessions by their user."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_index("ix_browser_sessions_username", "browser_sessions", ["username"], unique=False)
    op.create_table(
        "signins",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("ip_address", sa.String(length=45), nullable=False),
        sa.Column("device", sa.String(length=256), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_signins_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signins"),
    )
    op.create_index("ix_signins_at", "signins", ["at"], unique=False)
    op.create_index("ix_signins_owner_at", "signins", ["owner", "at"], unique=False)
    op.create_table(
        "accountnetworks",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("sip_account_id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("network", sa.String(length=43), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sip_account_id"],
            ["sipaccounts.id"],
            name="fk_accountnetworks_sip_account_id_sipaccounts",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_accountnetworks"),
        sa.UniqueConstraint("sip_account_id", "network", name="uq_accountnetworks_sip_account_id_network"),
    )
