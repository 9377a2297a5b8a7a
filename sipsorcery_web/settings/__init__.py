"""The settings, read once from SIPSORCERY_* variables; a wrong value stops the start and names itself."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from email.headerregistry import Address
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from sipsorcery_web.ip_addresses import ContactPolicy, is_loopback, read_address
from sipsorcery_web.private_files import OTHERS_MAY_WRITE

from ..contract.names import ENDPOINT_PATH, NOTIFICATIONS_PATH
from . import values
from .data_dir import STORE, hold_data_dir, kept_secret, make_data_dir
from .environment import wipe
from .errors import SettingError as SettingError
from .sip import SipSettings as SipSettings
from .values import NewAccounts as NewAccounts
from .values import PortRange as PortRange
from .values import SMTPServer

V = TypeVar("V")


def setting(
    default: V, parse: Callable[[str], V], meaning: str, shown: str = "", *, is_confidential: bool = False
) -> V:
    """Declare a setting: its default, the parser of its variable, and what README says it sets.

    `shown` says in README what holds where the variable is not set; the default itself unless it is given. A
    confidential value is not repeated where it is wrong, and taken out of the environment of the running portal.
    """
    metadata = {"parse": parse, "meaning": meaning, "shown": shown, "is_confidential": is_confidential}
    declared: V = field(default=default, repr=not is_confidential, metadata=metadata)
    return declared


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"SIPSORCERY_{name.upper()}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that can be configured, each declared once; README's table is made of these declarations."""

    host: str = setting("127.0.0.1", str, "where the portal listens: an address of this machine")
    port: int = setting(8080, values.port, "where the portal listens: a port")
    workers: int = setting(
        values.cores(), values.workers, "processes that serve pages and programs, 1 to 64", "one for each core"
    )
    data_dir: Path = setting(Path("instance"), Path, "where the database and the keys live")
    keys_file: str = setting(
        "",
        str,
        "a file with the keys of what is sealed, such as a systemd credential; it is read, never written",
        "`keys` in the data directory",
    )
    keys: str = setting(
        "",
        str,
        "the keys themselves, with commas in place of ends of lines; gone from the environment once read",
        "`keys` in the data directory",
        is_confidential=True,
    )
    database_url: str = setting(
        "", str, "`postgresql://…` for PostgreSQL", "SQLite in the data directory", is_confidential=True
    )
    session_url: str = setting(
        "", str, "`redis://…` keeps browser sessions in Redis", "beside the database", is_confidential=True
    )
    secret_key: str = setting(
        "",
        str,
        "signs forms and cookies; the same on all machines that serve one portal",
        "made and kept in the data directory",
        is_confidential=True,
    )
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
    notifications_url: str = setting(
        "", str, "the address of that service's notifications, for the console", "empty: no console there"
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
        "the address that the published contract, samples, set-up links and mails name, and that passkeys belong to, "
        "with the path where there is one",
        "as requested; needed where other machines reach the portal, and for links in mails",
    )
    cors_origins: tuple[str, ...] = setting(
        (), values.origins, "exact origins whose scripts may call the service", "none"
    )
    max_accounts: int = setting(100, values.count, "how many SIP accounts a customer may have; `0` for any number")
    max_providers: int = setting(50, values.count, "how many SIP providers a customer may have; `0` for any number")
    max_dial_plans: int = setting(100, values.count, "how many dial plans a customer may have; `0` for any number")
    keep_records: int = setting(
        0,
        values.days,
        "days for which call records are kept; `0` for ever. How dial plans ran is kept as long, but at most 7 days",
        "for ever",
    )
    keep_audit: int = setting(
        365, values.days, "days for which it is kept who changed what; `0` for ever. What is removed leaves a hash"
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
    smtp_url: SMTPServer | None = setting(
        None,
        values.smtp_server,
        "where [mail](#mail) goes: `smtp://`, `smtp+starttls://` or `smtps://`, `user:password@` in front",
        "empty: no mail",
        is_confidential=True,
    )
    mail_from: Address | None = setting(
        None, values.mail_sender, "whom mails are from: `SIPSorcery <sip@example.org>`", "empty: no mail"
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
    sip_tls_authorities: str = setting(
        "", values.authorities, "a PEM file: authorities of providers' certificates, beside those of the system", "none"
    )
    sip_digest: str = setting("MD5", values.digest, "`SHA-256` where every phone knows it")
    sip_rpc_port: int = setting(5069, values.port, "the engine's control channel, on 127.0.0.1 alone")
    sip_third_party_port: int = setting(
        5068, values.port, "where calls come from that are asked for on pages and by plans, on this machine alone"
    )
    sip_database_url: str = setting(
        "", values.postgresql, "PostgreSQL as the engine's own role", "the portal's", is_confidential=True
    )
    sip_workers: int = setting(
        1,
        values.workers,
        "processes that take SIP messages over UDP; with more, messages of a call that come within a millisecond may "
        "change places",
    )
    sip_register_retry: int = setting(
        60,
        values.retry,
        "seconds until a failed registration with a provider is first tried again, 5 to 3600; later pauses are longer. "
        "Below 30 it is also the shortest pause between two attempts, otherwise 30 s",
    )
    daily_calls: int = setting(
        0,
        values.count,
        "how many calls a customer may make and get through dial plans in 24 hours, those under way among them; "
        "`0` for any number",
    )
    media: bool = setting(
        True,
        values.switch,
        "`off` leaves rtpengine out, which carries the sound of calls with a phone behind NAT",
    )
    media_ports: PortRange = setting(
        PortRange(30_000, 31_999),
        values.port_range,
        "UDP ports that sound comes to and leaves from, four for a call; phones and providers must reach them",
        "`30000-31999`",
    )
    media_control_port: int = setting(5065, values.port, "rtpengine's control channel, on 127.0.0.1 alone")
    log_format: str = setting(
        "text",
        values.log_format,
        "`json` has the portal log a JSON object a line; Kamailio's log is always JSON",
    )
    fault_status: int = setting(500, values.fault_status, "`200` for SOAP clients that cannot read the body of a 500")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings of a process; SettingError names the first variable that is wrong."""
        given: dict[str, Any] = {
            declared.name: _parsed(variable, environment[variable], declared.metadata)
            for declared in fields(cls)
            if environment.get(variable := variable_of(declared.name), "") != ""
        }
        if environment is os.environ:
            wipe(variable_of("keys"))
        return cls(**given)

    @classmethod
    def wipe_secrets(cls) -> None:
        """Remove what is confidential from this process's environment, for all that it starts from now on."""
        for declared in fields(cls):
            if declared.metadata["is_confidential"]:
                wipe(variable_of(declared.name))

    @property
    def embedded(self) -> bool:
        """Return True when this process carries the provisioning service itself."""
        return not self.provisioning_url

    @property
    def store_url(self) -> str:
        """The address of the database; a file in the data directory unless another is set."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / STORE}"

    def make_data_dir(self) -> None:
        """Make the data directory where it is missing. Raises OSError."""
        make_data_dir(self.data_dir)

    def hold_data_dir(self) -> int:
        """Take the data directory for one portal at a time. SettingError where one has it."""
        return hold_data_dir(self.data_dir)

    @property
    def audit_heads(self) -> Path:
        """The file beside the database that has the ends of the audit's chains."""
        return self.data_dir / "audit-heads"

    @property
    def contacts(self) -> ContactPolicy:
        """Return whom customers' requests may be sent to."""
        hosts = filter(None, (self.sip_host, self.sip_advertise))
        return ContactPolicy(self.private_providers, frozenset(filter(None, map(read_address, hosts))))

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
    def notifications_address(self) -> str:
        """The URL of the built-in notification service; empty where only a request can tell."""
        return self.public_url and self.public_url + NOTIFICATIONS_PATH

    @property
    def sip(self) -> SipSettings:
        """The settings of the SIP engine."""
        return SipSettings(**{part.name: getattr(self, f"sip_{part.name}") for part in fields(SipSettings)})

    def engine_secret(self) -> str:
        """The secret that the portal shows the engine's control channel; made and kept in the data directory."""
        return kept_secret(self.data_dir / "engine_secret")

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
        if len({self.sip_port, self.sip_tls_port, self.sip_rpc_port, self.sip_third_party_port, self.port}) < 5:
            raise SettingError(
                "SIPSORCERY_PORT, SIPSORCERY_SIP_PORT, SIPSORCERY_SIP_TLS_PORT, SIPSORCERY_SIP_RPC_PORT and "
                "SIPSORCERY_SIP_THIRD_PARTY_PORT must differ."
            )
        if {self.sip_port, self.media_control_port} & set(self.media_ports):
            raise SettingError(
                "SIPSORCERY_SIP_PORT and SIPSORCERY_MEDIA_CONTROL_PORT lie outside of SIPSORCERY_MEDIA_PORTS."
            )
        if self.media_control_port == self.sip_port:
            raise SettingError("SIPSORCERY_SIP_PORT and SIPSORCERY_MEDIA_CONTROL_PORT must differ.")
        if bool(self.sip_certificate) != bool(self.sip_certificate_key):
            raise SettingError("SIPSORCERY_SIP_CERTIFICATE and SIPSORCERY_SIP_CERTIFICATE_KEY belong together.")

    def check_keys(self) -> None:
        """SettingError for keys in two places."""
        if self.keys and self.keys_file:
            raise SettingError("SIPSORCERY_KEYS and SIPSORCERY_KEYS_FILE are both set. The keys are in one place.")

    def check_mail(self) -> None:
        """SettingError for a mail server without a sender, or the other way round."""
        if (self.smtp_url is None) != (self.mail_from is None):
            raise SettingError("SIPSORCERY_SMTP_URL and SIPSORCERY_MAIL_FROM belong together.")

    def check_public_url(self) -> None:
        """SettingError where strangers would have the published contract and the samples name a host of theirs."""
        if self.embedded and not self.public_url and (self.trusted_proxies or not self.is_loopback):
            reached = "SIPSORCERY_TRUSTED_PROXIES" if self.is_loopback else f"SIPSORCERY_HOST={self.host}"
            raise SettingError(
                f"with {reached} other machines reach the portal, and the published contract and samples would name "
                "whatever host a request asks for. Say in SIPSORCERY_PUBLIC_URL how browsers and programs reach it."
            )

    def check_backend(self) -> None:
        """SettingError for another service that would be sent passwords or tokens in clear across a network."""
        if self.embedded:
            if self.notifications_url:
                raise SettingError(
                    "SIPSORCERY_NOTIFICATIONS_URL needs SIPSORCERY_PROVISIONING_URL: "
                    "the built-in service has notifications of its own."
                )
            return
        self._check_address("SIPSORCERY_PROVISIONING_URL", self.provisioning_url, "passwords")
        if self.notifications_url:
            self._check_address("SIPSORCERY_NOTIFICATIONS_URL", self.notifications_url, "tokens")

    def _check_address(self, variable: str, url: str, secrets: str) -> None:
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address:
            raise SettingError(f"{variable} must be an http or https address.")
        if parts.scheme == "http" and not is_loopback(parts.hostname or "") and not self.allow_insecure_backend:
            raise SettingError(
                f"{variable} is plain http to another machine, so {secrets} would cross the network readable. "
                "Use https, or set SIPSORCERY_ALLOW_INSECURE_BACKEND=1."
            )

    def cache_folder(self) -> Path | None:
        """The folder of what can be made anew, made where it is missing; None where others could write to it."""
        folder = self.data_dir / "cache"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        return folder if found.st_uid == os.geteuid() and not found.st_mode & OTHERS_MAY_WRITE else None

    def signing_key(self) -> str:
        """The key that signs forms and cookies: the one that was set, else one made and kept in the data directory."""
        return self.secret_key or kept_secret(self.data_dir / "secret_key")


def _parsed(variable: str, value: str, metadata: Mapping[str, Any]) -> Any:
    try:
        return metadata["parse"](value.strip())
    except ValueError as error:
        named = variable if metadata["is_confidential"] else f"{variable}={value!r}"
        raise SettingError(f"{named} is not valid: {error}") from None


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
