"""Messages and filters that no honest client sends: good ones with something done to them, and noise."""

from dataclasses import replace
from random import Random
from uuid import UUID

from lxml import etree

from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.message_text import request_text
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.wire_types import ListType, RecordType

SNIPPETS = (
    b"<", b">", b"&", b"&amp;", b"&#0;", b"&#x1F4A9;", b"]]>", b"<![CDATA[x]]>", b"<!-- x -->", b"<?x y?>", b"\0",
    b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", b"&e;", b"\xff\xfe", b"\xc3\x28", b'i:nil="true"',
    b'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="a:SIPDomain"', b"<a xmlns=''>" * 80, b"-1",
    b"2147483648", b"NaN", b"true", b"9999-12-31T23:59:59.9999999Z", b"0000-00-00T00:00:00", b"'", b'"', b"x" * 5000,
)  # fmt: skip
WORDS = (
    "SIPUsername", "SIPDomain", "Owner", "Id", "Inserted", "IsUserDisabled", "SIPPassword", "owner", "it", "Nothing",
    "and", "or", "not", "&&", "||", "!", "=", "==", "!=", "<>", "<", ">=", "(", ")", "((", "))", ".", ",", "?", ":",
    "+", "-", "*", "true", "false", "null", '"alice"', '"bobby"', '""', '"%"', "'a'", "'", '"', "0", "-1", "1.5",
    "99999999999999999999", 'StartsWith("a")', ".Contains(", ".ToLower()", ".Equals(", 'Guid("', "DateTime(", "iif(",
    "new(", "@and", "\u2028", "é", "--", ";", "/*", "Substring(0)", ".Length", "[0]", " ", "\t", "\n",
)  # fmt: skip
ACTIONS = ("", '"', "http://example.org/Login", '"http://www.sipsorcery.com/provisioning/IProvisioningService/None"')
CONTENT_TYPES = (
    "text/xml; charset=utf-8", "text/xml", 'text/xml; charset="utf-16"', "text/xml; charset=latin-1",
    "text/xml; charset=none", "application/soap+xml", "application/json", "",
)  # fmt: skip


def hostile_message(random: Random, token: str) -> tuple[bytes, str, str]:
    """A message, its SOAPAction and its content type."""
    name = random.choice(sorted(OPERATIONS))
    document = _honest(name, random.choice((token, token, token[:-1], "", None)), random)
    for _ in range(random.randrange(4)):
        document = random.choice(_MUTATIONS)(document, random)
    action = f'"{OPERATIONS[name].action}"' if random.random() < 0.9 else random.choice(ACTIONS)
    content_type = CONTENT_TYPES[0] if random.random() < 0.8 else random.choice(CONTENT_TYPES)
    return document, action, content_type


def hostile_filter(random: Random) -> str:
    """Words of the language in no order, sometimes very many."""
    length = random.choice((1, 3, 5, 8, 13, 400))
    return random.choice(("", " ")).join(random.choice(WORDS) for _ in range(random.randrange(1, length + 1)))


def _honest(name: str, token: str | None, random: Random) -> bytes:
    operation = OPERATIONS[name]
    arguments = {parameter.name: _value(parameter.kind, random) for parameter in operation.parameters}
    message = etree.Element(f"{{{names.SOAP}}}Envelope")
    etree.SubElement(message, f"{{{names.SOAP}}}Header").append(envelope.security_header(token))
    etree.SubElement(message, f"{{{names.SOAP}}}Body").append(etree.fromstring(request_text(operation, arguments)))
    return etree.tostring(message)


def _value(kind: object, random: Random) -> object:
    if isinstance(kind, RecordType):
        record = kind.record(id=UUID(int=random.getrandbits(128)))
        is_account = isinstance(record, SIPAccount)
        return replace(record, sip_username="front-desk", sip_domain="sip.example.org") if is_account else record
    assert not isinstance(kind, ListType)
    absent = getattr(kind, "absent", None)
    return random.choice((absent, 7 if isinstance(absent, int) and not isinstance(absent, bool) else "alice"))


def _insert(document: bytes, random: Random) -> bytes:
    at = random.randrange(len(document) + 1)
    return document[:at] + random.choice(SNIPPETS) + document[at:]


def _delete(document: bytes, random: Random) -> bytes:
    at = random.randrange(len(document) + 1)
    return document[:at] + document[at + random.randrange(1, 60) :]


def _repeat(document: bytes, random: Random) -> bytes:
    at = random.randrange(len(document) + 1)
    piece = document[at : at + random.randrange(1, 200)]
    return document[:at] + piece * random.randrange(2, 20) + document[at:]


def _flip(document: bytes, random: Random) -> bytes:
    if not document:
        return document
    at = random.randrange(len(document))
    return document[:at] + bytes([document[at] ^ (1 << random.randrange(8))]) + document[at + 1 :]


def _truncate(document: bytes, random: Random) -> bytes:
    return document[: random.randrange(len(document) + 1)]


def _recode(document: bytes, random: Random) -> bytes:
    return document.decode("latin-1").encode(random.choice(("utf-16", "utf-16-le", "utf-7", "utf-32")))


_MUTATIONS = (_insert, _insert, _delete, _repeat, _flip, _flip, _truncate, _recode)
