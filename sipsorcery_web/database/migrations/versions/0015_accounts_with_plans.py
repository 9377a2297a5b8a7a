"""Columns that tell Kamailio which SIP accounts have dial plans, since it asks about the calls of those alone.

The columns are filled when the portal starts, with all of the table.
"""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    schema = "engine." if op.get_bind().dialect.name == "sqlite" else ""
    for column in ("has_out_plan", "has_in_plan"):
        op.execute(f"ALTER TABLE {schema}subscriber ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
