"""The portal registers with providers itself: their passwords leave the engine's tables, and its pace is kept.

What stays there is where calls that come from a provider go (`provider_contacts`).
"""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0005"
down_revision = "0004"

TEXT = "VARCHAR NOT NULL DEFAULT ''"
CONTACTS = f"l_uuid VARCHAR NOT NULL UNIQUE, username {TEXT}, domain {TEXT}, owner {TEXT}, provider_name {TEXT}"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    schema = "engine." if is_sqlite else ""
    key = "id INTEGER PRIMARY KEY NOT NULL" if is_sqlite else "id SERIAL PRIMARY KEY"
    if is_sqlite:
        op.execute("PRAGMA engine.secure_delete=ON")  # there were passwords in clear
    op.execute(f"DROP TABLE {schema}uacreg")
    op.execute(f"DROP TABLE {schema}provider_answers")
    op.execute(f"DELETE FROM {schema}version WHERE table_name = 'uacreg'")  # noqa: S608 (constants)
    op.execute(f"CREATE TABLE {schema}provider_contacts ({key}, {CONTACTS})")
    op.drop_column("sipproviders", "sealed_ha1_md5")  # the digest is made when it is asked for
    for name in ("failures", "min_expires"):
        op.add_column("sipproviderbindings", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sipproviderbindings", sa.Column("registered_until", UtcDateTime(), nullable=True))
    op.add_column("sipproviderbindings", sa.Column("registered_from", sa.String(length=256), nullable=True))
