"""Counts of the call records that pages show unless they are asked for all: those that were not answered 401 or 407.

The parts of the list of call records (0012) have a second count, of the rows that such a page leaves out. So a call
record that comes is counted by as many statements as before.
"""

import importlib

from alembic import op

revision = "0014"
down_revision = "0013"

COUNTS = importlib.import_module("sipsorcery_web.database.migrations.versions.0012_list_counts")
TABLE, KEY = "cdr", "created"
WITH_LEFT_OUT = COUNTS.AMOUNT | {"left_out": "({row}.answered_status IN (401, 407))"}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        run = connection.exec_driver_sql
        run("ALTER TABLE list_counts ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0")
        run("DELETE FROM list_counts WHERE list = ?", (TABLE,))
        for name in ("added", "taken", "changed", "divided_owner", "divided_all"):
            run(f"DROP TRIGGER {TABLE}_counts_{name}")
        for statement in COUNTS.statements(TABLE, KEY, COUNTS.SIZE, WITH_LEFT_OUT):
            run(statement)
