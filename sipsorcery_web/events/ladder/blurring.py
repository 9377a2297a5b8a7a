"""Events without whom they are about: the same number, name or address has the same stand-in everywhere.

What is not known to say nothing of anybody is left out.
"""

import hashlib
import ipaddress
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sipsorcery_web.contract.sip_headers import long_name
from sipsorcery_web.events.event import Event
from sipsorcery_web.events.messages import SIPMessage
from sipsorcery_web.ip_addresses import IPAddress, read_address

from .ladder import is_message
from .sockets import read_socket, written

LEFT_OUT = "left-out"
KEPT_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "allow",
        "allow-events",
        "content-type",
        "cseq",
        "event",
        "expires",
        "max-forwards",
        "mime-version",
        "min-expires",
        "min-se",
        "privacy",
        "proxy-require",
        "rack",
        "require",
        "rseq",
        "server",
        "session-expires",
        "subscription-state",
        "supported",
        "unsupported",
        "user-agent",
    }
)
"""Header fields that say nothing of who calls whom, unless a phone has put it there."""
ADDRESS_HEADERS = frozenset(
    {
        "contact",
        "diversion",
        "from",
        "history-info",
        "p-asserted-identity",
        "p-called-party-id",
        "p-preferred-identity",
        "path",
        "record-route",
        "refer-to",
        "referred-by",
        "remote-party-id",
        "reply-to",
        "route",
        "service-route",
        "to",
    }
)
KEPT_PARAMETERS = frozenset({"comp", "expires", "lr", "ob", "q", "rport", "transport", "ttl", "user"})
KEPT_ATTRIBUTES = frozenset(
    {
        "fmtp",
        "group",
        "inactive",
        "maxptime",
        "mid",
        "ptime",
        "recvonly",
        "rtcp-mux",
        "rtpmap",
        "sendonly",
        "sendrecv",
        "setup",
        "silencesupp",
    }
)
_KEPT_LINES = {
    "v": re.compile(r"[0-9]{1,3}"),
    "t": re.compile(r"[0-9]{1,10} [0-9]{1,10}"),
    "b": re.compile(r"[A-Za-z-]{1,20}:[0-9]{1,10}"),
    "m": re.compile(r"[a-z]{1,20} [0-9]{1,5}(?:/[0-9]{1,3})? [A-Za-z0-9/]{1,30}(?: (?:[0-9]{1,3}|\*|t38))*"),
}
"""Lines of a description by their kinds, as they may be to be kept (RFC 8866)."""
_COUNTS = re.compile(r"[0-9]{1,10}(?: [0-9]{1,10})?(?: [A-Za-z]{1,20})?")
"""CSeq, RSeq, RAck and times."""
_TELLING = re.compile(
    r"(?<![\w:.])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w:])"
    r"|[^\s,;=\"<>]*@[^\s,;=\"<>]*"  # an address
    r"|\+?(?<![A-Za-z0-9])[0-9](?:[.()/-]?[0-9]){6,}|(?<![A-Za-z0-9])\+?[0-9]{2,}(?: [0-9]{3,})+"  # a number
    r"|(?<![A-Za-z0-9])[0-9A-Fa-f]{2}(?:[:-]?[0-9A-Fa-f]{2}){5,}(?![A-Za-z0-9])"  # a card's address, or an id
)
"""What tells of somebody by its form; an IP address comes first."""
_SHORTEST_NAME = 3
"""Characters of a name that is looked for in a text."""
_URI = re.compile(r"(sips?|tel):([^\s<>\",]*)", re.IGNORECASE)
_NAME_ADDR = re.compile(r'\s*("(?:[^"\\]|\\.)*"\s*|[^<",]*)<([^>]*)>([^,]*)')
_VIA = re.compile(r"(SIP\s*/\s*2\.0\s*/\s*[A-Za-z]+)\s+([^;\s,]+)([^,]*)", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:]*)((?::[0-9]*)?)")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]*")


