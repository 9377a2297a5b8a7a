"""Call records are counted and put in order within their indexes, the status included."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.drop_index("ix_cdr_created", "cdr")
    op.drop_index("ix_cdr_owner_created_id", "cdr")
    op.create_index("ix_cdr_owner_created_id_answered_status", "cdr", ["owner", "created", "id", "answered_status"])
    op.create_index("ix_cdr_created_id_answered_status", "cdr", ["created", "id", "answered_status"])
