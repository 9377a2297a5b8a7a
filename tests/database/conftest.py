import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from sipsorcery_web.database.connection import Database, open_database


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A schema of its own in the PostgreSQL database for tests."""
    yield from postgres_schema()


def postgres_schema() -> Iterator[str]:
    """Yield the address of a new schema, which goes afterwards."""
    given = os.environ.get("SIPSORCERY_TEST_POSTGRES_URL")
    if not given:
        pytest.skip("SIPSORCERY_TEST_POSTGRES_URL names no PostgreSQL database")
    schema = f"sipsorcery_{secrets.token_hex(6)}"
    engine = create_engine(given)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield (
        make_url(given).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    )
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(params=["sqlite file", "sqlite memory", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path}/portal.db" if request.param == "sqlite file" else "sqlite:///:memory:"
    database = open_database(url)
    yield database
    database.close()
