"""The configuration that Kamailio is given."""

import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sipsorcery_web.kamailio.config import kamailio_config, kamailio_environment
from sipsorcery_web.kamailio.memory import memory_for
from sipsorcery_web.kamailio.rpc import rpc_secret
from sipsorcery_web.settings import SettingError, Settings

KAMAILIO = "/usr/sbin/kamailio"


def settings(folder: Path, **more: Any) -> Settings:
    usual: dict[str, Any] = {"data_dir": folder, "sip_host": "127.0.0.1"}
    return Settings(**usual | more)


def text(folder: Path, **more: Any) -> str:
    return kamailio_config(settings(folder, **more), ["sip.local"]).text


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = kamailio_config(settings(tmp_path), ["sip.local"]).write()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_is_written_anew_and_not_through_what_is_there(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("precious")
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "kamailio.cfg").symlink_to(other)

    kamailio_config(settings(tmp_path), ["sip.local"]).write()

    assert other.read_text() == "precious"


def test_the_secret_of_the_control_channel_is_the_portals_own(tmp_path: Path) -> None:
    assert settings(tmp_path).engine_secret() in text(tmp_path)
    assert len(settings(tmp_path).engine_secret()) == 64


def test_the_secret_that_json_rpc_shows_opens_nothing_else(tmp_path: Path) -> None:
    secret = settings(tmp_path).engine_secret()

    assert rpc_secret(secret) != secret
    assert f'$hdr(X-Engine-Secret) != "{rpc_secret(secret)}"' in text(tmp_path)


def test_every_domain_of_the_service_is_served(tmp_path: Path) -> None:
    config = kamailio_config(settings(tmp_path), ["sip.local", "phones.example.org"])

    assert 'alias="sip.local"' in config.text
    assert 'alias="phones.example.org"' in config.text


def test_on_sqlite_every_process_waits_for_the_lock(tmp_path: Path) -> None:
    entries = re.findall(
        r"^(?!onsend|event_route\[siptrace)\w+_route(?:\[[^]]+\])? \{\n +(.*)$", text(tmp_path), re.MULTILINE
    )

    assert len(entries) >= 9
    assert set(entries) == {"route(READY);"}, "but for those that may not write, in which nothing of SQL may stand"
    assert "PRAGMA busy_timeout" in text(tmp_path)
    assert str(tmp_path / "sipsorcery-engine.db") in text(tmp_path)


def test_on_postgresql_the_engine_may_have_a_role_of_its_own(tmp_path: Path) -> None:
    own = text(
        tmp_path,
        database_url="postgresql://portal:p@db.example/sip",
        sip_database_url="postgresql://kamailio:k@db.example/sip",
    )

    assert "postgres://kamailio:k@db.example/sip" in own
    assert "portal:p" not in own
    assert "PRAGMA" not in own


def test_the_schema_of_the_portal_is_the_engines_too(tmp_path: Path) -> None:
    url = "postgresql://portal@db.example/sip?options=-csearch_path%3Dphones"

    environment = kamailio_environment(settings(tmp_path, database_url=url))

    assert environment["PGOPTIONS"].split() == ["-csearch_path=phones", "-csynchronous_commit=off"]
    assert environment["TZ"] == "UTC"


def test_a_password_for_postgresql_is_in_the_configuration_and_not_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq would take it from there, and Kamailio's processes would show it."""
    monkeypatch.setenv("PGPASSWORD", "s3cret")
    monkeypatch.setenv("PGPASSFILE", "/root/passwords")
    monkeypatch.setenv("SIPSORCERY_SMTP_URL", "smtps://portal:s3cret@mail.example.org")

    environment = kamailio_environment(settings(tmp_path, database_url="postgresql://portal@db.example/sip"))

    assert "postgres://portal:s3cret@db.example/sip" in text(
        tmp_path, database_url="postgresql://portal@db.example/sip"
    )
    assert "s3cret" not in str(environment)
    assert environment["PGPASSFILE"] == "/root/passwords"


def test_the_engine_reaches_the_server_that_variables_of_libpq_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGPORT", "5433")
    monkeypatch.setenv("PGUSER", "portal")
    monkeypatch.setenv("PGOPTIONS", "-csearch_path=phones")

    assert "postgres://portal@db.example:5433/sip" in text(tmp_path, database_url="postgresql:///sip")
    own = text(tmp_path, database_url="postgresql:///sip", sip_database_url="postgresql://kamailio:k@/sip")
    assert "postgres://kamailio:k@db.example:5433/sip" in own
    environment = kamailio_environment(settings(tmp_path, database_url="postgresql:///sip"))
    assert environment["PGOPTIONS"].split() == ["-csearch_path=phones", "-csynchronous_commit=off"]


def test_what_does_not_go_into_the_engines_address_is_in_its_environment(tmp_path: Path) -> None:
    url = "postgresql://portal@/sip?host=/run/other&sslmode=verify-full&sslrootcert=/etc/ssl/db.pem"

    environment = kamailio_environment(settings(tmp_path, database_url=url))

    assert environment["PGHOST"] == "/run/other"
    assert (environment["PGSSLMODE"], environment["PGSSLROOTCERT"]) == ("verify-full", "/etc/ssl/db.pem")
    assert "postgres://portal@/sip" in text(tmp_path, database_url=url)


@pytest.mark.parametrize(("digest", "column"), [("MD5", "ha1_md5"), ("SHA-256", "ha1_sha256")])
def test_the_digest_chooses_the_column(tmp_path: Path, digest: str, column: str) -> None:
    assert f'"password_column", "{column}"' in text(tmp_path, sip_digest=digest)


@pytest.mark.skipif(not shutil.which(KAMAILIO), reason="needs Debian's kamailio")
@pytest.mark.parametrize("digest", ["MD5", "SHA-256"])
@pytest.mark.parametrize("url", ["", "postgresql://kamailio@127.0.0.1/sip"])
@pytest.mark.parametrize("relays_media", [True, False])
def test_kamailio_accepts_it(tmp_path: Path, digest: str, url: str, relays_media: bool) -> None:
    given = settings(tmp_path, sip_digest=digest, database_url=url)
    path = kamailio_config(given, ["sip.local"], relays_media).write()

    command = [KAMAILIO, "-c", *memory_for(0, 0).options, "-f", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"provisioning_url": "https://sip.example.org/provisioning.svc"}, "SIPSORCERY_PROVISIONING_URL"),
        ({"sip_advertise": "2001:db8::5"}, "both IPv4 or both IPv6"),
        ({"sip_host": "", "sip_advertise": "203.0.113.5"}, "SIPSORCERY_SIP_HOST"),
        ({"sip_rpc_port": 5060}, "SIPSORCERY_SIP_RPC_PORT"),
        ({"sip_certificate": "/etc/ssl/phones.pem"}, "SIPSORCERY_SIP_CERTIFICATE_KEY"),
    ],
)
def test_settings_that_do_not_go_together_stop_the_start(tmp_path: Path, wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        settings(tmp_path, **wrong).check_engine()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "sip.example.org", '127.0.0.1"'])
def test_the_engine_needs_one_address_that_phones_reach(host: str) -> None:
    with pytest.raises(SettingError, match="SIPSORCERY_SIP_HOST"):
        Settings.from_environment({"SIPSORCERY_SIP_HOST": host})
