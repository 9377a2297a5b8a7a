"""Triggers on Kamailio's tables that cost little to prepare, in place of those of revision 0009, for SQLite.

Kamailio prepares each of its statements anew, and SQLite compiles the triggers of a table with each of them, whether
they run or not: a call writes some thirty rows. A statement here raises all numbers of a change at once, which wants a
scope to be there once; with SQLite one writes at a time, so that it is.
"""

from alembic import op

revision = "0034"
down_revision = "0033"

SHOWN_OF_A_LOCATION = ("contact", "received", "user_agent", "socket", "q")
SHOWN_OF_A_CALL = ("start_time", "from_uri", "to_uri", "bridge_id", "out_leg_id", "in_leg_id")
SIDES = ("caller", "callee")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DROP INDEX engine.ix_revisions_scope")
    op.execute("CREATE UNIQUE INDEX engine.ix_revisions_scope ON revisions (scope)")
    _replace("location", "INSERT", subscribers("NEW"))
    _replace("location", "UPDATE", subscribers("NEW"), is_more_than_renewed())
    _replace("location", "DELETE", subscribers("OLD"))
    _replace("dialog", "INSERT", parties("NEW"), is_answered("NEW"))
    _replace("dialog", "UPDATE", parties("NEW"), call_differs())
    _replace("dialog", "DELETE", parties("OLD"), is_answered("OLD"))
    _replace("dialog_vars", "INSERT", noted("NEW"), is_of_a_call("NEW"))
    _replace("dialog_vars", "UPDATE", [*noted("OLD"), *noted("NEW")], is_of_a_call("NEW"))
    _replace("dialog_vars", "DELETE", noted("OLD"), is_of_a_call("OLD"))


def _replace(table: str, verb: str, scopes: list[str], when: str = "") -> None:
    """Have a trigger raise the numbers of scopes: expressions, of which null stands for none, and that of all."""
    name = f"revise_{table}_{verb.lower()}"
    values = ", ".join(f"(ifnull({scope}, '*'), 1)" for scope in [*scopes, "NULL"])
    run = op.get_bind().exec_driver_sql  # as it stands: there are colons in it
    run(f"DROP TRIGGER engine.{name}")
    run(f"""
CREATE TRIGGER engine.{name} AFTER {verb} ON {table} {when and f"WHEN {when}"}
BEGIN
    INSERT INTO revisions (scope, number) VALUES {values} ON CONFLICT (scope) DO UPDATE SET number = number + 1;
END""")  # noqa: S608 (constants)


def subscribers(row: str) -> list[str]:
    """Return the owner and the AdminMemberId of a registered phone's account."""
    account = f"FROM subscriber WHERE username = {row}.username AND domain = {row}.domain"
    scopes = ("'owner:' || owner", "'member:' || admin_member_id")
    return [f"(SELECT {scope} {account})" for scope in scopes]


def is_more_than_renewed() -> str:
    """Return the condition that a registration shows something else, had run out, or lasts another time now."""
    seconds = "CAST(round(({row}.expires - {row}.last_modified) * 86400) AS INTEGER)"
    lasts_otherwise = f"{seconds.format(row='OLD')} <> {seconds.format(row='NEW')}"
    return f"{differs(SHOWN_OF_A_LOCATION)} OR {lasts_otherwise} OR OLD.expires < NEW.last_modified"


def parties(row: str) -> list[str]:
    """Return the owners of a call, as they are noted beside it."""
    invite = f"FROM dialog_vars WHERE {same_call(row)} AND dialog_key = 'invite'"
    return [f"(SELECT {noted_owner('dialog_value', side)} {invite})" for side in SIDES]


def noted(row: str) -> list[str]:
    """Return the owners that one note tells."""
    return [noted_owner(f"{row}.dialog_value", side) for side in SIDES]


def noted_owner(value: str, side: str) -> str:
    return f"CASE WHEN json_valid({value}) THEN 'owner:' || json_extract({value}, '$.{side}_owner') END"


def is_answered(row: str) -> str:
    return f"{row}.state IN (3, 4)"


def call_differs() -> str:
    """Return the condition that a call has been answered or ended, or shows something else."""
    before, after = is_answered("OLD"), is_answered("NEW")
    return f"({before}) <> ({after}) OR ({after} AND ({differs(SHOWN_OF_A_CALL)}))"


def is_of_a_call(row: str) -> str:
    call = f"SELECT 1 FROM dialog WHERE {same_call(row)} AND {is_answered('dialog')}"  # noqa: S608 (constants)
    return f"{row}.dialog_key = 'invite' AND EXISTS ({call})"


def same_call(row: str) -> str:
    return f"hash_entry = {row}.hash_entry AND hash_id = {row}.hash_id"


def differs(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
