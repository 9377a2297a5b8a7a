import errno
import os
import re
import stat
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from sipsorcery_web.settings import NewAccounts, PortRange, SettingError, Settings, settings_table, variable_of

ROOT = Path(__file__).parent.parent


def read(**variables: str) -> Settings:
    """The settings of a process with these variables."""
    return Settings.from_environment({f"SIPSORCERY_{name}": value for name, value in variables.items()})


def test_without_variables_everything_has_its_default() -> None:
    settings = read()

    assert settings == Settings()
    assert (settings.host, settings.port, settings.domain) == ("127.0.0.1", 8080, "sip.local")
    assert (settings.new_accounts, settings.embedded) == (NewAccounts("invite", chosen=False), True)
    assert (settings.trusted_proxies, settings.insecure_http, settings.allow_insecure_backend) == (0, False, False)
    assert (settings.private_providers, settings.fault_status, settings.provisioning_timeout) == (False, 500, 10.0)


def test_an_empty_variable_is_one_that_was_not_set() -> None:
    assert read(PORT="", DOMAIN="", NEW_ACCOUNTS="", PROVISIONING_URL="") == Settings()


def test_other_variables_are_none_of_our_business() -> None:
    assert Settings.from_environment({"PORT": "x", "SIPSORCERY_NOTHING": "x", "sipsorcery_port": "x"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "field", "parsed"),
    [
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("PORT", " 8443 ", "port", 8443),
        ("PORT", "65535", "port", 65535),
        ("MEDIA_PORTS", "20000-20099", "media_ports", PortRange(20000, 20099)),
        ("MEDIA_PORTS", " 1024 - 1063 ", "media_ports", PortRange(1024, 1063)),
        ("MEDIA", "off", "media", False),
        ("DATA_DIR", "/var/lib/portal", "data_dir", Path("/var/lib/portal")),
        ("PROVISIONING_TIMEOUT", "2.5", "provisioning_timeout", 2.5),
        ("PROVISIONING_TIMEOUT", "300", "provisioning_timeout", 300.0),
        ("INSECURE_HTTP", "1", "insecure_http", True),
        ("INSECURE_HTTP", "TRUE", "insecure_http", True),
        ("INSECURE_HTTP", "yes", "insecure_http", True),
        ("INSECURE_HTTP", "on", "insecure_http", True),
        ("INSECURE_HTTP", "0", "insecure_http", False),
        ("ALLOW_INSECURE_BACKEND", "off", "allow_insecure_backend", False),
        ("PROVIDER_REGISTRATIONS", "no", "provider_registrations", False),
        ("TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("DOMAIN", "SIP.Example.Org.", "domain", "sip.example.org"),
        ("DOMAIN", "localhost", "domain", "localhost"),
        ("NEW_ACCOUNTS", "open", "new_accounts", NewAccounts("open", chosen=True)),
        ("NEW_ACCOUNTS", "invite", "new_accounts", NewAccounts("invite", chosen=True)),
        ("NEW_ACCOUNTS", "closed", "new_accounts", NewAccounts("closed", chosen=True)),
        ("NEW_ACCOUNTS", "25", "new_accounts", NewAccounts("limit", 25, chosen=True)),
        ("FORBIDDEN_PROVIDERS", r"sipsorcery\.com", "forbidden_providers", r"sipsorcery\.com"),
        ("LIVE_SECONDS", "1", "live_seconds", 1.0),
        ("WORKERS", "3", "workers", 3),
        ("REQUEST_LIMIT", "65536", "request_limit", 65536),
        ("FAULT_STATUS", "200", "fault_status", 200),
        ("SIP_ADVERTISE", "[2001:db8::7]", "sip_advertise", "2001:db8::7"),
    ],
)
def test_a_variable_is_read(name: str, value: str, field: str, parsed: Any) -> None:
    assert read(**{name: value}) == replace(Settings(), **{field: parsed})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "a port is a number from 1 to 65535"),
        ("SIP_ADVERTISE", "0.0.0.0", "phones are told this address"),
        ("SIP_ADVERTISE", "sip.example.org", "it is the IP address"),
        ("PORT", "0", "a port is a number from 1 to 65535"),
        ("PORT", "65536", "a port is a number from 1 to 65535"),
        ("MEDIA_PORTS", "30000", "it is two ports"),
        ("MEDIA_PORTS", "30000-30038", "at least 40"),
        ("MEDIA_PORTS", "31999-30000", "it is two ports"),
        ("MEDIA_PORTS", "65500-65540", "it is two ports"),
        ("PORT", "-1", "a port is a number from 1 to 65535"),
        ("PROVISIONING_TIMEOUT", "0", "a number of seconds above 0"),
        ("PROVISIONING_TIMEOUT", "301", "up to 300"),
        ("PROVISIONING_TIMEOUT", "nan", "a number of seconds above 0"),
        ("PROVISIONING_TIMEOUT", "ten", "a number of seconds above 0"),
        ("LIVE_SECONDS", "soon", "a number of seconds from 1 to 300"),
        ("INSECURE_HTTP", "maybe", "it is one of 1, 0, true, false, yes, no, on, off"),
        ("TRUSTED_PROXIES", "all", "it is a whole number"),
        ("DOMAIN", "two words", "it is a domain name"),
        ("DOMAIN", ".", "it is a domain name"),
        ("DOMAIN", "a..b", "it is a domain name"),
        ("DOMAIN", "user@example.org", "it is a domain name"),
        ("DOMAIN", "s\u00ef\u0070.example.org", "it is a domain name"),
        ("DOMAIN", "d" * 129, "it is a domain name"),
        ("NEW_ACCOUNTS", "0", "it is open, invite, closed, or how many accounts"),
        ("NEW_ACCOUNTS", "-1", "it is open, invite, closed, or how many accounts"),
        ("NEW_ACCOUNTS", "everybody", "it is open, invite, closed, or how many accounts"),
        ("FORBIDDEN_PROVIDERS", "(", "it is a regular expression"),
        ("LIVE_SECONDS", "0.9", "from 1 to 300"),
        ("LIVE_SECONDS", "nan", "from 1 to 300"),
        ("REQUEST_LIMIT", "1 MB", "it is a whole number"),
        ("WORKERS", "0", "it is how many processes there are, 1 to 64"),
        ("WORKERS", "65", "it is how many processes there are, 1 to 64"),
        ("FAULT_STATUS", "404", "faults are sent with status 500 or 200"),
    ],
)
def test_a_variable_that_cannot_be_meant_names_itself(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingError) as refused:
        read(**{name: value})

    assert str(refused.value).startswith(f"SIPSORCERY_{name}={value!r} is not valid: ")
    assert sentence in str(refused.value)


