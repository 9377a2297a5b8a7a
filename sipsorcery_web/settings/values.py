"""The values of settings, parsed from the text of a variable; ValueError says what it may be."""

import ipaddress
import os
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sipsorcery_web.ip_addresses import is_loopback

_PUBLIC_URL = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[\w./~%-]*)?", re.ASCII)
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?")  # as browsers send it: RFC 6454, section 6.2


@dataclass(frozen=True)
class NewAccounts:
    """The policy on new customer accounts: `policy` is open, invite, closed or limit."""

    policy: str
    limit: int = 0
    chosen: bool = False
    """Set by the operator, rather than left at the default."""


@dataclass(frozen=True)
class SMTPServer:
    """A mail server: `security` is none, starttls or tls."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class PortRange:
    """Ports from `first` to `last`, both among them."""

    first: int
    last: int

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def switch(value: str) -> bool:
    """Return whether something is on."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.lower() not in words:
        raise ValueError("it is one of 1, 0, true, false, yes, no, on, off")
    return words[value.lower()]


def port(value: str) -> int:
    """Return the number of a port."""
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise ValueError("a port is a number from 1 to 65535")
    return int(value)


def port_range(value: str) -> PortRange:
    """Return a range of ports that is wide enough for ten calls."""
    first, _, last = (part.strip() for part in value.partition("-"))
    if not (first.isdigit() and last.isdigit()) or not 1024 <= int(first) <= int(last) - 39 <= 65496:
        raise ValueError("it is two ports from 1024 to 65535, such as 30000-31999, with at least 40 in all")
    return PortRange(int(first), int(last))


def sip_host(value: str) -> str:
    """Return the IP address of one machine, without brackets."""
    try:
        address = ipaddress.ip_address(value.strip("[]"))
    except ValueError as error:
        raise ValueError("it is the IP address of this machine that phones reach") from error
    if address.is_unspecified:
        raise ValueError("phones are told this address, so it is one of this machine's, not all of them")
    return str(address)


def digest(value: str) -> str:
    """Return the name of a digest algorithm (RFC 8760)."""
    if value.upper() not in ("MD5", "SHA-256"):
        raise ValueError("it is MD5, which every phone knows, or SHA-256")
    return value.upper()


def file(value: str) -> str:
    """Return the absolute path of a file that exists and that the configuration of Kamailio can name."""
    path = Path(value)
    if '"' in value or not path.is_file():
        raise ValueError("there is no such file")
    return str(path.absolute())


def authorities(value: str) -> str:
    """Return the absolute path of a file with certificates of authorities."""
    path = file(value)
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError as error:
        raise ValueError("there is no certificate in PEM form in it") from error
    return path


def postgresql(value: str) -> str:
    """Return the address of a PostgreSQL database."""
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("it is a postgresql:// address")
    return value


def cores() -> int:
    """Return how many cores this process may use, at most as many as there can be workers."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 64)


def workers(value: str) -> int:
    """Return how many processes there are, 1 to 64."""
    if not value.isdigit() or not 1 <= int(value) <= 64:
        raise ValueError("it is how many processes there are, 1 to 64")
    return int(value)


def retry(value: str) -> int:
    """Return a number of seconds from 5 to 3600."""
    if not value.isdigit() or not 5 <= int(value) <= 3600:
        raise ValueError("it is a number of seconds from 5 to 3600")
    return int(value)


def seconds(value: str) -> float:
    """Return a number of seconds above 0, up to 300."""
    seconds = _number(value)
    if not 0 < seconds <= 300:
        raise ValueError("it is a number of seconds above 0, up to 300")
    return seconds


def pause(value: str) -> float:
    """Return a number of seconds from 1 to 300."""
    seconds = _number(value)
    if not 1 <= seconds <= 300:
        raise ValueError("it is a number of seconds from 1 to 300")
    return seconds


def _number(value: str) -> float:
    """Return the number; what is none lies outside every range, and is refused with the words for that."""
    try:
        return float(value)
    except ValueError:
        return float("nan")


def count(value: str) -> int:
    """Return a whole number from 0 on."""
    if not value.isdigit():
        raise ValueError("it is a whole number")
    return int(value)


def days(value: str) -> int:
    """Return a number of days from 0 on, up to a hundred years."""
    if not value.isdigit() or int(value) > 36_500:
        raise ValueError("it is a whole number of days, at most 36500")
    return int(value)


def pattern(value: str) -> str:
    """Return a regular expression that can be compiled."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"it is a regular expression ({error})") from error
    return value


def fault_status(value: str) -> int:
    """Return the HTTP status of faults, 200 or 500."""
    if value not in ("200", "500"):
        raise ValueError("faults are sent with status 500 or 200")
    return int(value)


def log_format(value: str) -> str:
    """Return the format of the log, text or json."""
    if value.lower() not in ("text", "json"):
        raise ValueError("the log is text or json")
    return value.lower()


def public_url(value: str) -> str:
    """Return an http or https address without a slash at its end."""
    if not _PUBLIC_URL.fullmatch(value):
        raise ValueError("it is an http or https address such as https://sip.example.org")
    return value.rstrip("/")


def origins(value: str) -> tuple[str, ...]:
    """Return the origins in a list with commas, as browsers send them."""
    return tuple(_origin(origin.strip().lower()) for origin in value.split(",") if origin.strip())


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError(f"{value} is not a single site such as https://phones.example.org, without a path")
    return value.removesuffix(":443" if value.startswith("https:") else ":80")


def domain(value: str) -> str:
    """Return a domain name in lower case, without a dot at its end."""
    name = value.lower().rstrip(".")
    labels = [part.replace("-", "") for part in name.split(".")]
    if len(name) > 128 or not name.isascii() or not all(label.isalnum() for label in labels):
        raise ValueError("it is a domain name such as sip.example.org")
    return name


def new_accounts(value: str) -> NewAccounts:
    """Return who may create a customer account."""
    if value in ("open", "invite", "closed"):
        return NewAccounts(value, chosen=True)
    if not value.isdigit() or int(value) == 0:
        raise ValueError("it is open, invite, closed, or how many accounts there may be (at least 1)")
    return NewAccounts("limit", int(value), chosen=True)


_SMTP = {"smtp": ("none", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}
"""The security and the usual port of each scheme (RFC 5321, 6409, 8314)."""


def smtp_server(value: str) -> SMTPServer:
    """Return the mail server of an address; user and password are escaped as in any URL."""
    try:
        parts = urlsplit(value)
        given_port = parts.port
    except ValueError as error:
        raise ValueError("its host or its port cannot be read") from error
    if parts.scheme not in _SMTP or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("it is an address such as smtps://user:password@mail.example.org, smtp+starttls:// or smtp://")
    security, usual_port = _SMTP[parts.scheme]
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(username) != bool(password):
        raise ValueError("user and password belong together")
    if password and security == "none" and not is_loopback(parts.hostname):
        raise ValueError("a password would cross the network readable; use smtps:// or smtp+starttls://")
    return SMTPServer(parts.hostname, given_port or usual_port, security, username, password)


def mail_sender(value: str) -> Address:
    """Return the sender of mails, an address with or without a name in front."""
    name, address = parseaddr(value)
    try:
        sender = Address(name, addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise ValueError("it is a mail address such as SIPSorcery <sip@example.org>") from error
    if not sender.username or not sender.domain or not value.isprintable():
        raise ValueError("it is a mail address such as SIPSorcery <sip@example.org>")
    return sender
