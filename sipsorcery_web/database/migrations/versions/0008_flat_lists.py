"""Lists and searches that take as long among a million rows as among a hundred.

An index for the order of each list, for one owner and for all. And an index of trigrams, all runs of three characters,
of the texts that people search for: with SQLite an FTS5 table beside each table, kept by triggers, with PostgreSQL the
extension pg_trgm. Who may not make extensions there searches without, which is as right and slower.

FTS5 knows rows by numbers. Those of a table whose key is no number change with VACUUM, so rows are numbered here.
"""

import logging
from collections.abc import Iterator, Sequence

from alembic import op
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

revision = "0008"
down_revision = "0007"

log = logging.getLogger(__name__)

DROPPED: Sequence[tuple[str, str]] = (
    ("sipregistrarbindings", "ix_sipregistrarbindings_owner"),
    ("sipregistrarbindings", "ix_sipregistrarbindings_sip_account_name"),
    ("sipproviderbindings", "ix_sipproviderbindings_owner"),
    ("sipdialogues", "ix_sipdialogues_owner"),
    ("sipproviders", "ix_sipproviders_owner"),
    ("sipdialplans", "ix_sipdialplans_owner"),
)
"""Each is the beginning of another one, or of a unique key."""
ORDERS: Sequence[tuple[str, Sequence[str]]] = (
    ("sipaccounts", ("sip_username", "id")),
    ("sipregistrarbindings", ("sip_account_name", "id")),
    ("sipregistrarbindings", ("owner", "sip_account_name", "id")),
    ("sipproviders", ("provider_name", "id")),
    ("sipproviderbindings", ("provider_name", "id")),
    ("sipproviderbindings", ("owner", "provider_name", "id")),
    ("sipdialplans", ("dial_plan_name", "id")),
    ("sipdialogues", ("inserted", "id")),
    ("sipdialogues", ("owner", "inserted", "id")),
)
SEARCHED = {
    "sipaccounts": ("sip_username", "sip_domain", "owner"),
    "sipregistrarbindings": ("sip_account_name", "user_agent", "remote_sip_socket", "owner"),
    "sipproviders": ("provider_name", "provider_server", "provider_username", "owner"),
    "sipproviderbindings": ("provider_name", "binding_uri", "registrar_sip_socket", "owner"),
    "sipdialplans": ("dial_plan_name", "owner"),
    "cdr": ("dst", "dst_uri", "from_user", "from_name", "from_header"),
}
EDGE = "char(30, 30)"
"""Two record separators, which no text of XML holds, stand around each text: its beginning has trigrams of its own."""


def upgrade() -> None:
    for table, name in DROPPED:
        op.drop_index(name, table)
    for table, ordered in ORDERS:
        op.create_index(f"ix_{table}_{'_'.join(ordered)}", table, list(ordered))
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for table, columns in SEARCHED.items():
            for statement in sqlite_statements(table, columns):
                connection.exec_driver_sql(statement)
    elif schema := _schema_of_trigrams(connection):
        for table, columns in SEARCHED.items():
            connection.exec_driver_sql(postgresql_index(table, columns, schema))


def sqlite_statements(table: str, columns: Sequence[str]) -> Iterator[str]:
    """Yield what makes the index of trigrams of these columns, fills it, and keeps it current."""
    numbers, trigrams = f"{table}_numbers", f"{table}_trigrams"
    yield f"CREATE TABLE {numbers} (number INTEGER NOT NULL PRIMARY KEY, id CHAR(32) NOT NULL)"
    yield f"INSERT INTO {numbers} (number, id) SELECT rowid, id FROM {table}"  # noqa: S608 (constants)
    yield f"CREATE UNIQUE INDEX ix_{numbers}_id ON {numbers} (id)"
    yield (
        f"CREATE VIRTUAL TABLE {trigrams} USING fts5(text, content = '', tokenize = 'trigram', detail = 'none', "
        "columnsize = 0)"
    )
    yield f"INSERT INTO {trigrams} (rowid, text) SELECT rowid, {text_of(table, columns)} FROM {table}"  # noqa: S608
    number = "(SELECT number FROM {} WHERE id = {}.id)".format
    added = f"INSERT INTO {trigrams} (rowid, text) VALUES ({number(numbers, 'NEW')}, {text_of('NEW', columns)});"  # noqa: S608
    taken = (
        f"INSERT INTO {trigrams} ({trigrams}, rowid, text) "  # noqa: S608
        f"VALUES ('delete', {number(numbers, 'OLD')}, {text_of('OLD', columns)});"
    )
    numbered = f"INSERT INTO {numbers} (id) VALUES (NEW.id);"  # noqa: S608
    forgotten = f"DELETE FROM {numbers} WHERE id = OLD.id;"  # noqa: S608
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in ("id", *columns))
    yield f"CREATE TRIGGER {trigrams}_added AFTER INSERT ON {table} BEGIN {numbered} {added} END"
    yield f"CREATE TRIGGER {trigrams}_taken AFTER DELETE ON {table} BEGIN {taken} {forgotten} END"
    yield (
        f"CREATE TRIGGER {trigrams}_changed AFTER UPDATE ON {table} WHEN {changed} "
        f"BEGIN {taken} {forgotten} {numbered} {added} END"
    )


def text_of(row: str, columns: Sequence[str]) -> str:
    """Return the text of a row that is cut into trigrams."""
    return " || ".join([EDGE, *(f"coalesce({row}.{column}, '') || {EDGE}" for column in columns)])


def postgresql_index(table: str, columns: Sequence[str], schema: str) -> str:
    """Return the statement of the same index in PostgreSQL, with the schema that pg_trgm is in.

    Letters outside ASCII have no case, as in the filters.
    """
    texts = ", ".join(f'lower({column} COLLATE "C") {schema}.gin_trgm_ops' for column in columns)
    return f"CREATE INDEX ix_{table}_trigrams ON {table} USING gin ({texts})"


def _schema_of_trigrams(connection: Connection) -> str | None:
    """Return the schema that pg_trgm is in, of which a database has one; None where it cannot be made."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")
    except DBAPIError as error:
        log.warning("The extension pg_trgm cannot be made: %s", error.orig)
    found = connection.exec_driver_sql(
        "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'"
    )
    schema: str | None = found.scalar()
    if schema is None:
        log.warning("Searches go through whole lists. Make the extension pg_trgm, then run deploy/search-indexes.sql.")
    return schema
