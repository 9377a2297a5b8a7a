"""The table of the executions of dial plans for calls, and a first plan that calls can follow.

Calls were put through to accounts whatever the caller's plan said. Where a customer has never touched the plan that
came with the account, which logs a line and calls nobody, it is one that dials the accounts of the service now.
"""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0013"
down_revision = "0012"

BEFORE = 'sys.Log("hello world")\n'
NOW = """\
; Calls that your accounts make go through this plan. The first line that matches the number decides.
;
; To call telephone numbers, add a SIP provider with the name blueline, and take away the semicolon in front of the
; next line: numbers that begin with 0 or + go out through it then.
;exten =~ ^[0+],1,Dial(${EXTEN}@blueline)
;
; Everything else is the name of an account of this service.
exten =~ .,1,Dial(${EXTEN}@local)
"""


def upgrade() -> None:
    plans = sa.table("sipdialplans", *map(sa.column, ("dial_plan_name", "dial_plan_script", "script_type_description")))
    untouched = (plans.c.dial_plan_name == "default", plans.c.dial_plan_script == BEFORE)
    op.execute(plans.update().where(*untouched).values(dial_plan_script=NOW, script_type_description="Asterisk"))
    op.create_table(
        "executions",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("call_id", sa.String(length=256), nullable=False),
        sa.Column("cdr_id", sa.Uuid(native_uuid=False), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_executions_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_executions"),
    )
    op.create_index("ix_executions_owner_call_id", "executions", ["owner", "call_id"], unique=False)
    op.create_index("ix_executions_began_at", "executions", ["began_at"], unique=False)
    op.create_index(
        "ix_executions_running",
        "executions",
        ["owner", "plan_id"],
        unique=False,
        sqlite_where=sa.text("is_over IS 0"),
        postgresql_where=sa.text("is_over IS false"),
    )