def test_the_first_variable_that_is_wrong_stops_the_start() -> None:
    with pytest.raises(SettingError, match="SIPSORCERY_PORT"):
        read(PORT="x", FAULT_STATUS="x")


def test_the_process_is_asked_for_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPSORCERY_PORT", "8081")

    assert Settings.from_environment().port == 8081


# The address that others are told


@pytest.mark.parametrize(
    ("given", "named"),
    [({"HOST": "0.0.0.0"}, "SIPSORCERY_HOST=0.0.0.0"), ({"TRUSTED_PROXIES": "1"}, "SIPSORCERY_TRUSTED_PROXIES")],
)
def test_where_other_machines_reach_the_portal_it_is_told_its_public_address(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingError, match=named) as refused:
        read(**given).check_public_url()
    assert "SIPSORCERY_PUBLIC_URL" in str(refused.value)
    read(**given, PUBLIC_URL="https://portal.example.org").check_public_url()
    read(**given, PROVISIONING_URL="https://sip.example.org/provisioning.svc").check_public_url()


def test_on_this_machine_alone_a_request_may_name_the_address() -> None:
    read().check_public_url()
    read(HOST="::1").check_public_url()


# The store


def test_the_store_is_a_file_in_the_data_directory_unless_another_is_named(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).store_url == f"sqlite:///{tmp_path}/sipsorcery.db"
    assert Settings(data_dir=Path("instance")).store_url == f"sqlite:///{Path.cwd()}/instance/sipsorcery.db"
    assert read(DATABASE_URL="postgresql://a@b/c").store_url == "postgresql://a@b/c"


# The address


@pytest.mark.parametrize(
    ("host", "address", "loopback"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080", True),
        ("::1", "http://[::1]:8080", True),
        ("localhost", "http://localhost:8080", True),
        ("0.0.0.0", "http://127.0.0.1:8080", False),
        ("sip.example.org", "http://sip.example.org:8080", False),
    ],
)
def test_the_address_is_where_a_browser_on_this_machine_looks(host: str, address: str, loopback: bool) -> None:
    settings = Settings(host=host)

    assert (settings.address, settings.is_loopback) == (address, loopback)


# The key


def test_the_key_that_was_set_is_used() -> None:
    assert read(SECRET_KEY="k" * 32).signing_key() == "k" * 32


