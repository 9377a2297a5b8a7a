"""Phones that were refused, which raise the revision of what the owner of their account sees."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0029"
down_revision = "0028"

SCOPES = """
    SELECT 'owner:' || owner AS scope FROM sipaccounts WHERE id = NEW.sip_account_id
    UNION SELECT 'member:' || admin_member_id FROM sipaccounts WHERE id = NEW.sip_account_id UNION SELECT '*'
"""
FUNCTION = """
CREATE FUNCTION revise_refused_phone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM raise_revisions(ARRAY['*'] || coalesce((
        SELECT ARRAY['owner:' || owner, 'member:' || admin_member_id] FROM sipaccounts
            WHERE id = NEW.sip_account_id), '{}'));
    RETURN NULL;
END$$"""


def upgrade() -> None:
    op.create_table(
        "refusedphones",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("sip_account_id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("call_id", sa.String(length=256), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sip_account_id"],
            ["sipaccounts.id"],
            name="fk_refusedphones_sip_account_id_sipaccounts",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_refusedphones"),
        sa.UniqueConstraint("sip_account_id", "kind", "reason", "address", name="uq_refusedphones_alike"),
    )
    op.create_index("ix_refusedphones_last_at", "refusedphones", ["last_at"], unique=False)
    run = op.get_bind().exec_driver_sql  # as it stands: there are colons in it
    for statement in sqlite_triggers() if op.get_bind().dialect.name == "sqlite" else postgresql_statements():
        run(statement)


def sqlite_triggers() -> list[str]:
    return [
        f"""
CREATE TRIGGER revise_refusedphones_{verb.lower()} AFTER {verb} ON refusedphones
BEGIN
    INSERT INTO revisions (scope, number) SELECT scope, 0 FROM ({SCOPES}) AS raised
        WHERE scope IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revisions WHERE revisions.scope = raised.scope);
    UPDATE revisions SET number = number + 1 WHERE scope IN ({SCOPES});
END"""  # noqa: S608 (constants)
        for verb in ("INSERT", "UPDATE")
    ]


def postgresql_statements() -> list[str]:
    trigger = (
        "CREATE TRIGGER revise_refused AFTER INSERT OR UPDATE ON refusedphones "
        "FOR EACH ROW EXECUTE FUNCTION revise_refused_phone()"
    )
    return [FUNCTION, trigger]