@dataclass
class Blur:
    """The stand-ins of one ladder; whoever knows those of another one knows nothing of these."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    users: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)

    def events(self, events: Iterable[Event]) -> list[Event]:
        """Return the events blurred. Of those that are no messages only what kind they are is left.

        All are read twice: what a later one names may stand in the text of an earlier one.
        """
        events = list(events)
        for event in events:
            self._event(event)
        return [self._event(event) for event in events]

    def socket(self, text: str) -> str:
        """Return the stand-in of an address with a port, which stays."""
        found = read_socket(text)
        if found is None:
            return self.host(text)
        stand_in = read_address(self.host(str(found.address)))
        return written(stand_in or found.address, found.port) if stand_in else self.host(text)

    def host(self, host: str) -> str:
        """Return the stand-in of an address or a name of a host."""
        if not host.strip("[] "):
            return host
        address = read_address(host.strip())
        known = str(address) if address else host.strip().lower()
        if known not in self.hosts:
            self.hosts[known] = _stand_in(address, len(self.hosts) + 1)
        stand_in = self.hosts[known]
        return f"[{stand_in}]" if host.strip().startswith("[") else stand_in

    def user(self, user: str) -> str:
        """Return the stand-in of a user or a number; numbers are told from names."""
        if not user:
            return ""
        if user not in self.users:
            kind = "number" if re.fullmatch(r"[+0-9*#().-]+", user) else "user"
            self.users[user] = f"{kind}-{len(self.users) + 1}"
        return self.users[user]

    def _event(self, event: Event) -> Event:
        return replace(
            event,
            text=self._message(event.text) if is_message(event) else "",
            owners=frozenset(),
            source=self.socket(event.source) if event.source else "",
            destination=self.socket(event.destination) if event.destination else "",
            call_id=self._call_id(event.call_id) if event.call_id else "",
        )

    def _message(self, text: str) -> str:
        message = SIPMessage.of_text(text)
        fields = re.sub(r"\r?\n[ \t]+", " ", message.fields).splitlines()
        lines = [self._first_line(message), *map(self._field, fields)]
        body = "\r\n".join(map(self._sdp_line, message.sdp.splitlines()))
        return "\r\n".join(lines) + "\r\n\r\n" + (f"{body}\r\n" if body else "")

    def _first_line(self, message: SIPMessage) -> str:
        if message.is_request:
            return f"{message.method} {self._uri(message.uri)} SIP/2.0"
        if message.status:
            return f"SIP/2.0 {message.status} {_plain_phrase(message.reason)}".strip()
        return LEFT_OUT

    def _field(self, line: str) -> str:
        name, _, value = line.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}\s*", name):
            return f"X-Line: {LEFT_OUT}"
        return f"{name.strip()}: {self._value(long_name(name.strip()).lower(), value.strip())}"

    def _value(self, name: str, value: str) -> str:
        if name in KEPT_HEADERS or (name == "content-length" and value.isdecimal()):
            return value if _COUNTS.fullmatch(value) else self._text(value)
        write = {"via": self._vias, "call-id": self._call_id}.get(name)
        if write is None and name in ADDRESS_HEADERS:
            write = self._addresses
        return LEFT_OUT if write is None else write(value)

    def _addresses(self, value: str) -> str:
        """Blur a list of name-addr, or one addr-spec with parameters (RFC 3261, section 20.10)."""
        if value.strip() == "*":
            return "*"
        if "<" not in value:
            bare, semicolon, rest = value.partition(";")
            return self._uri(bare.strip()) + (self._parameters(semicolon + rest) if rest else "")
        found = _NAME_ADDR.findall(value)
        written_out = (
            f"{self._display_name(name)}<{self._uri(uri)}>{self._parameters(rest)}" for name, uri, rest in found
        )
        return ", ".join(written_out) or LEFT_OUT

    def _display_name(self, name: str) -> str:
        bare = name.strip().strip('"')
        if not bare:
            return ""
        return f'"{self.names.setdefault(bare, f"Name {len(self.names) + 1}")}" '

    def _uri(self, uri: str) -> str:
        scheme, colon, rest = uri.partition(":")
        if not colon or scheme.lower() not in ("sip", "sips", "tel"):
            return f"sip:{LEFT_OUT}.invalid"
        rest = rest.partition("?")[0]
        user, at, place = rest.rpartition("@")
        place, semicolon, parameters = place.partition(";")
        written_out = self._parameters(semicolon + parameters)
        if scheme.lower() == "tel":
            return f"tel:{self.user(place)}{written_out}"
        return f"{scheme}:{self._credentials(user) if at else ''}{at}{self._host_and_port(place)}{written_out}"

    def _credentials(self, user: str) -> str:
        return self.user(re.split("[:;]", user)[0])

    def _host_and_port(self, text: str) -> str:
        found = _HOST_AND_PORT.fullmatch(text.strip())
        return f"{self.host(found[1])}{found[2]}" if found else self.host(text)

    def _parameters(self, text: str) -> str:
        return "".join(filter(None, map(self._parameter, text.split(";")[1:])))

    def _parameter(self, text: str) -> str:
        name, equals, value = text.strip().partition("=")
        small, value = name.strip().lower(), value.strip()
        if not re.fullmatch(r"[a-z0-9.+_-]{1,40}", small):
            return ""
        if small in KEPT_PARAMETERS and _TOKEN.fullmatch(value):
            return f";{small}{equals}{value}"
        if small in ("received", "maddr"):
            return f";{small}={self.host(value)}"
        if small in ("tag", "branch"):
            return f";{small}={self._token(value)}"
        return ""

    def _vias(self, value: str) -> str:
        found = _VIA.findall(value)
        vias = (f"{by} {self._host_and_port(host)}{self._parameters(rest)}" for by, host, rest in found)
        return ", ".join(vias) or LEFT_OUT

    def _call_id(self, value: str) -> str:
        local, at, host = value.partition("@")
        return f"{self._token(local)}{at}{self.host(host) if at else ''}"

    def _token(self, value: str) -> str:
        """Return what stands for a random word: the same for the same one, and telling nothing of it."""
        made = hashlib.blake2s(value.encode("utf-8", "surrogatepass"), key=self.key, digest_size=6).hexdigest()
        return f"z9hG4bK{made}" if value.startswith("z9hG4bK") else made

    def _sdp_line(self, line: str) -> str:
        kind, _, value = line.partition("=")
        if kind in _KEPT_LINES:
            return line if _KEPT_LINES[kind].fullmatch(value) else "a=x-left-out"
        write: dict[str, Callable[[str], str]] = {"o": self._origin, "c": self._connection, "a": self._attribute}
        if kind in write:
            return f"{kind}={write[kind](value)}"
        return f"{kind}=-" if kind == "s" else "a=x-left-out"

    def _attribute(self, line: str) -> str:
        name, colon, value = line.partition(":")
        return f"{name}{colon}{self._text(value)}" if name.strip().lower() in KEPT_ATTRIBUTES else "x-left-out"

    def _text(self, text: str) -> str:
        """Return a text that is kept without the names, numbers and addresses that may stand in it."""
        text = _TELLING.sub(lambda found: self.host(found[0]) if read_address(found[0]) else LEFT_OUT, text)
        known = self._named
        return re.sub(r"[\w.+-]+", lambda found: known.get(found[0].lower(), found[0]), text) if known else text

    @property
    def _named(self) -> dict[str, str]:
        """Return what stands for the names that are known, which are in small letters."""
        whole = {**self.users, **self.hosts}
        words = {word: stand_in for name, stand_in in self.names.items() for word in name.split()}
        return {name.lower(): new for name, new in (words | whole).items() if len(name) >= _SHORTEST_NAME}

    def _origin(self, value: str) -> str:
        parts = value.split()
        if len(parts) < 6:
            return f"- 0 0 IN IP4 {LEFT_OUT}.invalid"
        return f"- 0 {_number(parts[2])} IN {_family(parts[4])} {self.host(parts[5])}"

    def _connection(self, value: str) -> str:
        parts = value.split()
        return f"IN {_family(parts[1])} {self.host(parts[2].partition('/')[0])}" if len(parts) > 2 else "IN IP4 0.0.0.0"


def _family(text: str) -> str:
    return "IP6" if text.upper() == "IP6" else "IP4"


def _number(text: str) -> str:
    return text if text.isascii() and text.isdecimal() else "0"


def _plain_phrase(phrase: str) -> str:
    """Return a reason phrase that is words alone: digits and signs may be numbers and addresses."""
    return phrase if re.fullmatch(r"[A-Za-z '/-]*", phrase) else LEFT_OUT


def _stand_in(address: IPAddress | None, number: int) -> str:
    """Return an address for documentation, or a name that nobody can have."""
    if address is None:
        return f"host-{number}.invalid"
    if address.version == 6:
        return f"2001:db8::{number:x}"
    return f"192.0.2.{number}" if number < 255 else str(ipaddress.IPv4Address("198.18.0.0") + number)