def test_without_one_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "instance")
    key = settings.signing_key()

    assert len(key) == 64
    assert settings.signing_key() == key
    assert stat.S_IMODE((tmp_path / "instance" / "secret_key").stat().st_mode) == 0o600
    assert Settings(data_dir=tmp_path / "other").signing_key() != key


# What README and the files of deploy/ say of them


def test_the_table_of_readme_is_made_of_the_declarations() -> None:
    assert f"\n\n{settings_table()}\n" in (ROOT / "README.md").read_text()


def test_the_table_is_printed() -> None:
    command = [sys.executable, "-W", "error", "-m", "sipsorcery_web.settings"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert (printed.stdout, printed.stderr) == (settings_table(), "")


def test_the_table_says_what_holds_where_nothing_is_set() -> None:
    lines = settings_table().splitlines()

    assert len(lines) == 2 + len(Settings.__dataclass_fields__)
    assert "| `SIPSORCERY_PROVISIONING_TIMEOUT` | `10` |" in settings_table()
    assert "| `SIPSORCERY_PROVIDER_REGISTRATIONS` | on |" in settings_table()
    assert "| `SIPSORCERY_INSECURE_HTTP` | off |" in settings_table()
    assert not [line for line in lines if "| `` |" in line or "| `()` |" in line]


VARIABLE = re.compile(r"SIPSORCERY_[A-Z_]*[A-Z]\b")
OF_TESTS = ("SIPSORCERY_TEST_", "SIPSORCERY_CAPTURES")
TELLING = ["README.md", "Makefile", "deploy/README.md", "deploy/sipsorcery-web.env"]
TELLING += sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("path", TELLING)
def test_every_variable_that_is_named_is_one(path: str) -> None:
    named = set(VARIABLE.findall((ROOT / path).read_text()))
    of_samples = set(VARIABLE.findall((ROOT / "samples/python/customer.py").read_text()))

    assert named or path.startswith("docs/")
    assert {name for name in named - of_samples if not name.startswith(OF_TESTS)} <= set(
        map(variable_of, Settings.__dataclass_fields__)
    )


def test_a_name_is_declared_once() -> None:
    source = (ROOT / "sipsorcery_web/settings/__init__.py").read_text()

    for name in Settings.__dataclass_fields__:
        assert len(re.findall(rf"^    {name}: .* = setting\(", source, re.MULTILINE)) == 1, name


# Mail


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 25, "none", "", "")),
        ("smtp+starttls://alice:p%40ss@mail.example.org", ("mail.example.org", 587, "starttls", "alice", "p@ss")),
        (
            "smtps://alice%40example.org:p%3A%2F@[2001:db8::1]:4650/",
            ("2001:db8::1", 4650, "tls", "alice@example.org", "p:/"),
        ),
        ("smtp://alice:word@127.0.0.1:2525", ("127.0.0.1", 2525, "none", "alice", "word")),
    ],
)
def test_a_mail_server_is_read_from_an_address(value: str, expected: tuple[object, ...]) -> None:
    server = read(SMTP_URL=value).smtp_url

    assert server is not None
    assert (server.host, server.port, server.security, server.username, server.password) == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("mail.example.org", "it is an address such as"),
        ("http://mail.example.org", "it is an address such as"),
        ("smtp://mail.example.org/path", "it is an address such as"),
        ("smtp://mail.example.org:99999", "its host or its port cannot be read"),
        ("smtps://alice@mail.example.org", "user and password belong together"),
        ("smtp://alice:secret-word@mail.example.org", "would cross the network readable"),
    ],
)
def test_a_wrong_mail_server_is_named_without_its_password(value: str, words: str) -> None:
    with pytest.raises(SettingError, match=f"SIPSORCERY_SMTP_URL is not valid: .*{words}") as refused:
        read(SMTP_URL=value)
    assert "secret-word" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_password_of_the_mail_server_is_in_no_text_of_the_settings() -> None:
    assert "secret-word" not in repr(read(SMTP_URL="smtps://alice:secret-word@mail.example.org"))


@pytest.mark.parametrize("value", ["sip@example.org", "SIPSorcery <sip@example.org>", '"B. Smith" <sip@example.org>'])
def test_a_sender_has_an_address_and_perhaps_a_name(value: str) -> None:
    sender = read(MAIL_FROM=value).mail_from

    assert sender is not None
    assert sender.addr_spec == "sip@example.org"


