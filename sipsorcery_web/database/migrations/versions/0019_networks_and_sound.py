"""A column that tells Kamailio which SIP accounts are in one network, and one with the way that a call's sound took.

The first is filled when the portal starts, with all of the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    schema = "engine." if op.get_bind().dialect.name == "sqlite" else ""
    op.execute(f"ALTER TABLE {schema}subscriber ADD COLUMN network VARCHAR NOT NULL DEFAULT '-'")
    op.add_column("cdr", sa.Column("is_relayed", sa.Boolean(), nullable=True))
