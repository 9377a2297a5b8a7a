"""OAuth: programs, consents, refresh tokens, devices that wait, and tokens for programs that came of a consent."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0032"
down_revision = "0031"

_ID = sa.Uuid(native_uuid=False)


def upgrade() -> None:
    _make_programs()
    _make_consents()
    _make_refresh_tokens()
    _make_device_requests()
    _let_tokens_come_of_consents()


def _make_programs() -> None:
    op.create_table(
        "oauthprograms",
        sa.Column("id", _ID, nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("redirect_addresses", sa.Text(), nullable=False),
        sa.Column("takes_device_codes", sa.Boolean(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_oauthprograms_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_oauthprograms"),
    )
    op.create_index("ix_oauthprograms_owner", "oauthprograms", ["owner"])


def _make_consents() -> None:
    op.create_table(
        "oauthconsents",
        sa.Column("id", _ID, nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("program_id", _ID, nullable=False),
        sa.Column("scopes", sa.String(length=512), nullable=False),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("ends", UtcDateTime(), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_challenge", sa.String(length=43), nullable=False),
        sa.Column("redirect_address", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_oauthconsents_owner_customers", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["oauthprograms.id"],
            name="fk_oauthconsents_program_id_oauthprograms",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_oauthconsents"),
        sa.UniqueConstraint("code_hash", name="uq_oauthconsents_code_hash"),
    )
    op.create_index("ix_oauthconsents_ends", "oauthconsents", ["ends"])
    op.create_index("ix_oauthconsents_owner_ends", "oauthconsents", ["owner", "ends"])
    op.create_index("ix_oauthconsents_program_id", "oauthconsents", ["program_id"])


def _make_refresh_tokens() -> None:
    op.create_table(
        "oauthrefreshtokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("consent_id", _ID, nullable=False),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["oauthconsents.id"],
            name="fk_oauthrefreshtokens_consent_id_oauthconsents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_oauthrefreshtokens"),
    )
    op.create_index("ix_oauthrefreshtokens_consent_id", "oauthrefreshtokens", ["consent_id"])


def _make_device_requests() -> None:
    op.create_table(
        "oauthdevicerequests",
        sa.Column("device_code_hash", sa.String(length=64), nullable=False),
        sa.Column("user_code_hash", sa.String(length=64), nullable=False),
        sa.Column("program_id", _ID, nullable=False),
        sa.Column("scopes", sa.String(length=512), nullable=False),
        sa.Column("asked_from", sa.String(length=45), nullable=False),
        sa.Column("ends", UtcDateTime(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("last_asked", UtcDateTime(), nullable=True),
        sa.Column("is_denied", sa.Boolean(), nullable=False),
        sa.Column("consent_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["oauthprograms.id"],
            name="fk_oauthdevicerequests_program_id_oauthprograms",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["oauthconsents.id"],
            name="fk_oauthdevicerequests_consent_id_oauthconsents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_code_hash", name="pk_oauthdevicerequests"),
        sa.UniqueConstraint("user_code_hash", name="uq_oauthdevicerequests_user_code_hash"),
    )
    for column in ("consent_id", "ends", "program_id"):
        op.create_index(f"ix_oauthdevicerequests_{column}", "oauthdevicerequests", [column])


def _let_tokens_come_of_consents() -> None:
    """Let tokens of consents have the names of their programs, be they taken by other tokens or not."""
    with op.batch_alter_table("accesstokens") as table:
        table.drop_constraint("uq_accesstokens_owner_name", type_="unique")
        table.add_column(sa.Column("consent_id", _ID, nullable=True))
        table.create_unique_constraint("uq_accesstokens_consent_id", ["consent_id"])
        table.create_foreign_key(
            "fk_accesstokens_consent_id_oauthconsents", "oauthconsents", ["consent_id"], ["id"], ondelete="CASCADE"
        )
    made_by_hand = sa.text("consent_id IS NULL")
    op.create_index(
        "uq_accesstokens_owner_name",
        "accesstokens",
        ["owner", "name"],
        unique=True,
        sqlite_where=made_by_hand,
        postgresql_where=made_by_hand,
    )
    op.create_index("ix_accesstokens_owner", "accesstokens", ["owner"])
