"""Room for the longest result of a sign-in, which PostgreSQL refused: `AppPasswordNeeded` has 17 characters."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    with op.batch_alter_table("signins") as table:
        table.alter_column("result", type_=sa.String(length=32), existing_type=sa.String(length=16))
