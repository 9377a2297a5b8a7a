"""The host that a request names (RFC 9110, 7.2): one that can be none is refused before anything reads it."""

import logging
import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address
from typing import Any

LONGEST = 253
LAST_PORT = 65535
SHOWN = 100
REFUSAL = b"The header Host names no host.\n"
HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", str(len(REFUSAL))),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]

_HOST = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[\w-]{1,63}(?:\.[\w-]{1,63})*\.?))(?::(?P<port>\d+))?", re.ASCII
)

log = logging.getLogger(__name__)


def is_host(text: str) -> bool:
    """Return True for a name or an address as URIs write it, with or without a port (RFC 3986, 3.2.2)."""
    found = _HOST.fullmatch(text)
    if found is None or len(found["name"] or "") > LONGEST:
        return False
    return _is_ipv6(found["ipv6"]) and (found["port"] is None or _is_port(found["port"]))


def _is_ipv6(text: str | None) -> bool:
    try:
        return text is None or bool(IPv6Address(text).packed)
    except ValueError:
        return False


def _is_port(digits: str) -> bool:
    return len(digits) <= len(str(LAST_PORT)) and 0 < int(digits) <= LAST_PORT


class HostsChecked:
    """A WSGI application that is asked only for hosts that there can be. HTTP/1.0 needs to name none.

    `refusals` are applications that refuse the others, by the beginning of the paths that they do it for.
    """

    def __init__(self, app: Any, refusals: Mapping[str, Any] | None = None) -> None:
        self._app = app
        self._refusals = refusals or {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        named = environ.get("HTTP_HOST")
        if is_host(named) if named is not None else environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
            answer: Iterable[bytes] = self._app(environ, start_response)
            return answer
        log.warning("A request is refused: it names the host %r.", (named or "")[:SHOWN])
        for beginning, refuse in self._refusals.items():
            if environ.get("PATH_INFO", "").startswith(beginning):
                refusal: Iterable[bytes] = refuse(environ, start_response)
                return refusal
        start_response("400 Bad Request", HEADERS)
        return [REFUSAL]
