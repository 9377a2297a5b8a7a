"""SIP URIs as providers are written with (spec, section 7.4; RFC 3261, section 19.1)."""

import re
from dataclasses import dataclass
from typing import Self

from .rules import is_blank


@dataclass(frozen=True)
class SIPURI:
    """A SIP URI in its parts; `host` carries the port, `parameters` and `headers` keep their marks."""

    scheme: str
    user: str | None
    host: str
    parameters: str = ""
    headers: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The URI of a text, with or without `sip:`; ValueError when there is no host, or an impossible one."""
        scheme, address = _split_scheme(text.strip())
        before_headers, mark, headers = address.partition("?")
        before, semicolon, parameters = before_headers.partition(";")
        user, at, host = before.rpartition("@")
        if not host or any(character in host for character in ',"<> '):
            raise ValueError(f"{text!r} is not a SIP address")
        return cls(scheme, user if at else None, host, semicolon + parameters, mark + headers)

    @property
    def transport(self) -> str:
        """Return the transport that requests to it take, in lower case: UDP where it names none."""
        named = re.search(r";transport=([^;?]*)", self.parameters, re.IGNORECASE)
        if self.scheme == "sips":
            return "tls"
        return named[1].lower() if named else "udp"

    @property
    def names_transport(self) -> bool:
        """Return whether it says which transport requests take."""
        return self.scheme == "sips" or ";transport=" in self.parameters.lower()

    @property
    def hosts(self) -> list[str]:
        """Return its host, and the `maddr` that overrides it (RFC 3261, section 19.1.1), each as it stands there."""
        return [self.host, *re.findall(r";maddr=([^;?]*)", self.parameters, re.IGNORECASE)]

    def __str__(self) -> str:
        user = "" if self.user is None else f"{self.user}@"
        return f"{self.scheme}:{user}{self.host}{self.parameters}{self.headers}"


def normalised(text: str | None) -> str | None:
    """The URI as it is stored: with its scheme; None for a blank text. ValueError for an impossible host."""
    return None if text is None or is_blank(text) else str(SIPURI.parse(text))


def split_port(host: str) -> tuple[str, int | None]:
    """Return the host of `host:port`, in lower case and with its brackets, and the port if there is one."""
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?", host.lower())
    if found is None:
        return host.lower(), None
    return found[1], int(found[2]) if found[2] else None


def _split_scheme(text: str) -> tuple[str, str]:
    for scheme in ("sips", "sip"):
        if text.lower().startswith(f"{scheme}:"):
            return scheme, text[len(scheme) + 1 :]
    return "sip", text
