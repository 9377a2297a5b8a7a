"""The last sign-in of a customer, and of invite codes an id, a note, an end and the label that their customers get.

What is known of sign-ins before is in the table of the last 90 days.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0035"
down_revision = "0034"

LAST_RIGHT = """
UPDATE customers SET last_sign_in = (
    SELECT max(at) FROM signins WHERE signins.owner = customers.customer_username AND signins.result = 'Right')
"""


def upgrade() -> None:
    op.add_column("customers", sa.Column("last_sign_in", UtcDateTime(), nullable=True))
    op.create_index("ix_customers_admin_member_id", "customers", ["admin_member_id"], unique=False)
    op.execute(LAST_RIGHT)
    for column in (
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=True),
        sa.Column("note", sa.String(length=128), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
    ):
        op.add_column("invitecodes", column)
    _give_ids()
    with op.batch_alter_table("invitecodes") as table:
        table.alter_column("id", existing_type=sa.Uuid(native_uuid=False), nullable=False)
        table.create_unique_constraint("uq_invitecodes_id", ["id"])
    op.create_index("ix_invitecodes_inserted_id", "invitecodes", ["inserted", "id"], unique=False)


def _give_ids() -> None:
    codes = sa.table("invitecodes", sa.column("code_hash", sa.String()), sa.column("id", sa.Uuid(native_uuid=False)))
    connection = op.get_bind()
    for code_hash in connection.scalars(sa.select(codes.c.code_hash)).all():
        connection.execute(sa.update(codes).where(codes.c.code_hash == code_hash).values(id=uuid4()))
