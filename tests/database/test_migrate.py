import json
import multiprocessing
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from sipsorcery_web.calls import models as call_models
from sipsorcery_web.database import canaries
from sipsorcery_web.database.base import Base
from sipsorcery_web.database.connection import Database, StoreUnavailable, open_database
from sipsorcery_web.database.migrate import MIGRATIONS, migrate, newest_revision
from sipsorcery_web.jobs import models as job_models
from sipsorcery_web.kamailio.tables import kamailio_metadata
from sipsorcery_web.portal.storage import models as storage_models
from sipsorcery_web.rest import idempotency
from sipsorcery_web.service.store import access_tokens, audit, oauth, refused_phones
from sipsorcery_web.service.store import models as store
from sipsorcery_web.webhooks import models as webhook_models

MODELS = (
    access_tokens,
    audit,
    call_models,
    canaries,
    idempotency,
    job_models,
    oauth,
    refused_phones,
    storage_models,
    store,
    webhook_models,
)  # what declares the tables
TABLES = set(Base.metadata.tables)
ENGINE_TABLES = {*kamailio_metadata.tables, "version", "location_attrs"}
"""What Kamailio reads and writes; with SQLite in a file of its own, attached as `engine`."""


def differences(database: Database) -> list[Any]:
    """Return the differences between the models and the migrated store."""
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": is_the_services}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


def is_the_services(name: str | None, kind: str, _parents: Any) -> bool:
    return not is_for_searching(name or "") and (kind != "table" or name not in ENGINE_TABLES)


def is_for_searching(name: str) -> bool:
    """Indexes of trigrams and counts of lists are no tables of the models: SQLite's own, and indexes of expressions."""
    return "_trigrams" in name or name.endswith("_numbers") or name == "list_counts"


def tables_of(database: Database) -> set[str]:
    inspector = inspect(database.engine)
    attached = inspector.get_table_names(schema="engine") if database.engine.dialect.name == "sqlite" else []
    return {name for name in (*inspector.get_table_names(), *attached) if not is_for_searching(name)}


def test_an_empty_database_gets_every_table(database: Database) -> None:
    migrate(database)

    assert tables_of(database) == TABLES | ENGINE_TABLES | {"alembic_version"}


def test_the_engines_tables_have_every_column_that_is_read(database: Database) -> None:
    migrate(database)

    inspector = inspect(database.engine)
    schema = "engine" if database.engine.dialect.name == "sqlite" else None
    for name, table in kamailio_metadata.tables.items():
        there = {column["name"] for column in inspector.get_columns(name, schema=schema)}
        assert set(table.columns.keys()) <= there