@pytest.mark.parametrize("value", ["sip", "SIPSorcery", "sip@", "@example.org", "a@example.org\r\nBcc: b@example.org"])
def test_what_is_no_sender_is_refused(value: str) -> None:
    with pytest.raises(SettingError, match="it is a mail address such as"):
        read(MAIL_FROM=value)


@pytest.mark.parametrize("variables", [{"SMTP_URL": "smtp://127.0.0.1"}, {"MAIL_FROM": "sip@example.org"}])
def test_mail_server_and_sender_belong_together(variables: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="belong together"):
        read(**variables).check_mail()


def test_a_file_without_a_certificate_has_no_authorities(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no certificate")

    with pytest.raises(SettingError, match=r"SIPSORCERY_SIP_TLS_AUTHORITIES=.*no certificate in PEM form"):
        Settings.from_environment({"SIPSORCERY_SIP_TLS_AUTHORITIES": str(tmp_path / "notes.txt")})


# Secrets


CONFIDENTIAL = ("KEYS", "DATABASE_URL", "SESSION_URL", "SECRET_KEY", "SMTP_URL", "SIP_DATABASE_URL")


def test_the_keys_are_gone_from_the_environment_once_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPSORCERY_KEYS", "first AAAA")

    assert Settings.from_environment().keys == "first AAAA"
    assert "SIPSORCERY_KEYS" not in os.environ
    assert Settings.from_environment().keys == ""


def test_what_is_confidential_is_gone_from_where_the_system_shows_it() -> None:
    """/proc shows what a process was started with, of its forked children too, whatever has become of it since."""
    told = (
        "from sipsorcery_web.settings import Settings; import os, pathlib; Settings.wipe_secrets(); child = os.fork(); "
        "child and (os.waitpid(child, 0), exit()); print(pathlib.Path('/proc/self/environ').read_text())"
    )
    secrets = {f"SIPSORCERY_{name}": f"secret-of-{name}" for name in CONFIDENTIAL}
    command = [sys.executable, "-c", told]
    shown = subprocess.run(command, env={**os.environ, **secrets}, capture_output=True, text=True, check=True).stdout

    assert "SIPSORCERY_KEYS=" in shown
    assert "secret-of" not in shown


def test_what_is_confidential_is_neither_shown_nor_told() -> None:
    names = {field.name for field in fields(Settings) if field.metadata["is_confidential"]}

    assert names == {name.lower() for name in CONFIDENTIAL}
    assert "s3cret" not in repr(replace(Settings(), **dict.fromkeys(names - {"smtp_url"}, "s3cret")))  # type: ignore[arg-type]
    with pytest.raises(SettingError) as refused:
        read(SIP_DATABASE_URL="mysql://alice:s3cret@127.0.0.1/test")
    assert "s3cret" not in str(refused.value)


def test_the_keys_are_in_one_place() -> None:
    with pytest.raises(SettingError, match="SIPSORCERY_KEYS and SIPSORCERY_KEYS_FILE are both set"):
        read(KEYS="first AAAA", KEYS_FILE="/run/keys").check_keys()


# The data directory


def test_the_data_directory_is_its_owners_alone(tmp_path: Path) -> None:
    new, old = read(DATA_DIR=str(tmp_path / "new")), read(DATA_DIR=str(tmp_path / "old"))
    (tmp_path / "old").mkdir(mode=0o755)
    (tmp_path / "old" / "secret_key").write_text("made by an older version")
    new.make_data_dir()
    old.make_data_dir()

    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "old")] == [0o700, 0o700]


def test_a_directory_of_something_else_stays_as_open_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o755)
    read(DATA_DIR=str(tmp_path / "shared")).make_data_dir()

    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755


def test_one_portal_at_a_time_has_a_data_directory(tmp_path: Path) -> None:
    settings = read(DATA_DIR=str(tmp_path / "instance"))
    held = settings.hold_data_dir()

    with pytest.raises(SettingError) as refused:
        settings.hold_data_dir()
    assert str(refused.value) == (
        f"the portal of {tmp_path}/instance runs already (process {os.getpid()}). End that one first, or set "
        "SIPSORCERY_DATA_DIR to another directory."
    )
    os.close(held)
    os.close(settings.hold_data_dir())


def test_a_secret_that_was_cut_short_by_a_full_disk_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read(DATA_DIR=str(tmp_path / "instance"))

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(SettingError, match="secret_key cannot be written: No space"):
            settings.signing_key()
    assert list((tmp_path / "instance").iterdir()) == []
    assert len(settings.signing_key()) == 64
