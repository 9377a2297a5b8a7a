"""Installations that are backed up and restored: with SQLite, and with PostgreSQL in databases of their own."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from sipsorcery_web.maintenance import passphrases
from sipsorcery_web.settings import Settings
from tests.portal_process import portal_process  # noqa: F401 (a fixture)

NewDatabase = Callable[[], str]


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrases, "COST", 2**4)


@pytest.fixture
def postgres_databases() -> Iterator[NewDatabase]:
    """Make new PostgreSQL databases, which go afterwards."""
    given = os.environ.get("SIPSORCERY_TEST_POSTGRES_URL")
    if not given:
        pytest.skip("SIPSORCERY_TEST_POSTGRES_URL names no PostgreSQL database")
    engine = create_engine(given, isolation_level="AUTOCOMMIT")
    names: list[str] = []

    def new() -> str:
        names.append(f"sipsorcery_{secrets.token_hex(6)}")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {names[-1]}"))
        return make_url(given).set(database=names[-1]).render_as_string(hide_password=False)

    yield new
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def installations(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Settings]:
    """Return the settings of a new installation, by its name."""

    def new(name: str) -> Settings:
        settings = Settings(data_dir=tmp_path / name)
        if request.param == "sqlite":
            return settings
        url = request.getfixturevalue("postgres_databases")()
        return replace(settings, database_url=url.replace("postgresql+psycopg", "postgresql"))

    return new
