"""SOAP 1.1 envelopes: parsing them safely, the security header, faults (spec, sections 1.7 and 1.8)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from . import names
from .character_sets import text_of
from .errors import ContractError
from .names import soap

MAX_DEPTH = 64
"""The deepest message of the contract has nine levels."""

NOT_WELL_FORMED = "The message is not well-formed XML."

_AUTH_ID = f"{{{names.SECURITY}}}AuthID"
_SECURITY = f"{{{names.SECURITY}}}Security"
_TOKEN_HEADERS = (_SECURITY, "authid")
_NOTIFICATION = f"{{{names.PULL_NOTIFICATION}}}Notification"
_ADDRESS = f"{{{names.PULL_NOTIFICATION}}}Address"
_UNDERSTOOD = (*_TOKEN_HEADERS, _NOTIFICATION)
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")
# What may stand before the root element, and then a document type (XML 1.0, section 2.8).
_DOCUMENT_TYPE = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!(?!--)", re.DOTALL)


@dataclass(frozen=True)
class Fault:
    """A SOAP fault: local name of its code, the sentence, and the .NET type name that tells its kind."""

    code: str
    message: str
    type_name: str = ""


class VersionMismatch(ContractError):
    """The envelope is not of SOAP 1.1."""

    fault_code = "VersionMismatch"


class NotUnderstood(ContractError):
    """A header that must be understood is not one of this contract."""

    fault_code = "MustUnderstand"


class UnknownAction(ContractError):
    """The SOAPAction is missing, or no operation has it."""

    fault_code = "ActionNotSupported"


def parse_envelope(document: bytes, charset: str | None = None) -> etree._Element:
    """The envelope of a message; ContractError for anything but plain, shallow XML.

    `charset` is the one that HTTP names. A document type is refused before parsing, so that no entity is looked at.
    """
    text = text_of(document, charset).lstrip(" \t\r\n")
    if _DOCUMENT_TYPE.match(text):
        raise ContractError("A document type declaration is not allowed in a message.")
    if not text.startswith("<"):  # libxml2 passes over a second byte order mark, and would find a document type there
        raise ContractError(NOT_WELL_FORMED)
    try:
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        envelope = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ContractError(NOT_WELL_FORMED) from error
    if envelope.tag != soap("Envelope"):
        raise VersionMismatch("The message is not a SOAP 1.1 envelope.")
    _refuse_depth(envelope)
    return envelope


def body_of(envelope: etree._Element) -> etree._Element:
    """The one element of the one body; ContractError when there is none or more than one of either."""
    contents = [list(body) for body in envelope.iterchildren(soap("Body"))]
    if len(contents) != 1 or len(contents[0]) != 1:
        raise ContractError("The body of the message must hold exactly one element.")
    return contents[0][0]


def token_of(envelope: etree._Element) -> str | None:
    """The token in the security header, or where that has none in the form of before 2010; None when there is none.

    ContractError for more than one of a form, or two tokens in one; NotUnderstood for an unknown header flagged
    must-understand. Headers for another actor on the way are none of ours (SOAP 1.1, section 4.2.2).
    """
    blocks = [block for header in envelope.iterchildren(soap("Header")) for block in header]
    for block in blocks:
        if block.tag not in _UNDERSTOOD and _must_be_understood(block):
            raise NotUnderstood(f"The header {block.tag!s} is not understood.")
    security, legacy = (_only(blocks, tag) for tag in _TOKEN_HEADERS)
    told = None if security is None else _only(security, _AUTH_ID)
    return _text(told) or _text(legacy)


def connection_of(envelope: etree._Element) -> str | None:
    """The address of a connection of the notification service, in the header of that (section 13.1); None without one.

    ContractError for more than one.
    """
    blocks = [block for header in envelope.iterchildren(soap("Header")) for block in header]
    header = _only(blocks, _NOTIFICATION)
    return None if header is None else _text(_only(header, _ADDRESS))


def security_header(token: str | None) -> etree._Element:
    """The header block that carries the token."""
    header = etree.Element(_SECURITY, nsmap={"sssec": names.SECURITY})
    etree.SubElement(header, _AUTH_ID).text = token or ""
    return header


def notification_header(connection: str) -> etree._Element:
    """The header block that names a connection of the notification service."""
    header = etree.Element(_NOTIFICATION, nsmap={"ssnotfn": names.PULL_NOTIFICATION})
    etree.SubElement(header, _ADDRESS).text = connection
    return header


def envelope_bytes(content: etree._Element) -> bytes:
    """A whole message around one body element."""
    envelope = etree.Element(soap("Envelope"), nsmap={"s": names.SOAP})
    etree.SubElement(envelope, soap("Body")).append(content)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def fault_of(body: etree._Element) -> Fault | None:
    """The fault in a body, whatever the HTTP status was; None when the body holds something else."""
    if body.tag != soap("Fault"):
        return None
    code = body.findtext("faultcode", "").strip().rpartition(":")[2]
    type_name = body.findtext(f"detail/{{{names.FAULT_DETAIL}}}ExceptionDetail/{{{names.FAULT_DETAIL}}}Type", "")
    return Fault(code, body.findtext("faultstring", "").strip(), type_name.strip())


def fault_element(fault: Fault) -> etree._Element:
    """The fault as an element; without a type name it has no detail. The stack trace is always empty."""
    element = etree.Element(soap("Fault"), nsmap={"s": names.SOAP, "c": names.FAULT_CODES})
    etree.SubElement(element, "faultcode").text = f"{_code_prefix(fault.code)}:{fault.code}"
    text = etree.SubElement(element, "faultstring", {"{http://www.w3.org/XML/1998/namespace}lang": "en-US"})
    text.text = fault.message
    if fault.type_name:
        etree.SubElement(element, "detail").append(_exception_detail(fault))
    return element


def _exception_detail(fault: Fault) -> etree._Element:
    detail = etree.Element(f"{{{names.FAULT_DETAIL}}}ExceptionDetail", nsmap={None: names.FAULT_DETAIL, "i": names.XSI})
    children = (
        ("HelpLink", None),
        ("InnerException", None),
        ("Message", fault.message),
        ("StackTrace", ""),
        ("Type", fault.type_name),
    )
    for name, text in children:
        child = etree.SubElement(detail, f"{{{names.FAULT_DETAIL}}}{name}")
        child.text = text
        if text is None:
            child.set(names.NIL, "true")
    return detail


def _code_prefix(code: str) -> str:
    return "s" if code in ("VersionMismatch", "MustUnderstand", "Client", "Server") else "c"


def _must_be_understood(block: etree._Element) -> bool:
    is_for_us = block.get(soap("actor"), "") in ("", names.NEXT_ACTOR)
    return is_for_us and block.get(soap("mustUnderstand")) in ("1", "true")


def _only(blocks: Iterable[etree._Element], tag: str) -> etree._Element | None:
    found = [block for block in blocks if block.tag == tag]
    if len(found) > 1:
        header = "notification" if tag in (_NOTIFICATION, _ADDRESS) else "security"
        raise ContractError(f"The message has more than one {header} header.")
    return found[0] if found else None


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else (element.text or "").strip() or None


def _refuse_depth(envelope: etree._Element) -> None:
    if _TOO_DEEP(envelope):
        raise ContractError("The message is nested too deeply.")