def test_what_the_engine_writes_is_not_in_the_portals_own_file(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    migrate(database)
    database.close()

    with closing(sqlite3.connect(tmp_path / "portal.db")) as alone:
        names = {name for (name,) in alone.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {name for name in names if not is_for_searching(name)} == TABLES | {"alembic_version"}


def test_migrations_and_models_agree(database: Database) -> None:
    migrate(database)

    assert differences(database) == []


def test_a_second_run_changes_nothing(database: Database) -> None:
    migrate(database)
    with database.write() as session:
        session.execute(text("INSERT INTO setuplinks (secret_hash, expires_at) VALUES ('x', '2026-11-23 12:00:00')"))
    migrate(database)

    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM setuplinks")) == 1
        assert session.scalars(text("SELECT version_num FROM alembic_version")).all() == [newest()]


def test_a_database_of_a_newer_version_is_told_and_left_alone(database: Database) -> None:
    migrate(database)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.execute(text("DROP TABLE setuplinks"))
    before = tables_of(database)

    with pytest.raises(StoreUnavailable) as told:
        migrate(database)

    assert "was made by a newer version of SIPSorcery Web: it is at revision 9999, and this version knows" in str(
        told.value
    )
    assert f"up to {newest()}. Nothing in it was changed." in str(told.value)
    assert tables_of(database) == before
    with database.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_a_database_that_refuses_to_be_changed_is_told(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    with database.write() as session:
        session.execute(text("CREATE TABLE customers (something TEXT)"))

    with pytest.raises(
        StoreUnavailable, match=r"portal\.db cannot be brought up to date: table customers already exists"
    ):
        migrate(database)
    database.close()


def newest() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def test_there_is_one_newest_revision() -> None:
    assert newest() is not None


def test_a_migration_that_fails_leaves_nothing_behind(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr("alembic.operations.Operations.create_index", fail)
    with pytest.raises(RuntimeError, match="the power is gone"):
        migrate(database)

    assert tables_of(database) == set()


def migrate_together(url: str, together: Any, outcome: Any) -> None:
    database = open_database(url)
    together.wait(20)
    try:
        migrate(database)
        outcome.put("")
    except Exception as error:
        outcome.put(repr(error))
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_together_wait_for_each_other(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else f"sqlite:///{tmp_path}/portal.db"
    spawn = multiprocessing.get_context("spawn")
    together, outcome = spawn.Barrier(2), spawn.Queue()
    processes = [spawn.Process(target=migrate_together, args=(url, together, outcome)) for _ in range(2)]
    for process in processes:
        process.start()
    outcomes = [outcome.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()

    assert outcomes == ["", ""]
    database = open_database(url)
    assert differences(database) == []
    database.close()


def test_threads_may_read_what_was_migrated_in_memory() -> None:
    database = open_database("sqlite:///:memory:")
    migrate(database)
    counted: list[int | None] = []

    def count() -> None:
        with database.read() as session:
            counted.append(session.scalar(text("SELECT count(*) FROM customers")))

    reader = threading.Thread(target=count)
    reader.start()
    reader.join()
    database.close()

    assert counted == [0]


def test_calls_that_go_on_over_an_upgrade_keep_their_facts(database: Database) -> None:
    def engine_table(name: str) -> str:
        return f"engine.{name}" if database.engine.dialect.name == "sqlite" else name

    noted = {"caller_owner": "alice", "from_header": 'A "B" <sip:a@b>', "answer_code": "200", "hangup_time": "5.5"}
    migrate(database, "0004")
    with database.write() as session:
        for key, value in noted.items():
            session.execute(
                text(f"INSERT INTO {engine_table('dialog_vars')} (hash_entry, hash_id, dialog_key, dialog_value) "
                     "VALUES (1, 2, :key, :value)"), {"key": key, "value": value},
            )  # fmt: skip
        columns, values = ", ".join(noted), ", ".join(f":{name}" for name in noted)
        session.execute(
            text(f"INSERT INTO {engine_table('acc_cdrs')} (start_time, end_time, {columns}) "
                 f"VALUES ('2026-11-23 12:00:00', '2026-11-23 12:00:00', {values})"), noted,
        )  # fmt: skip

    migrate(database)

    with database.read() as session:
        rows = session.execute(text(f"SELECT dialog_key, dialog_value FROM {engine_table('dialog_vars')}")).all()
        (record,) = session.execute(text(f"SELECT invite, answer, hangup FROM {engine_table('acc_cdrs')}")).all()
    packed = {row.dialog_key: row.dialog_value for row in rows}
    assert json.loads(packed["invite"]) == {"caller_owner": "alice", "from_header": 'A "B" <sip:a@b>'}
    assert (json.loads(packed["answer"]), packed["hangup"]) == ({"answer_code": "200"}, "5.5")
    assert tuple(record) == (packed["invite"], packed["answer"], packed["hangup"])


def test_on_postgresql_registrations_wait_for_the_disk_and_calls_do_not(postgres_url: str) -> None:
    database = open_database(postgres_url)
    migrate(database)
    with database.engine.connect() as connection:
        connection.execute(text("SET synchronous_commit = off"))
        connection.commit()
        connection.execute(
            text("INSERT INTO dialog_vars (hash_entry, hash_id, dialog_key, dialog_value) VALUES (1, 1, '', '')")
        )
        assert connection.scalar(text("SHOW synchronous_commit")) == "off"
        connection.execute(text("INSERT INTO location (ruid, expires, last_modified) VALUES ('x', now(), now())"))
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
        connection.commit()
        assert connection.scalar(text("SHOW synchronous_commit")) == "off"
    database.close()


def test_the_last_file_of_the_migrations_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert newest_revision() == ScriptDirectory.from_config(config).get_current_head()
