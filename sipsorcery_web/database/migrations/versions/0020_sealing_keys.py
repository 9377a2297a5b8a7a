"""The table of the keys that sealed values: each key's name, with a canary by which the key is known again."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "sealing_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("canary", sa.Text(), nullable=False),
        sa.Column("is_everywhere", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_sealing_keys"),
    )
