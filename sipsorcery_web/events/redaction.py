"""SIP messages without what is secret in them. What is not known to be harmless is left out, and no bytes raise.

All of it takes time in proportion to the message, since strangers write them.
"""

import base64
import re
from collections.abc import Iterator, Sequence

from sipsorcery_web.contract.sip_headers import read_headers

HIDDEN = "***"
MOST_CHARACTERS = 16_384
"""Of the head, and of the body."""

LONGEST_SHOWN = 200

_LINE_END = r"(?>\r\n|\r|\n)"
_HEAD_END = re.compile(f"{_LINE_END}{_LINE_END}".encode())
_LINES = re.compile(_LINE_END)
_START = re.compile(r"(?:[A-Za-z0-9.!%*_+`'~-]+ \S+ SIP/2\.0|SIP/2\.0 [0-9]{3}(?: .*)?)", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z0-9.!%*_+`'~-]+)[ \t]*:")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SECRET_NAMES = re.compile(
    r"auth|token|secret|passw|pwd|cookie|credential|key|signature|jwt|^identity$|^y$|^x-engine-|^x-third-party"
)
_SCHEMES = ("sip", "sips", "tel", "http", "https")
_CHALLENGES = ("www-authenticate", "proxy-authenticate")
"""Headers that the pattern of names would hide, and that have nothing to hide."""
_PARAMETER = re.compile(r'(?<![\w.+-])([\w.+-]++)(\s*+=\s*+)("[^"]*+"?|[^\s,;&>"]*+)')
_SECRET_PARAMETERS = re.compile(
    r"auth|token|secret|passw|pwd|cookie|credential|api.?key|signature|jwt"
    r"|^(?:response|rspauth|nextnonce|cnonce|pass|sig|pn-tok|pn-prid|pn-param)$",
    re.IGNORECASE,
)
_SCHEME_AND_SECRET = re.compile(r"\b(bearer|basic)([ \t]++)([A-Za-z0-9+/_.~=-]{4,}+)", re.IGNORECASE)
_KEY = re.compile(r"\b((?:inline|ice-pwd|clear|base64):[ \t]*+)\S++", re.IGNORECASE)
"""Of media, wherever it stands."""
_NAME = re.compile(r"(?<![\w-])([\w-]++)[ \t]*+:")
_WORD = re.compile(r"[^\s<>]++")
_SIP_SCHEME = re.compile(r"sips?:|://", re.IGNORECASE)
_ONLY_REPLACES = re.compile(r"Replaces=[^&]*+", re.IGNORECASE)
_SDP_LINE = re.compile(r"[a-z]=.*")
_SECRET_ATTRIBUTES = re.compile(r"crypto|ice-pwd|key-mgmt|inline|auth|token|secret|passw|pwd|credential", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"a=[a-z0-9-]{1,20}:")
_PLAIN = ("binary", "8bit", "7bit", "identity")
"""Encodings that are none."""
_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))', re.IGNORECASE)


def is_sip(message: bytes) -> bool:
    """Return True where the first line is that of a SIP message."""
    return _START.fullmatch(_text(message.partition(b"\n")[0]).rstrip("\r")) is not None


def redacted(message: bytes) -> str:
    """Return a message as it may be kept and shown; only its size where it is none."""
    if not is_sip(message):
        return f"({len(message)} bytes that are no SIP message)"
    head, body = split(message)
    start, _, fields = head.partition("\r\n")
    lines = [scrubbed(start), *(_field(field) for field in _fields(fields))]
    shown = _cut("\r\n".join(lines))
    return f"{shown}\r\n\r\n{_cut(_body(read_headers(fields), body))}"


def shown(text: str) -> str:
    """Return what a stranger has written, on one short line and without secrets."""
    return scrubbed(" ".join(_text(text.encode("utf-8", "replace")).split())[:LONGEST_SHOWN])


def split(message: bytes) -> tuple[str, bytes]:
    """Return the head, its lines as RFC 3261 has them ended, and the body."""
    found = _HEAD_END.search(message)
    head, body = (message, b"") if found is None else (message[: found.start()], message[found.end() :])
    return "\r\n".join(_LINES.split(_text(head))).rstrip("\r\n"), body


def _text(data: bytes) -> str:
    return _UNPRINTABLE.sub("\ufffd", data.decode("utf-8", "replace"))


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\r\n({len(text) - MOST_CHARACTERS} characters more)"


def _fields(block: str) -> Iterator[str]:
    """Yield each header field with the lines that it is folded into."""
    field: list[str] = []
    for line in block.split("\r\n"):
        if not line.startswith((" ", "\t")) and field:
            yield "\r\n".join(field)
            field = []
        field.append(line)
    yield "\r\n".join(field)


def _field(field: str) -> str:
    found = _FIELD.match(field)
    if found is None:
        return HIDDEN if field else ""
    name = found[1].lower()
    if name in _SCHEMES:  # a URI on a line of its own
        return HIDDEN
    if _SECRET_NAMES.search(name) and name not in _CHALLENGES:
        return f"{found[0]} {HIDDEN}"
    return found[0] + scrubbed(field[found.end() :])


def scrubbed(text: str) -> str:
    """Return a text without passwords in URIs and values of parameters that are secret."""
    text = "\r\n".join(map(_without_field, text.split("\r\n")))
    text = _WORD.sub(lambda word: _without_password(word[0]), text)
    text = _PARAMETER.sub(_parameter, text)
    text = _KEY.sub(rf"\1{HIDDEN}", text)
    return _SCHEME_AND_SECRET.sub(_credentials, text)


def _without_field(line: str) -> str:
    """Return a line without the value of a secret field that stands within it, as one that is folded into another."""
    secret = (name.end() for name in _NAME.finditer(line) if _SECRET_NAMES.search(name[1].lower()))
    end = next(secret, None)
    return line if end is None else f"{line[:end]} {HIDDEN}"


def _credentials(found: re.Match[str]) -> str:
    scheme, blanks, secret = found.groups()
    is_secret = scheme.lower() == "bearer" or ":" in _decoded(secret)  # or else a word behind the word "basic"
    return f"{scheme}{blanks}{HIDDEN}" if is_secret else found[0]


def _decoded(text: str) -> str:
    """Return a text without its encoding in base64 (RFC 7617); nothing where it has none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("latin-1")
    except ValueError:
        return ""


def _parameter(found: re.Match[str]) -> str:
    name, equals, value = found.groups()
    return f"{name}{equals}{HIDDEN if value and _SECRET_PARAMETERS.search(name) else value}"


def _without_password(word: str) -> str:
    """Return a word without the password of the URI in it, and without the header fields that a URI can have."""
    scheme = _SIP_SCHEME.search(word)
    if scheme is None:
        return word
    before, rest = word[: scheme.end()], word[scheme.end() :]
    address, mark, headers = rest.partition("?")
    if "@" in headers:  # the question mark may stand in a password
        address, mark, headers = rest, "", ""
    userinfo, at, host = address.rpartition("@")
    user, colon, _ = userinfo.partition(":")
    shown = f"{user}:{HIDDEN}@{host}" if at and colon else address
    return f"{before}{shown}{mark}{headers if not headers or _ONLY_REPLACES.fullmatch(headers) else HIDDEN}"


def _body(headers: Sequence[tuple[str, str]], body: bytes) -> str:
    """Return the session descriptions of a body, and in place of anything else what it is."""
    if not body.strip():
        return ""
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    boundary = _BOUNDARY.search(kinds[0]) if len(kinds) == 1 and _kind(kinds[0]).startswith("multipart/") else None
    if boundary is not None:
        return _parts(body, boundary[1] or boundary[2])
    return _part(headers, body)


def _kind(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _left_out(kinds: Sequence[str], body: bytes) -> str:
    kind = _kind(kinds[0]) if kinds else ""
    shown = kind if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", kind, re.ASCII) else "of no known type"
    return f"({shown}, {len(body)} bytes, not kept)"


def _parts(body: bytes, boundary: str) -> str:
    """Return the session descriptions among the parts."""
    shown: list[str] = []
    for part in body.split(b"--" + boundary.encode("utf-8", "replace"))[1:]:
        if part.startswith(b"--"):
            break
        head, inner = split(part.lstrip(b" \t"))
        shown.append(_part(read_headers(head), inner))
    return "\r\n".join(shown) or _left_out(["multipart/mixed"], body)


def _part(headers: Sequence[tuple[str, str]], body: bytes) -> str:
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    is_encoded = any(name.lower().endswith("encoding") and value.lower() not in _PLAIN for name, value in headers)
    if [_kind(kind) for kind in kinds] == ["application/sdp"] and not is_encoded:
        return _description(body)
    return _left_out(kinds, body)


def _description(body: bytes) -> str:
    return "\r\n".join(map(_line_of_description, _LINES.split(_text(body))))


def _line_of_description(line: str) -> str:
    if not line:
        return line
    if not _SDP_LINE.fullmatch(line):
        return HIDDEN
    if line.startswith("k="):
        return f"k={HIDDEN}"
    if line.startswith("a=") and _SECRET_ATTRIBUTES.search(line):
        return f"a={HIDDEN}" if (named := _ATTRIBUTE.match(line)) is None else f"{named[0]}{HIDDEN}"
    return scrubbed(line)
