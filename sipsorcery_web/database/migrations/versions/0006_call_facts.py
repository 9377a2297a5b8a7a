"""The facts of a call in three texts, in place of a row and a column for each fact.

Each variable of a dialog is written on its own, while a phone waits for its answer. What an older engine noted of calls
that go on, and of records that nobody has taken over yet, is packed here.
"""

import json
from collections import defaultdict
from typing import Any

from alembic import op
from sqlalchemy import text

revision = "0006"
down_revision = "0005"

INVITE = (
    *("call_id", "caller_owner", "callee_owner", "from_header", "from_name", "from_user"),
    *("dst_uri", "dst_user", "dst_host", "remote_socket", "local_socket", "setup_time"),
)
ANSWER = ["callee_socket", "ring_code", "ring_reason", "ring_time", "answer_code", "answer_reason", "answer_time"]
HANGUP = ["hangup_reason", "hangup_time"]
SYNCHRONOUS = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    connection = op.get_bind()
    schema = "engine." if connection.dialect.name == "sqlite" else ""
    for name in ("invite", "answer", "hangup"):
        op.execute(f"ALTER TABLE {schema}acc_cdrs ADD COLUMN {name} VARCHAR")
    _pack_records(connection, f"{schema}acc_cdrs")
    _pack_calls(connection, f"{schema}dialog_vars")
    for name in (*INVITE, *ANSWER, *HANGUP):
        op.execute(f"ALTER TABLE {schema}acc_cdrs DROP COLUMN {name}")
    if not schema:
        _let_registrations_wait_for_the_disk()


def _pack_records(connection: Any, table: str) -> None:
    packing = text(f"UPDATE {table} SET invite = :invite, answer = :answer, hangup = :hangup WHERE id = :id")  # noqa: S608
    for row in connection.execute(text(f"SELECT * FROM {table}")).mappings().all():  # noqa: S608
        connection.execute(packing, {"id": row["id"], **_packed(row)})


def _pack_calls(connection: Any, table: str) -> None:
    calls: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for row in connection.execute(text(f"SELECT * FROM {table}")).mappings().all():  # noqa: S608
        calls[row["hash_entry"], row["hash_id"]][row["dialog_key"]] = row["dialog_value"]
    connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    adding = text(
        f"INSERT INTO {table} (hash_entry, hash_id, dialog_key, dialog_value) VALUES (:entry, :id, :key, :value)"  # noqa: S608
    )
    for (entry, id), facts in calls.items():
        for key, value in _packed(facts).items():
            if value:
                connection.execute(adding, {"entry": entry, "id": id, "key": key, "value": value})


def _packed(facts: Any) -> dict[str, str]:
    invite, answer = (
        json.dumps({name: facts[name] for name in names if facts.get(name)}) for names in (INVITE, ANSWER)
    )
    hangup = f"{facts.get('hangup_time') or ''} {facts.get('hangup_reason') or ''}".rstrip()
    return {"invite": invite, "answer": answer, "hangup": hangup}


def _let_registrations_wait_for_the_disk() -> None:
    """A phone that was told that it is registered stays so, whatever the engine's connections ask for besides."""
    op.execute(SYNCHRONOUS.format(name="wait_for_the_disk"))
    op.execute(
        "CREATE TRIGGER wait_for_the_disk AFTER INSERT OR UPDATE OR DELETE ON location "
        "FOR EACH STATEMENT EXECUTE FUNCTION wait_for_the_disk()"
    )
