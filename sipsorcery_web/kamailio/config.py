"""The configuration that Kamailio is given, from the settings and the domains of the service."""

import hashlib
import re
import resource
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from sqlalchemy import URL, make_url

from sipsorcery_web.calls.third_party.assembly import proxy_secret
from sipsorcery_web.child_environment import child_environment
from sipsorcery_web.database.connection import kamailio_file
from sipsorcery_web.ip_addresses import NOT_PUBLIC, own_addresses
from sipsorcery_web.private_files import write_private
from sipsorcery_web.settings import Settings, SipSettings

from .call_records import ELSEWHERE, MISSING_PLAN, WRONG_CREDENTIALS
from .claim import kamailio_folder
from .ports import CHANNEL_HOST
from .provider_registrations.addresses import MARK
from .rpc import rpc_secret
from .stranger_connections import KEPT_CONNECTION, STRANGERS_CONNECTION
from .tables import INVITE_FACTS

FOLDER = Path(__file__).parent
TEMPLATE, TLS_TEMPLATE = "kamailio.cfg.jinja", "tls.cfg.jinja"
ANSWER_TIMEOUT, RING_TIMEOUT, LONGEST_RINGING = 5_000, 120_000, 180_000
"""Milliseconds that a phone may be silent, may ring without a word, and may ring in all."""
AWAY = 15
"""Seconds that call control may be away until those who wait for it are refused."""
LONGEST_PLAN = 310
"""Seconds that a plan may take until its call is answered: a little longer than dial plans have in all."""
MOST_LEGS_IN_LINE = 8
"""How many legs a call may have one behind the other: more than plans within each other, and the call itself."""
WRONG_PASSWORDS = 20
"""How many one address may have for one name in five minutes before it is refused without a look."""
WRONG_PASSWORDS_OF_ADDRESS = 1_000
"""How many it may have for all names together: what is counted takes memory."""
MOST_CONNECTIONS = 8_192
OPEN_FILES = 2 * MOST_CONNECTIONS
"""For the connections, and for what the processes need besides."""
IDENTITY_HEADERS = (
    "^(P-Asserted-Identity|P-Preferred-Identity|P-Asserted-Service|P-Preferred-Service|P-Charging-.*|P-Access-.*|"
    "P-Called-Party-ID|P-Associated-URI|P-Visited-Network-ID|P-User-Database|P-Profile-Key|P-Served-User|Remote-Party-ID|"
    "Identity|Identity-Info|Diversion|History-Info|Alert-Info|Call-Info|Error-Info)$"
)
"""Headers by which networks that trust each other say who calls, and what a phone is to fetch or to ring with."""
LONGEST_REGISTRATION = 7200
"""Seconds that a phone may be registered for; its connection lives a little longer."""
UNTIL_TOLD = 5
"""Seconds after which a provider may call again that called before all addresses of providers were told."""
LIBPQ_VARIABLES = {
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "passfile": "PGPASSFILE",
}
"""Variables for what Kamailio's address of PostgreSQL has no place for."""
MOST_REGISTRATIONS = 10
"""How many an account may have; the oldest gives way to one more."""


LIMITS = {
    "longest_plan": LONGEST_PLAN,
    "away_seconds": AWAY,
    "longest_ringing": LONGEST_RINGING,
    "most_legs_in_line": MOST_LEGS_IN_LINE,
    "longest_registration": LONGEST_REGISTRATION,
    "most_registrations": MOST_REGISTRATIONS,
    "answer_timeout": ANSWER_TIMEOUT,
    "ring_timeout": RING_TIMEOUT,
    "attempts": WRONG_PASSWORDS,
    "attempts_of_address": WRONG_PASSWORDS_OF_ADDRESS,
    "until_told": UNTIL_TOLD,
    "stranger_seconds": STRANGERS_CONNECTION,
    "kept_seconds": KEPT_CONNECTION,
    "most_connections": MOST_CONNECTIONS,
}
TEXTS = {
    "channel_host": CHANNEL_HOST,
    "identity_headers": IDENTITY_HEADERS,
    "invite_facts": INVITE_FACTS,
    "wrong_credentials": WRONG_CREDENTIALS,
    "missing_plan": MISSING_PLAN,
    "elsewhere": ELSEWHERE,
    "providers_told": MARK,
}


