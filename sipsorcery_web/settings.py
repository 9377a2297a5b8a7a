"""The settings, read once from SIPSORCERY_* variables; a wrong value stops the start and names itself."""

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from .contract.names import ENDPOINT_PATH

_PUBLIC_URL = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[\w./~%-]*)?", re.ASCII)
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?")  # as browsers send it: RFC 6454, section 6.2


class SettingError(Exception):
    """A variable holds something that it cannot mean; the message names it."""


@dataclass(frozen=True)
class NewAccounts:
    """Who may create a customer account: `policy` is open, invite, closed or limit."""

    policy: str
    limit: int = 0
    chosen: bool = False
    """Set by the operator, rather than left at the default."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be configured; README lists the variables."""

    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: Path = Path("instance")
    database_url: str = ""
    session_url: str = ""
    secret_key: str = ""
    provisioning_url: str = ""
    provisioning_wsdl: str = ""
    provisioning_timeout: float = 10.0
    allow_insecure_backend: bool = False
    insecure_http: bool = False
    trusted_proxies: int = 0
    domain: str = "sip.local"
    new_accounts: NewAccounts = NewAccounts("invite")
    private_providers: bool = False
    forbidden_providers: str = ""
    provider_registrations: bool = True
    live_seconds: float = 3.0
    request_limit: int = 1_000_000
    fault_status: int = 500
    public_url: str = ""
    """Where browsers and clients find this installation, when a request cannot tell."""
    cors_origins: tuple[str, ...] = ()
    """The sites whose pages may call the embedded service from a browser."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings of a process; SettingError names the first variable that is wrong."""
        given = {
            field: _parsed(f"SIPSORCERY_{field.upper()}", environment[f"SIPSORCERY_{field.upper()}"], parse)
            for field, parse in _PARSERS.items()
            if environment.get(f"SIPSORCERY_{field.upper()}", "") != ""
        }
        return cls(**given)  # type: ignore[arg-type]

    @property
    def embedded(self) -> bool:
        """Whether this process carries the provisioning service itself."""
        return not self.provisioning_url

    @property
    def store_url(self) -> str:
        """The address of the database; a file in the data directory unless another is set."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'sipsorcery.db'}"

    @property
    def is_loopback(self) -> bool:
        """Whether the portal listens on this machine alone."""
        return is_loopback(self.host)

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the portal."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 (no address to open)
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}"

    @property
    def service_address(self) -> str:
        """What clients of the provisioning service are told to call; empty where only a request can tell."""
        if not self.embedded:
            return self.provisioning_url
        return self.public_url and self.public_url + ENDPOINT_PATH

    def check_backend(self) -> None:
        """SettingError for a provisioning service that would be sent passwords in clear across a network."""
        if self.embedded:
            return
        parts = urlsplit(self.provisioning_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingError("SIPSORCERY_PROVISIONING_URL must be an http or https address.")
        if parts.scheme == "http" and not is_loopback(parts.hostname) and not self.allow_insecure_backend:
            raise SettingError(
                "SIPSORCERY_PROVISIONING_URL is plain http to another machine, so passwords would cross the network "
                "readable. Use https, or set SIPSORCERY_ALLOW_INSECURE_BACKEND=1."
            )

    def signing_key(self) -> str:
        """The key that signs forms: the one that was set, else one made and kept in the data directory."""
        return self.secret_key or _kept_secret(self.data_dir / "secret_key")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()


def _parsed(variable: str, value: str, parse: Callable[[str], object]) -> object:
    try:
        return parse(value.strip())
    except (ValueError, KeyError) as error:
        raise SettingError(f"{variable}={value!r} is not valid: {_words(error)}") from error


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else "it is one of 1, 0, true, false, yes, no, on, off"


def _switch(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    return words[value.lower()]


def _port(value: str) -> int:
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise ValueError("a port is a number from 1 to 65535")
    return int(value)


def _seconds(value: str) -> float:
    seconds = _number(value)
    if not 0 < seconds <= 300:
        raise ValueError("it is a number of seconds above 0, up to 300")
    return seconds


def _pause(value: str) -> float:
    seconds = _number(value)
    if not 1 <= seconds <= 300:
        raise ValueError("it is a number of seconds from 1 to 300")
    return seconds


def _number(value: str) -> float:
    """What is no number lies outside every range, and is refused with the words for that."""
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _count(value: str) -> int:
    if not value.isdigit():
        raise ValueError("it is a whole number")
    return int(value)


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"it is a regular expression ({error})") from error
    return value


def _fault_status(value: str) -> int:
    if value not in ("200", "500"):
        raise ValueError("faults are sent with status 500 or 200")
    return int(value)


def _public_url(value: str) -> str:
    if not _PUBLIC_URL.fullmatch(value):
        raise ValueError("it is an http or https address such as https://sip.example.org")
    return value.rstrip("/")


def _origins(value: str) -> tuple[str, ...]:
    return tuple(_origin(origin.strip().lower()) for origin in value.split(",") if origin.strip())


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError(f"{value} is not a single site such as https://phones.example.org, without a path")
    return value.removesuffix(":443" if value.startswith("https:") else ":80")


def _domain(value: str) -> str:
    name = value.lower().rstrip(".")
    labels = [part.replace("-", "") for part in name.split(".")]
    if len(name) > 128 or not name.isascii() or not all(label.isalnum() for label in labels):
        raise ValueError("it is a domain name such as sip.example.org")
    return name


def _new_accounts(value: str) -> NewAccounts:
    if value in ("open", "invite", "closed"):
        return NewAccounts(value, chosen=True)
    if not value.isdigit() or int(value) == 0:
        raise ValueError("it is open, invite, closed, or how many accounts there may be (at least 1)")
    return NewAccounts("limit", int(value), chosen=True)


_PARSERS: dict[str, Callable[[str], object]] = {
    "host": str,
    "port": _port,
    "data_dir": Path,
    "database_url": str,
    "session_url": str,
    "secret_key": str,
    "provisioning_url": str,
    "provisioning_wsdl": str,
    "provisioning_timeout": _seconds,
    "allow_insecure_backend": _switch,
    "insecure_http": _switch,
    "trusted_proxies": _count,
    "domain": _domain,
    "new_accounts": _new_accounts,
    "private_providers": _switch,
    "forbidden_providers": _pattern,
    "provider_registrations": _switch,
    "live_seconds": _pause,
    "request_limit": _count,
    "fault_status": _fault_status,
    "public_url": _public_url,
    "cors_origins": _origins,
}
