"""The shipped files for systemd, PostgreSQL and the settings, of which a test looks at each."""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from sipsorcery_web import create_app
from sipsorcery_web.kamailio.tables import kamailio_metadata
from sipsorcery_web.settings import Settings
from tests.services import POSTGRES

from .shipped import DEPLOY, PATIENCE, shipped

LOOKED_AT = {
    "README.md",
    "engine-role.sql",
    "fail2ban-filter.conf",
    "fail2ban-jail.conf",
    "nginx-under-path.conf",
    "nginx.conf",
    "search-indexes.sql",
    "sipsorcery-media.service",
    "sipsorcery-sip.service",
    "sipsorcery-web.env",
    "sipsorcery-web.service",
}
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))


def test_every_shipped_file_is_run_or_verified_here() -> None:
    assert {path.name for path in DEPLOY.iterdir()} == LOOKED_AT


def test_the_manual_names_every_file() -> None:
    manual = (DEPLOY / "README.md").read_text()
    assert [name for name in LOOKED_AT - {"README.md"} if f"| `{name}` |" not in manual] == []


# systemd


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine that has what the units start, where they look for it."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze; on Debian: apt-get install systemd")
    units = tmp_path / "etc/systemd/system"
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    units.mkdir(parents=True)
    for name in UNITS:
        shutil.copy(DEPLOY / name, units)
        for program in re.findall(r"^Exec\w+=(/\S+)", (DEPLOY / name).read_text(), re.MULTILINE):
            path = tmp_path / program.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("#!/bin/sh\n")
            path.chmod(0o755)
    return tmp_path


def verified(machine: Path, *units: str) -> tuple[int, str]:
    command = ["systemd-analyze", "verify", f"--root={machine}", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    return done.returncode, "\n".join(line for line in done.stderr.splitlines() if "sipsorcery" in line)


def test_systemd_finds_nothing_wrong_with_the_units(machine: Path) -> None:
    assert len(UNITS) == 3
    assert verified(machine, *UNITS) == (0, "")


def test_systemd_would_find_it(machine: Path) -> None:
    unit = machine / "etc/systemd/system/sipsorcery-web.service"
    unit.write_text(unit.read_text().replace("ProtectSystem=strict", "ProtectSystm=strict"))
    assert "ProtectSystm" in verified(machine, "sipsorcery-web.service")[1]


def test_units_and_settings_name_the_same_places() -> None:
    settings = shipped_settings()
    for name in UNITS:
        text = (DEPLOY / name).read_text()
        assert "EnvironmentFile=/etc/sipsorcery-web.env\n" in text
        assert f"StateDirectory={settings.data_dir.name}\n" in text
    assert settings.data_dir.parent == Path("/var/lib")


def shipped_settings() -> Settings:
    lines = (DEPLOY / "sipsorcery-web.env").read_text().splitlines()
    return Settings.from_environment(dict(line.split("=", 1) for line in lines if line and not line.startswith("#")))


def test_every_setting_that_is_shipped_exists_and_they_go_together() -> None:
    named = re.findall(r"^(?:# )?SIPSORCERY_(\w+)=", (DEPLOY / "sipsorcery-web.env").read_text(), re.MULTILINE)
    assert {name.lower() for name in named} <= set(Settings.__dataclass_fields__)
    settings = shipped_settings()
    settings.check_engine()
    settings.check_backend()
    assert settings.trusted_proxies == 1
    address = f"http://{settings.host}:{settings.port}"
    for file in ("nginx.conf", "nginx-under-path.conf"):
        assert f"proxy_pass {address};" in (DEPLOY / file).read_text()


# PostgreSQL


@dataclass
class Store:
    """A database of its own that the portal has run on, and a name for the role that nobody else has."""

    url: str
    role: str

    def as_(self, role: str, password: str = "") -> "psycopg.Connection[tuple[object, ...]]":
        address = make_url(self.url).set(drivername="postgresql", username=role, password=password or None)
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    def run(self, script: Path, answers: str) -> subprocess.CompletedProcess[str]:
        """The script as its first line says, by somebody who types these answers."""
        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        return subprocess.run(
            ["psql", "-d", address, "-f", str(script)],
            input=answers,
            capture_output=True,
            text=True,
            start_new_session=True,  # without a terminal psql reads a password from its input
            check=False,
            timeout=PATIENCE,
        )

    @property
    def has_role(self) -> bool:
        with psycopg.connect(
            make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        ) as connection:
            return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [self.role]).fetchone() is not None


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    given = os.environ.get(POSTGRES)
    if not given or shutil.which("psql") is None:
        pytest.skip(f"{POSTGRES} names no PostgreSQL database, or there is no psql")
    role = f"kamailio_{secrets.token_hex(6)}"
    name = sql.Identifier(f"deploy_{secrets.token_hex(6)}")
    server = make_url(given).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        url = make_url(given).set(database=name.as_string(connection).strip('"')).render_as_string(hide_password=False)
        try:
            app = create_app(replace(settings, database_url=url.replace("+psycopg", "")))
            app.extensions["database"].close()
            yield Store(url, role)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@pytest.fixture