@dataclass(frozen=True)
class KamailioConfig:
    """Kamailio's configuration, and the folder that it is written to."""

    text: str
    folder: Path
    tls: str = ""
    """The text of the file about TLS; empty without a certificate."""

    @property
    def path(self) -> Path:
        """The configuration file."""
        return self.folder / "kamailio.cfg"

    def write(self) -> Path:
        """Put it where Kamailio reads it; only its owner can, since it holds the secret of the control channel."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self.path, self.text)
        if self.tls:
            write_private(tls_file(self.folder), self.tls)
        return self.path


def tls_file(folder: Path) -> Path:
    """Return the file about TLS in Kamailio's folder."""
    return folder / "tls.cfg"


def kamailio_config(settings: Settings, domains: Sequence[str], relays_media: bool = False) -> KamailioConfig:
    """The configuration for these settings; `domains` are served, the settings' own among them.

    With `relays_media` sound goes through rtpengine where NAT asks for it.
    """
    folder = kamailio_folder(settings)
    text = _template(TEMPLATE).render(
        **LIMITS,
        **TEXTS,
        **_sip(settings),
        **_secrets(settings),
        **_store(settings),
        domain=settings.domain,
        domains=domains,
        tls_config=tls_file(folder),
        open_files=_open_files(),
        media_control_port=settings.media_control_port if relays_media else None,
        private_providers=settings.private_providers,
        not_contacted_v4=_not_contacted(settings, 4),
        not_contacted_v6=_not_contacted(settings, 6),
    )
    return KamailioConfig(text, folder, _tls_text(settings.sip) if settings.sip.certificate else "")


def _sip(settings: Settings) -> dict[str, object]:
    """Return where Kamailio listens, and what phones see of it."""
    sip = settings.sip
    return {
        "host": sip.bracketed_host,
        "public_host": sip.public_host,
        "public_host_pattern": re.sub(r"\W", ".", sip.public_host),
        "port": sip.port,
        "tls_port": sip.tls_port,
        "rpc_port": sip.rpc_port,
        "third_party_port": sip.third_party_port,
        "third_party_at": sip.third_party_address,
        "certificate": sip.certificate,
        "workers": sip.workers,
    }


def _secrets(settings: Settings) -> dict[str, str]:
    secret = settings.engine_secret()
    return {
        "secret": secret,
        "secret_digest": hashlib.sha256(secret.encode()).hexdigest(),
        "rpc_secret": rpc_secret(secret),
        "third_party_secret": proxy_secret(settings),
    }


def _store(settings: Settings) -> dict[str, object]:
    """Return how Kamailio reads the store, and the columns with the digests that it asks for."""
    address = make_url(settings.store_url)
    is_sqlite = kamailio_file(address) is not None
    is_md5 = settings.sip.digest == "MD5"
    return {
        "driver": "db_sqlite" if is_sqlite else "db_postgres",
        "sqlite": is_sqlite,
        "database": kamailio_address(address, settings.sip),
        "algorithm": "" if is_md5 else "SHA-256",
        "ha1_column": "ha1_md5" if is_md5 else "ha1_sha256",
        "ha1_column_with_domain": "ha1b_md5" if is_md5 else "ha1b_sha256",
        "replaced_dialog": _replaced_dialog(is_sqlite),
        "account_of_contact": _account_of_contact(is_sqlite),
        "noted_of_dialog": _noted_of_dialog(is_sqlite),
    }


def _tls_text(sip: SipSettings) -> str:
    return _template(TLS_TEMPLATE).render(
        certificate=sip.certificate,
        certificate_key=sip.certificate_key,
        system_authorities=ssl.get_default_verify_paths().capath,
        authorities=sip.tls_authorities,
    )


def _not_contacted(settings: Settings, version: int) -> str:
    """Return the networks of a version of IP that nothing may be sent to: those not public, and this machine."""
    hosts = [*settings.contacts.own, *own_addresses()]
    networks = [*NOT_PUBLIC, *(ip_network(host) for host in hosts)]
    return ",".join(dict.fromkeys(str(network) for network in networks if network.version == version))


def kamailio_address(address: URL, sip: SipSettings) -> str:
    """The database as Kamailio is told of it: Kamailio's own file, or the same PostgreSQL database."""
    file = kamailio_file(address)
    if file is not None:
        return f"sqlite:///{file}"
    found = _libpq_parameters(_own_address(address, sip))
    return URL.create(
        "postgres",
        found.get("user"),
        found.get("password"),
        None if _is_socket(found) else found.get("host"),
        int(found["port"]) if "port" in found else None,
        found.get("dbname"),
    ).render_as_string(hide_password=False)


def _own_address(address: URL, sip: SipSettings) -> URL:
    return make_url(sip.database_url) if sip.database_url else address


