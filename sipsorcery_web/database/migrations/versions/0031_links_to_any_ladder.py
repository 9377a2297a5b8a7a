"""Links to ladders that have no call record: which ladder it is, and a title that says so to whoever made the link."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    with op.batch_alter_table("shared_ladders") as table:
        table.alter_column("cdr_id", new_column_name="ladder_id", existing_type=sa.String(length=36))
        table.add_column(sa.Column("title", sa.Text(), nullable=False, server_default="Call"))
