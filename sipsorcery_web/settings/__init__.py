"""The settings, read once from SIPSORCERY_* variables; a wrong value stops the start and names itself."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from sipsorcery_web.ip_addresses import is_loopback

from ..contract.names import ENDPOINT_PATH
from . import values
from .values import NewAccounts as NewAccounts

V = TypeVar("V")


class SettingError(Exception):
    """A variable holds something that it cannot mean; the message names it."""


def setting(default: V, parse: Callable[[str], V], meaning: str, shown: str = "") -> V:
    """Declare a setting: its default, the parser of its variable, and what README says it sets.

    `shown` says in README what holds where the variable is not set; the default itself unless it is given.
    """
    declared: V = field(default=default, metadata={"parse": parse, "meaning": meaning, "shown": shown})
    return declared


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"SIPSORCERY_{name.upper()}"


@dataclass(frozen=True)
class SipSettings:
    """The ways to the SIP engine: by phones and providers at `host`, by the portal at a port of this machine.

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
        """Return True when there is an engine."""
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
        """The hosts that mean this engine in a URI: the address that it listens at, and the one that it is told of."""
        return frozenset((self.bracketed_host, self.public_host))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that can be configured, each declared once; README's table is made of these declarations."""

    host: str = setting("127.0.0.1", str, "where the portal listens: an address of this machine")
    port: int = setting(8080, values.port, "where the portal listens: a port")
    data_dir: Path = setting(Path("instance"), Path, "where the database and the keys live")
    database_url: str = setting("", str, "`postgresql://…` for PostgreSQL", "SQLite in the data directory")
    session_url: str = setting("", str, "`redis://…` keeps browser sessions in Redis", "beside the database")
    secret_key: str = setting("", str, "signs forms", "made and kept in the data directory")
    domain: str = setting("sip.local", values.domain, "the default SIP domain; its accounts follow when it changes")
    new_accounts: NewAccounts = setting(
        NewAccounts("invite"),
        values.new_accounts,
        "`open`, `invite`, `closed`, or how many accounts there may be",
        "`invite`",
    )
    provisioning_url: str = setting(
        "", str, "the address of another provisioning service", "empty: the built-in service"
    )
    provisioning_wsdl: str = setting(
        "", str, "a file or address of that service's own contract", "the bundled contract"
    )
    provisioning_timeout: float = setting(
        10.0, values.seconds, "seconds that a page waits for the service, over all that it asks"
    )
    allow_insecure_backend: bool = setting(
        False, values.switch, "allows plain http to a provisioning service on another machine"
    )
    insecure_http: bool = setting(False, values.switch, "allows signing in over plain http from other machines")
    trusted_proxies: int = setting(
        0,
        values.count,
        "how many reverse proxies stand in front, whose forwarded headers count: client, scheme, host, path prefix",
    )
    public_url: str = setting(
        "",
        values.public_url,
        "the address that the published contract, samples and set-up links name, with the path where there is one",
        "as requested",
    )
    cors_origins: tuple[str, ...] = setting(
        (), values.origins, "exact origins whose scripts may call the service", "none"
    )
    private_providers: bool = setting(False, values.switch, "allows providers at addresses of private networks")
    forbidden_providers: str = setting(
        "", values.pattern, "a regular expression of hosts that may not be providers", "none"
    )
    provider_registrations: bool = setting(
        True,
        values.switch,
        "`off` refuses to switch registrations with providers on and leaves their fields out of the pages",
    )
    live_seconds: float = setting(3.0, values.pause, "seconds between two looks at a list that stays current, 1 to 300")
    request_limit: int = setting(
        1_000_000, values.count, "bytes of the largest request, uploads too; a proxy in front has its own limit"
    )
    sip_host: str = setting(
        "", values.sip_host, "the IP address of this machine that the engine listens at", "empty: no SIP engine"
    )
    sip_advertise: str = setting(
        "",
        values.sip_host,
        "the address that phones and providers are told instead, behind 1:1 NAT as in most clouds",
        "the same address",
    )
    sip_port: int = setting(5060, values.port, "where phones reach it over UDP and TCP")
    sip_tls_port: int = setting(5061, values.port, "where phones reach it over TLS")
    sip_certificate: str = setting("", values.file, "a PEM file; with it and its key phones may use TLS", "none")
    sip_certificate_key: str = setting("", values.file, "a PEM file: the key of the certificate", "none")
    sip_digest: str = setting("MD5", values.digest, "`SHA-256` where every phone knows it")
    sip_rpc_port: int = setting(5069, values.port, "the engine's control channel, on 127.0.0.1 alone")
    sip_database_url: str = setting("", values.postgresql, "PostgreSQL as the engine's own role", "the portal's")
    sip_workers: int = setting(
        1,
        values.workers,
        "processes that take SIP messages over UDP; with more, messages of a call that come within a millisecond may "
        "change places",
    )
    sip_register_retry: int = setting(
        60,
        values.retry,
        "seconds until a failed registration with a provider is first tried again, 5 to 3600; later pauses are longer",
    )
    fault_status: int = setting(500, values.fault_status, "`200` for SOAP clients that cannot read the body of a 500")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings of a process; SettingError names the first variable that is wrong."""
        given: dict[str, Any] = {
            declared.name: _parsed(variable, environment[variable], declared.metadata["parse"])
            for declared in fields(cls)
            if environment.get(variable := variable_of(declared.name), "") != ""
        }
        return cls(**given)

    @property
    def embedded(self) -> bool:
        """Return True when this process carries the provisioning service itself."""
        return not self.provisioning_url

    @property
    def store_url(self) -> str:
        """The address of the database; a file in the data directory unless another is set."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'sipsorcery.db'}"

    @property
    def is_loopback(self) -> bool:
        """Return True when the portal listens on this machine alone."""
        return is_loopback(self.host)

    @property
    def address(self) -> str:
        """The URL where a browser on this machine finds the portal."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 (no address to open)
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}"

    @property
    def service_address(self) -> str:
        """The URL that clients of the provisioning service are told to call; empty where only a request can tell."""
        if not self.embedded:
            return self.provisioning_url
        return self.public_url and self.public_url + ENDPOINT_PATH

    @property
    def sip(self) -> SipSettings:
        """The settings of the SIP engine."""
        return SipSettings(**{part.name: getattr(self, f"sip_{part.name}") for part in fields(SipSettings)})

    def engine_secret(self) -> str:
        """The secret that the portal shows the engine's control channel; made and kept in the data directory."""
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


def _parsed(variable: str, value: str, parse: Callable[[str], object]) -> Any:
    try:
        return parse(value.strip())
    except ValueError as error:
        raise SettingError(f"{variable}={value!r} is not valid: {error}") from error


def settings_table() -> str:
    """Return the settings as the table of README, a line for each."""
    lines = ["| variable | default | what it sets |", "|---|---|---|"]
    for declared in fields(Settings):
        shown = declared.metadata["shown"] or _shown(declared.default)
        lines.append(f"| `{variable_of(declared.name)}` | {shown} | {declared.metadata['meaning']} |")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