def _libpq_parameters(address: URL) -> dict[str, str]:
    """Return what a connection of the portal is made with: its variables of libpq are none of Kamailio's."""
    from sipsorcery_web.database.postgresql import libpq_parameters  # its driver is installed only where it is used

    return libpq_parameters(address)


def _is_socket(parameters: Mapping[str, str]) -> bool:
    return parameters.get("host", "").startswith("/")


def _text_of(variable: str, is_sqlite: bool) -> str:
    """Return the SQL for a variable's text: what strangers wrote reaches SQL in hexadecimal."""
    return f"CAST(x'{variable}' AS TEXT)" if is_sqlite else f"convert_from(decode('{variable}', 'hex'), 'UTF8')"


def _noted(key: str) -> str:
    """Return the SQL for what is noted of a dialog under a key."""
    of_it = "v.hash_entry = d.hash_entry AND v.hash_id = d.hash_id"
    return f"(SELECT v.dialog_value FROM dialog_vars v WHERE {of_it} AND v.dialog_key = '{key}')"  # noqa: S608


def _noted_of_invite(name: str, is_sqlite: bool) -> str:
    facts = _noted("invite") if is_sqlite else f"CAST({_noted('invite')} AS json)"
    return f"({facts} ->> '{name}')"


def _account_of_contact(is_sqlite: bool) -> str:
    """Return the query for the account with a phone that has a Contact, whatever parameters that has."""
    contact = _text_of("$var(contact)", is_sqlite)
    return (
        "SELECT min(username) AS username, min(domain) AS domain, count(DISTINCT aor) AS accounts FROM "  # noqa: S608
        "(SELECT username, domain, username || '@' || domain AS aor FROM location "
        f"WHERE contact = {contact} OR substr(contact, 1, length({contact}) + 1) = {contact} || ';') AS phones"
    )


def _replaced_dialog(is_sqlite: bool) -> str:
    """The query for the dialog that a Replaces header names."""
    names = ("caller_owner", "callee_owner", "dst_uri")
    facts = ", ".join(f"{_noted_of_invite(name, is_sqlite)} AS {name}" for name in names)
    ours, theirs = _text_of("$var(to_tag)", is_sqlite), _text_of("$var(from_tag)", is_sqlite)
    return (
        f"SELECT d.callid, d.from_tag, d.caller_contact, d.callee_contact, d.from_uri, d.to_uri, {facts} "  # noqa: S608
        f"FROM dialog d WHERE d.callid = {_text_of('$var(replaced)', is_sqlite)} "
        f"AND ((d.from_tag = {theirs} AND d.to_tag = {ours}) OR (d.from_tag = {ours} AND d.to_tag = {theirs}))"
    )


def _noted_of_dialog(is_sqlite: bool) -> str:
    """The query for what is noted of the dialog with a Call-ID."""
    keys = {name: _noted(name) for name in ("leg", "up_id", "contact", "transfer")}
    keys |= {name: _noted_of_invite(name, is_sqlite) for name in ("caller_owner", "callee_owner", "dst_uri")}
    facts = ", ".join(f"max(COALESCE({value}, '')) AS {name}" for name, value in keys.items())
    return f"SELECT {facts} FROM dialog d WHERE d.callid = {_text_of('$var(of_call)', is_sqlite)}"  # noqa: S608


def kamailio_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of Kamailio's process: UTC for its times, and options for its connections to PostgreSQL.

    That is the schema with its tables, and not to wait for the disk. A power failure may cost the rows of calls of the
    last moment, which nobody was promised. Registrations are promised to phones, so a trigger of their table has them
    wait all the same (revision 0006 of the migrations). Nothing confidential is there: passwords are in the
    configuration, which only its owner can read.
    """
    environment = child_environment() | {"TZ": "UTC"}
    address = make_url(settings.store_url)
    if kamailio_file(address) is not None:
        return environment
    own = _libpq_parameters(_own_address(address, settings.sip))
    environment |= {variable: own[name] for name, variable in LIBPQ_VARIABLES.items() if name in own}
    if _is_socket(own):
        environment["PGHOST"] = own["host"]
    options = [_libpq_parameters(address).get("options", ""), "-csynchronous_commit=off"]
    return environment | {"PGOPTIONS": " ".join(filter(None, options))}


def _open_files() -> int:
    """Return the number of open files that Kamailio wants, if it may.

    It does not start with more than the system allows.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 (a configuration, not a page; the settings are checked where they are read)
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#-",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
