"""Header fields of SIP messages: as they are read, whoever wrote them, and what may stand in one (RFC 3261, 7.3)."""

import re

_SHORT = {
    "b": "Referred-By",
    "c": "Content-Type",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
}
_FOLDED = re.compile(r"\r?\n[ \t]+")
_LINE_END = re.compile(r"\r?\n")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_NAMED = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>')


def read_headers(block: str) -> list[tuple[str, str]]:
    """The names and values of a block of header fields, in their order; a short name is the long one (7.3.3)."""
    lines = (line.partition(":") for line in _LINE_END.split(_FOLDED.sub(" ", block)))
    named = ((name.strip(), value.strip()) for name, colon, value in lines if colon)
    return [(long_name(name), value) for name, value in named]


def long_name(name: str) -> str:
    """The name of a header field that may be written short."""
    return _SHORT.get(name.lower(), name)


def one_line(text: str) -> str:
    """A text with each run of control characters as one blank: a header cannot become two."""
    return _CONTROLS.sub(" ", text)


def name_and_uri(value: str) -> tuple[str, str]:
    """The display name and the URI of the first address in a header such as Contact or From (20.10)."""
    named = _NAMED.match(value)
    if named is None:
        return "", value.partition(";")[0].partition(",")[0].strip()
    return re.sub(r"\\(.)", r"\1", named[1] or "") or named[2] or "", named[3].strip()


def uri_in(value: str) -> str:
    """The URI of the first address in a header, without the parameters of the header."""
    return name_and_uri(value)[1]
