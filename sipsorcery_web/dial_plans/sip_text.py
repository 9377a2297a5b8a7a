"""Makes text of scripts and callers fit for SIP: no argument can begin a header, end a quoted name or a URI."""

import re

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_OUTSIDE_USER = re.compile(r"[^0-9A-Za-z\-_.!~*'()&=+$,;?/%#]")  # RFC 3261, 25.1: user; # as phones send it
_HOST = re.compile(r"(?:[0-9A-Za-z\-_.]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PARAMETERS = re.compile(r"(?:;[0-9A-Za-z\-_.!~*'+%\[\]/:&$]+(?:=[0-9A-Za-z\-_.!~*'+%\[\]/:&$]*)?)*")
_TOKEN = re.compile(r"[0-9A-Za-z\-.!%*_+`'~]+")  # RFC 3261, 25.1: token
_DIAL_STRING_MARKS = re.compile(r"[&|\[\]]+")
LONGEST = 1024
"""Characters of a header's value, a reason or a name; what is longer is cut."""

UNTOUCHABLE = (
    frozenset({"via", "from", "to", "contact", "cseq", "call-id", "max-forwards", "content-length", "content-type"})
    | {"content-encoding", "route", "record-route", "authorization", "proxy-authorization", "require", "proxy-require"}
    | {"supported", "allow", "rack", "rseq", "expires", "replaces", "refer-to"}
    | {"v", "f", "t", "m", "i", "l", "c", "e", "k", "r"}
)
"""Headers that belong to the call itself, by their names and short forms (RFC 3261, 7.3.3), in lower case."""


class UnfitText(ValueError):
    """The text cannot stand in a SIP message; the message is a sentence for the plan's log."""


def one_line(text: str) -> str:
    """The text with each run of control characters, line ends among them, as one blank."""
    return _CONTROLS.sub(" ", text).strip()[:LONGEST]


def display_name(text: str) -> str:
    """A name that may stand between quotes."""
    return re.sub(r'["\\<>]+', "", one_line(text)).strip()


def user_part(text: str) -> str:
    """The user part of a URI; what may not stand there is escaped (RFC 3261, 19.1.2)."""
    return _OUTSIDE_USER.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text.strip())[
        :LONGEST
    ]


def host_part(text: str) -> str:
    """A host with or without a port. Raises UnfitText for anything else."""
    host = text.strip()
    if len(host) > 255 or not _HOST.fullmatch(host):
        raise UnfitText(f"“{one_line(host)[:60]}” is no host.")
    return host


def uri_parameters(text: str) -> str:
    """The parameters behind a host with their semicolons. Raises UnfitText where they are none."""
    if not _PARAMETERS.fullmatch(text) or len(text) > LONGEST:
        raise UnfitText(f"“{one_line(text)[:60]}” are no parameters of a SIP address.")
    return text


def header(name: str, value: str) -> tuple[str, str]:
    """A header as a script may set it. Raises UnfitText for the headers of the call itself and for impossible names."""
    name = name.strip()
    if not _TOKEN.fullmatch(name):
        raise UnfitText(f"“{one_line(name)[:60]}” is no name of a header.")
    if name.lower() in UNTOUCHABLE:
        raise UnfitText(f"The header {name} belongs to the call itself and is not set.")
    return name, one_line(value)


def headers(text: str) -> tuple[tuple[str, str], ...]:
    """Headers as `Respond` takes them, `Name: value` parted by `|`. Raises UnfitText for what is none."""
    parts = (part.partition(":") for part in text.split("|") if part.strip())
    return tuple(header(name, value) for name, _, value in parts)


def without_dial_string_marks(text: str) -> str:
    """Return what a stranger sent, without the marks that would make one leg two."""
    return _DIAL_STRING_MARKS.sub(" ", one_line(text)).strip()
