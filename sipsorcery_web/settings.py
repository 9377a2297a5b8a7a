"""The settings, read once from SIPSORCERY_* variables; a wrong value stops the start and names itself."""

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
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


@dataclass(frozen=True)
class SipSettings:
    """How the SIP engine is reached: by phones and providers at `host`, by the portal at a port of this machine.

    Behind 1:1 NAT `host` is the machine's own address, and `advertise` the one that the outside reaches it at.
    """

    host: str
    advertise: str
    port: int
    tls_port: int
    rpc_port: int
    digest: str
    certificate: str
    certificate_key: str
    database_url: str
    workers: int
    register_retry: int

    @property
    def is_on(self) -> bool:
        """Whether there is an engine."""
        return bool(self.host)

    @property
    def transports(self) -> dict[str, int]:
        """Return the transports that the engine speaks, each with its port."""
        return {"udp": self.port, "tcp": self.port} | ({"tls": self.tls_port} if self.certificate else {})

    @property
    def ip_version(self) -> int:
        """Return the version of IP that the engine speaks, as its own address has it."""
        return 6 if ":" in self.host else 4

    @property
    def bracketed_host(self) -> str:
        """The host that the engine listens at, as URIs write it."""
        return _bracketed(self.host)

    @property
    def public_host(self) -> str:
        """The host that phones and providers are told, as URIs write it."""
        return _bracketed(self.advertise or self.host)

    @property
    def own_hosts(self) -> frozenset[str]:
        """What stands for this engine in a URI: the address that it listens at, and the one that it is told of."""
        return frozenset((self.bracketed_host, self.public_host))


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
    sip_host: str = ""
    """The address of the SIP engine; empty: there is none."""
    sip_advertise: str = ""
    """The address that phones and providers are told instead; empty: they reach `sip_host` itself."""
    sip_port: int = 5060
    sip_tls_port: int = 5061
    sip_rpc_port: int = 5069
    sip_digest: str = "MD5"
    sip_certificate: str = ""
    sip_certificate_key: str = ""
    sip_database_url: str = ""
    """PostgreSQL as the engine's own role reads and writes it; empty: as the portal does."""
    sip_workers: int = 1
    sip_register_retry: int = 60
    """Seconds until a registration with a provider that failed is tried again."""

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

    @property
    def sip(self) -> SipSettings:
        """What concerns the SIP engine."""
        return SipSettings(**{field.name: getattr(self, f"sip_{field.name}") for field in fields(SipSettings)})

    def engine_secret(self) -> str:
        """What the portal shows the engine's control channel; made and kept in the data directory."""
        return _kept_secret(self.data_dir / "engine_secret")

    def check_engine(self) -> None:
        """SettingError for an engine that could not work with the other settings."""
        if not self.sip.is_on:
            if self.sip_advertise:
                raise SettingError("SIPSORCERY_SIP_ADVERTISE needs SIPSORCERY_SIP_HOST, this machine's own address.")
            return
        if not self.embedded:
            raise SettingError(
                "SIPSORCERY_SIP_HOST needs the built-in service, but SIPSORCERY_PROVISIONING_URL names another one."
            )
        if self.sip_advertise and (":" in self.sip_advertise) != (":" in self.sip_host):
            raise SettingError("SIPSORCERY_SIP_HOST and SIPSORCERY_SIP_ADVERTISE are both IPv4 or both IPv6.")
        if len({self.sip_port, self.sip_tls_port, self.sip_rpc_port, self.port}) < 4:
            raise SettingError(
                "SIPSORCERY_PORT, SIPSORCERY_SIP_PORT, SIPSORCERY_SIP_TLS_PORT and SIPSORCERY_SIP_RPC_PORT must differ."
            )
        if bool(self.sip_certificate) != bool(self.sip_certificate_key):
            raise SettingError("SIPSORCERY_SIP_CERTIFICATE and SIPSORCERY_SIP_CERTIFICATE_KEY belong together.")

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


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


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


def _sip_host(value: str) -> str:
    try:
        address = ipaddress.ip_address(value.strip("[]"))
    except ValueError as error:
        raise ValueError("it is the IP address of this machine that phones reach") from error
    if address.is_unspecified:
        raise ValueError("phones are told this address, so it is one of this machine's, not all of them")
    return str(address)


def _digest(value: str) -> str:
    if value.upper() not in ("MD5", "SHA-256"):
        raise ValueError("it is MD5, which every phone knows, or SHA-256")
    return value.upper()


def _file(value: str) -> str:
    path = Path(value)
    if '"' in value or not path.is_file():
        raise ValueError("there is no such file")
    return str(path.absolute())


def _postgresql(value: str) -> str:
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("it is a postgresql:// address")
    return value


def _workers(value: str) -> int:
    if not value.isdigit() or not 1 <= int(value) <= 64:
        raise ValueError("it is how many processes take SIP messages, 1 to 64")
    return int(value)


def _retry(value: str) -> int:
    if not value.isdigit() or not 5 <= int(value) <= 3600:
        raise ValueError("it is a number of seconds from 5 to 3600")
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
    "sip_host": _sip_host,
    "sip_advertise": _sip_host,
    "sip_port": _port,
    "sip_tls_port": _port,
    "sip_rpc_port": _port,
    "sip_digest": _digest,
    "sip_certificate": _file,
    "sip_certificate_key": _file,
    "sip_database_url": _postgresql,
    "sip_workers": _workers,
    "sip_register_retry": _retry,
}