def script(store: Store, tmp_path: Path) -> Path:
    """The role file for a role of another name, since roles are the whole server's."""
    path = tmp_path / "engine-role.sql"
    path.write_text(re.sub(r"\bkamailio\b", store.role, shipped("engine-role.sql", {})))
    return path


def test_the_role_of_the_engine_sees_its_tables_and_nothing_else(store: Store, script: Path) -> None:
    done = store.run(script, "s3cret-word\ns3cret-word\n")
    assert done.returncode == 0, done.stderr
    with store.as_(store.role, "s3cret-word") as engine:
        tables = {
            str(name) for (name,) in engine.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
        readable = {name for name in tables if privilege(engine, name, "SELECT")}
        writable = {name for name in tables if privilege(engine, name, "INSERT, UPDATE, DELETE")}
        assert set(kamailio_metadata.tables) <= readable <= {*kamailio_metadata.tables, "version", "location_attrs"}
        assert writable == readable - {"version", "subscriber", "provider_contacts"}
        for name in writable:
            query = "SELECT has_sequence_privilege(pg_get_serial_sequence(%s, 'id'), 'USAGE')"
            assert engine.execute(query, [name]).fetchone() == (True,), name
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            engine.execute("SELECT * FROM customers")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            engine.execute("CREATE TABLE mine (id int)")


def test_what_the_role_writes_raises_the_revision_numbers_which_it_cannot_write_itself(
    store: Store, script: Path
) -> None:
    assert store.run(script, "s3cret-word\ns3cret-word\n").returncode == 0
    with store.as_(store.role, "s3cret-word") as engine:
        engine.execute("INSERT INTO location (ruid, expires, last_modified) VALUES ('one', now(), now())")
        engine.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            engine.execute("UPDATE revisions SET number = 0")
    operator = make_url(store.url)
    with store.as_(operator.username or "postgres", operator.password or "") as connection:
        assert connection.execute("SELECT sum(number) FROM revisions WHERE scope = '*'").fetchone() == (1,)


def privilege(connection: "psycopg.Connection[tuple[object, ...]]", table: str, which: str) -> bool:
    """Return True when the role may do any of these things with a table."""
    return connection.execute("SELECT has_table_privilege(%s, %s)", [f"public.{table}", which]).fetchone() == (True,)


@pytest.mark.parametrize("answers", ["one\nanother\n", "same\nsame\n"])
def test_a_role_is_made_whole_or_not_at_all(store: Store, script: Path, answers: str) -> None:
    """Check passwords that differ, and a portal that has not run yet, so that a table is missing."""
    if answers == "same\nsame\n":
        with store.as_(make_url(store.url).username or "postgres", make_url(store.url).password or "") as operator:
            operator.execute("DROP TABLE acc_cdrs")
    assert store.run(script, answers).returncode != 0
    assert not store.has_role
