import re
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sipsorcery_web.settings import NewAccounts, SettingError, Settings, settings_table, variable_of

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


# Another service


@pytest.mark.parametrize(
    "url",
    [
        "https://www.sipsorcery.com/provisioning.svc",
        "http://127.0.0.1:8080/provisioning.svc",
        "http://localhost/provisioning.svc",
        "http://[::1]:8080/provisioning.svc",
    ],
)
def test_a_service_behind_tls_or_on_this_machine_is_taken(url: str) -> None:
    settings = read(PROVISIONING_URL=url)
    settings.check_backend()

    assert not settings.embedded


def test_a_service_across_the_network_in_clear_is_taken_only_on_purpose() -> None:
    url = "http://sip.example.org/provisioning.svc"

    with pytest.raises(SettingError, match="passwords would cross the network readable"):
        read(PROVISIONING_URL=url).check_backend()
    read(PROVISIONING_URL=url, ALLOW_INSECURE_BACKEND="1").check_backend()


@pytest.mark.parametrize(
    "url", ["provisioning.svc", "ftp://sip.example.org/", "https:///provisioning.svc", "file:///etc/passwd"]
)
def test_what_is_no_address_of_a_service_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="must be an http or https address"):
        read(PROVISIONING_URL=url, ALLOW_INSECURE_BACKEND="1").check_backend()


def test_without_another_service_there_is_nothing_to_check() -> None:
    Settings().check_backend()


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


@pytest.mark.parametrize("path", ["README.md", "Makefile", "deploy/README.md", "deploy/sipsorcery-web.env"])
def test_every_variable_that_is_named_is_one(path: str) -> None:
    named = set(re.findall(r"SIPSORCERY_[A-Z_]*[A-Z]\b", (ROOT / path).read_text()))

    assert named
    assert {name for name in named if not name.startswith("SIPSORCERY_TEST_")} <= set(
        map(variable_of, Settings.__dataclass_fields__)
    )


def test_a_name_is_declared_once() -> None:
    source = (ROOT / "sipsorcery_web/settings/__init__.py").read_text()

    for name in Settings.__dataclass_fields__:
        assert len(re.findall(rf"^    {name}: .* = setting\(", source, re.MULTILINE)) == 1, name
