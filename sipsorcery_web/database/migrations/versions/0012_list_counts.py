"""Counts of parts of the lists, so that a list is counted, and a place far into it found, without going through it.

With SQLite alone: its one writer never waits for another one. A part holds the rows from its `first` key up to the next
part's; its scope is one owner (`owner:alice`) or all (`*`). Triggers keep the counts and divide a part that has grown.
Rows with the same key are never divided. PostgreSQL's writers would queue for the row of a count.
"""

from collections.abc import Iterator, Mapping

from alembic import op

revision = "0012"
down_revision = "0011"

LISTS: Mapping[str, str] = {
    "sipaccounts": "sip_username",
    "sipregistrarbindings": "sip_account_name",
    "sipproviders": "provider_name",
    "sipproviderbindings": "provider_name",
    "sipdialplans": "dial_plan_name",
    "sipdialogues": "inserted",
    "cdr": "created",
}
"""The tables, and the column that the list of each is ordered by."""
SIZE = 1000
"""Rows of a part that was just divided; one of twice as many is."""
AMOUNT: Mapping[str, str] = {"amount": "1"}
"""The counts of a part, and what each `row` of the list adds to them."""
TABLE = """
CREATE TABLE list_counts (
    list TEXT NOT NULL, scope TEXT NOT NULL, first TEXT NOT NULL, amount INTEGER NOT NULL,
    CONSTRAINT pk_list_counts PRIMARY KEY (list, scope, first)
) WITHOUT ROWID"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(TABLE)
        for table, key in LISTS.items():
            for statement in statements(table, key, SIZE):
                connection.exec_driver_sql(statement)


def statements(table: str, key: str, size: int, counts: Mapping[str, str] = AMOUNT) -> Iterator[str]:
    """Yield what counts the list of a table, and keeps the counts current."""
    yield counted(table, key, "'owner:' || owner", "PARTITION BY owner", size, counts)
    yield counted(table, key, "'*'", "", size, counts)
    added, taken = more(table, "NEW", key, counts), fewer(table, "OLD", key, counts)
    what_counts = ("{row}.owner", f"{{row}}.{key}", *(each for each in counts.values() if "{row}" in each))
    changed = " OR ".join(f"{each.format(row='OLD')} IS NOT {each.format(row='NEW')}" for each in what_counts)
    yield f"CREATE TRIGGER {table}_counts_added AFTER INSERT ON {table} BEGIN {added} END"
    yield f"CREATE TRIGGER {table}_counts_taken AFTER DELETE ON {table} BEGIN {taken} END"
    yield f"CREATE TRIGGER {table}_counts_changed AFTER UPDATE ON {table} WHEN {changed} BEGIN {taken} {added} END"
    yield divided(table, key, "owner", "NEW.scope <> '*'", "owner = substr(NEW.scope, 7) AND", size, counts)
    yield divided(table, key, "all", "NEW.scope = '*'", "", size, counts)


def counted(table: str, key: str, scope: str, partition: str, size: int, counts: Mapping[str, str] = AMOUNT) -> str:
    """Return the statement that counts what is there; rows with the same key are in one part."""
    added = ", ".join(f"{each.format(row=table)} AS {name}" for name, each in counts.items())
    places = (
        f"SELECT {scope} AS scope, {key} AS key, {added}, "
        f"(rank() OVER ({partition} ORDER BY {key}) - 1) / {size} AS part"
    )
    return (
        f"INSERT INTO list_counts (list, scope, first, {', '.join(counts)}) "  # noqa: S608 (constants)
        f"SELECT '{table}', scope, CASE part WHEN 0 THEN '' ELSE min(key) END, "
        f"{', '.join(f'sum({name})' for name in counts)} FROM ({places} FROM {table}) "
        "WHERE scope IS NOT NULL GROUP BY scope, part"
    )


def more(table: str, row: str, key: str, counts: Mapping[str, str]) -> str:
    """Return the statements that count a row that has come."""
    names, added = ", ".join(counts), ", ".join(each.format(row=row) for each in counts.values())
    raised = ", ".join(f"{name} = {name} + excluded.{name}" for name in counts)
    return "".join(
        f"""
    INSERT INTO list_counts (list, scope, first, {names})
        SELECT '{table}', {scope}, coalesce({part_of(table, row, key, scope)}, ''), {added} WHERE {scope} IS NOT NULL
        ON CONFLICT (list, scope, first) DO UPDATE SET {raised};"""
        for scope in scopes(row)
    )


def fewer(table: str, row: str, key: str, counts: Mapping[str, str]) -> str:
    """Return the statements that count a row no more; an empty part belongs to the one before it."""
    lowered = ", ".join(f"{name} = {name} - {each.format(row=row)}" for name, each in counts.items())
    return "".join(
        f"""
    UPDATE list_counts SET {lowered} WHERE {part};
    DELETE FROM list_counts WHERE {part} AND amount = 0;"""  # noqa: S608 (constants)
        for scope in scopes(row)
        for part in [f"list = '{table}' AND scope = {scope} AND first = {part_of(table, row, key, scope)}"]
    )


def scopes(row: str) -> tuple[str, str]:
    return f"'owner:' || {row}.owner", "'*'"


def part_of(table: str, row: str, key: str, scope: str) -> str:
    """Return the query for the key that a row's part begins with, null where there is none yet."""
    return (
        f"(SELECT max(first) FROM list_counts WHERE list = '{table}' AND scope = {scope} "  # noqa: S608 (constants)
        f"AND first <= {row}.{key})"
    )


def divided(table: str, key: str, name: str, when: str, own: str, size: int, counts: Mapping[str, str]) -> str:
    """Return the trigger that divides a part after `size` rows, at the next key that is not the first one.

    A part of one key has none: the key after it is beyond the part.
    """
    later = f"SELECT {key} AS key FROM {table} WHERE {own} {key} >= NEW.first ORDER BY {key} LIMIT -1 OFFSET {size}"  # noqa: S608
    before = f"FROM {table} WHERE {own} {key} >= NEW.first AND {key} < cut.key"
    sums = (f"(SELECT coalesce(sum({each.format(row=table)}), 0) {before}) AS {name}" for name, each in counts.items())
    names, behind, left = (
        ", ".join(template.format(name=name) for name in counts)
        for template in ("{name}", "NEW.{name} - before.{name}", "NEW.{name} - {name}")
    )
    return f"""
CREATE TRIGGER {table}_counts_divided_{name} AFTER UPDATE OF amount ON list_counts
WHEN NEW.list = '{table}' AND {when} AND NEW.amount > OLD.amount
    AND NEW.amount >= {2 * size} AND NEW.amount % {size} = 0
BEGIN
    INSERT INTO list_counts (list, scope, first, {names})
    SELECT NEW.list, NEW.scope, key, {behind} FROM (
        SELECT key, {", ".join(sums)} FROM (SELECT key FROM ({later}) WHERE key > NEW.first LIMIT 1) AS cut
    ) AS before WHERE before.amount < NEW.amount;
    UPDATE list_counts SET ({names}) = (
        SELECT {left} FROM list_counts
        WHERE list = NEW.list AND scope = NEW.scope AND first > NEW.first ORDER BY first LIMIT 1
    ) WHERE list = NEW.list AND scope = NEW.scope AND first = NEW.first AND changes() = 1;
END"""  # noqa: S608 (constants)
