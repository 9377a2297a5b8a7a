"""Schemas of their own in the PostgreSQL database for tests."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text

from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.migrate import migrate

from .services import POSTGRES


@contextmanager
def own_schema() -> Iterator[str]:
    """The address of a schema that goes at the end; without PostgreSQL the test is skipped."""
    given = os.environ.get(POSTGRES)
    if not given:
        pytest.skip(f"{POSTGRES} names no PostgreSQL database")
    schema = f"sipsorcery_{secrets.token_hex(6)}"
    engine = create_engine(given)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield (
            make_url(given)
            .update_query_dict({"options": f"-csearch_path={schema}"})
            .render_as_string(hide_password=False)
        )
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


@contextmanager
def migrated_store(kind: str, sqlite: str) -> Iterator[Database]:
    """A store with all tables: at the address `sqlite`, or of kind `postgresql` in a schema of its own."""
    with ExitStack() as stack:
        database = open_database(sqlite if kind == "sqlite" else stack.enter_context(own_schema()))
        stack.callback(database.close)
        migrate(database)
        yield database
