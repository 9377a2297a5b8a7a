"""PostgreSQL's tools, which are told where the database is and never show its password."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from sipsorcery_web.maintenance.backup import make_backup
from sipsorcery_web.maintenance.errors import BackupError
from sipsorcery_web.maintenance.restore import restore_backup
from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.settings import Settings
from tests.stalling_proxy import stalling_proxy

from .backups import PASSPHRASE, contents_of, made


def test_no_password_is_in_the_environment_or_the_words_of_a_tool(
    postgres_databases: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "pg_dump"
    tool.write_text(f'#!/bin/sh\n{{ echo "$@"; env; }} > {told}\ncp "$PGPASSFILE" {told}.passwords\nexit 1\n')
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("PGPASSWORD", "s3cret:\\of libpq")
    settings = Settings(data_dir=tmp_path / "before", database_url=postgres_databases())
    database, keyring = open_store(settings)

    with pytest.raises(BackupError, match="pg_dump has failed"):
        make_backup(database, keyring, tmp_path / "backup")

    database.close()
    assert "s3cret" not in told.read_text()
    assert (tmp_path / "told.passwords").read_text() == "*:*:*:*:s3cret\\:\\\\of libpq\n"


def test_the_tools_reach_the_server_that_variables_of_libpq_name(
    postgres_databases: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = make_url(postgres_databases()), make_url(postgres_databases())
    with stalling_proxy(before.host or "127.0.0.1", before.port or 5432) as proxy:
        monkeypatch.setenv("PGHOST", "127.0.0.1")
        monkeypatch.setenv("PGPORT", str(proxy.port))
        monkeypatch.setenv("PGUSER", before.username or "postgres")
        monkeypatch.setenv("PGDATABASE", str(before.database))
        contents = made(
            Settings(data_dir=tmp_path / "before", database_url="postgresql://"), tmp_path / "backup", PASSPHRASE
        )
        monkeypatch.setenv("PGDATABASE", str(after.database))
        there = Settings(data_dir=tmp_path / "after", database_url="postgresql://")
        restore_backup(there, tmp_path / "backup", lambda: PASSPHRASE)

        restored, _ = open_store(there)
        assert contents_of(restored) == contents
        restored.close()


def test_where_the_tools_are_missing_that_is_told(
    postgres_databases: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(BackupError, match="apt-get install postgresql-client"):
        made(Settings(data_dir=tmp_path / "before", database_url=postgres_databases()), tmp_path / "backup")
