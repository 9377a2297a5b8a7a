"""The configuration that Kamailio is given, from the settings and the domains of the service."""

import os
import re
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from sqlalchemy import URL, make_url

from sipsorcery_web.database.connection import kamailio_file
from sipsorcery_web.settings import Settings, SipSettings

from .call_records import WRONG_CREDENTIALS
from .claim import kamailio_folder
from .stranger_connections import KEPT_CONNECTION, STRANGERS_CONNECTION
from .tables import INVITE_FACTS

FOLDER = Path(__file__).parent
TEMPLATE = "kamailio.cfg.jinja"
ANSWER_TIMEOUT, RING_TIMEOUT = 5_000, 120_000
"""Milliseconds that a phone may be silent, and may ring."""
WRONG_PASSWORDS = 20
"""How many one address may have for one name in five minutes before it is refused without a look."""
WRONG_PASSWORDS_OF_ADDRESS = 1_000
"""How many it may have for all names together: what is counted takes memory."""
MOST_CONNECTIONS = 8_192
OPEN_FILES = 2 * MOST_CONNECTIONS
"""For the connections, and for what the processes need besides."""
LONGEST_REGISTRATION = 7200
"""Seconds that a phone may be registered for; its connection lives a little longer."""
MOST_REGISTRATIONS = 10
"""How many an account may have; the oldest gives way to one more."""


@dataclass(frozen=True)
class KamailioConfig:
    """Kamailio's configuration, and the folder that it is written to."""

    text: str
    folder: Path

    @property
    def path(self) -> Path:
        """The configuration file."""
        return self.folder / "kamailio.cfg"

    def write(self) -> Path:
        """Put it where Kamailio reads it; only its owner can, since it holds the secret of the control channel."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.unlink(missing_ok=True)
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.text)
        return self.path


def kamailio_config(settings: Settings, domains: Sequence[str]) -> KamailioConfig:
    """The configuration for these settings; `domains` are served, the settings' own among them."""
    sip = settings.sip
    address = make_url(settings.store_url)
    is_sqlite = kamailio_file(address) is not None
    text = _template().render(
        host=sip.bracketed_host,
        public_host=sip.public_host,
        public_host_pattern=re.sub(r"\W", ".", sip.public_host),
        port=sip.port,
        tls_port=sip.tls_port,
        rpc_port=sip.rpc_port,
        certificate=sip.certificate,
        certificate_key=sip.certificate_key,
        domain=settings.domain,
        domains=domains,
        driver="db_sqlite" if is_sqlite else "db_postgres",
        sqlite=is_sqlite,
        database=kamailio_address(address, sip),
        algorithm="" if sip.digest == "MD5" else "SHA-256",
        ha1_column="ha1_md5" if sip.digest == "MD5" else "ha1_sha256",
        invite_facts=INVITE_FACTS,
        ha1_column_with_domain="ha1b_md5" if sip.digest == "MD5" else "ha1b_sha256",
        replaced_dialog=_replaced_dialog(is_sqlite),
        longest_registration=LONGEST_REGISTRATION,
        most_registrations=MOST_REGISTRATIONS,
        answer_timeout=ANSWER_TIMEOUT,
        ring_timeout=RING_TIMEOUT,
        attempts=WRONG_PASSWORDS,
        attempts_of_address=WRONG_PASSWORDS_OF_ADDRESS,
        wrong_credentials=WRONG_CREDENTIALS,
        stranger_seconds=STRANGERS_CONNECTION,
        kept_seconds=KEPT_CONNECTION,
        most_connections=MOST_CONNECTIONS,
        open_files=_open_files(),
        secret=settings.engine_secret(),
        workers=sip.workers,
    )
    return KamailioConfig(text, kamailio_folder(settings))


def kamailio_address(address: URL, sip: SipSettings) -> str:
    """The database as Kamailio is told of it: Kamailio's own file, or the same PostgreSQL database."""
    file = kamailio_file(address)
    if file is not None:
        return f"sqlite:///{file}"
    own = make_url(sip.database_url) if sip.database_url else address
    return own.set(drivername="postgres", query={}).render_as_string(hide_password=False)


def _replaced_dialog(is_sqlite: bool) -> str:
    """The query for the dialog that a Replaces header names; what strangers wrote there reaches SQL in hexadecimal."""

    def text(variable: str) -> str:
        return f"CAST(x'{variable}' AS TEXT)" if is_sqlite else f"convert_from(decode('{variable}', 'hex'), 'UTF8')"

    def owner(name: str) -> str:
        of_it = "v.hash_entry = d.hash_entry AND v.hash_id = d.hash_id AND v.dialog_key = 'invite'"
        facts = "v.dialog_value" if is_sqlite else "CAST(v.dialog_value AS json)"
        return f"(SELECT {facts} ->> '{name}' FROM dialog_vars v WHERE {of_it}) AS {name}"  # noqa: S608

    ours, theirs = text("$var(to_tag)"), text("$var(from_tag)")
    return (
        f"SELECT d.callid, d.caller_contact, d.callee_contact, {owner('caller_owner')}, {owner('callee_owner')} "  # noqa: S608
        f"FROM dialog d WHERE d.callid = {text('$var(replaced)')} "
        f"AND ((d.from_tag = {theirs} AND d.to_tag = {ours}) OR (d.from_tag = {ours} AND d.to_tag = {theirs}))"
    )


def kamailio_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of Kamailio's process: UTC for its times, and options for its connections to PostgreSQL.

    That is the schema with its tables, and not to wait for the disk. A power failure may cost the rows of calls of the
    last moment, which nobody was promised. Registrations are promised to phones, so a trigger of their table has them
    wait all the same (revision 0006 of the migrations).
    """
    given = make_url(settings.store_url).query.get("options")
    options = [given] if isinstance(given, str) else []
    return {**os.environ, "TZ": "UTC", "PGOPTIONS": " ".join([*options, "-csynchronous_commit=off"])}


def _open_files() -> int:
    """Return the number of open files that Kamailio wants, if it may.

    It does not start with more than the system allows.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)


def _template() -> Template:
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
    return environment.get_template(TEMPLATE)
