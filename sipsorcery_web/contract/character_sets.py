"""Decoding the bytes of a message into text (RFC 7303, section 3; XML 1.0, appendix F), and what that text can hold."""

import codecs
import re

from .errors import ContractError

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 (section 2.2) cannot carry: one of them, stored, makes a whole list unreadable."""

NOT_IN_A_LINE = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")
"""The controls, and Unicode's line ends: in SIP headers, mails, logs and files one begins a line that nobody meant."""

# Others are not read: UTF-7 hides markup, and Python would load a module for each name that it is given.
_KNOWN = re.compile(r"utf-?8|utf-?16(-?[bl]e)?|(us-)?ascii|iso-?8859-\d\d?|windows-125\d", re.IGNORECASE)
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)""")
_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def text_of(document: bytes, charset: str | None = None) -> str:
    """The text of an XML document, without byte order mark; `charset` is what HTTP says of it.

    ContractError for a character set that is not read here, and for bytes that are not in the one that is named.
    """
    mark = next((mark for mark in _BYTE_ORDER_MARKS if document.startswith(mark)), b"")
    name = _BYTE_ORDER_MARKS.get(mark) or (charset or "").strip("\"' ") or _declared(document)
    if not _KNOWN.fullmatch(name):
        raise ContractError("The character set of the message is not read here. Send UTF-8.")
    try:
        return document[len(mark) :].decode(_in_its_order(name, document))
    except (UnicodeDecodeError, LookupError) as error:
        raise ContractError("The message is not in the character set that it names.") from error


def _declared(document: bytes) -> str:
    found = _DECLARED.match(document)
    return found[1].decode("latin-1") if found else "utf-8"


def _in_its_order(name: str, document: bytes) -> str:
    """Return UTF-16 with the byte order of XML's first character, whose other byte is zero; other names as they are."""
    if name.lower() not in ("utf-16", "utf16"):
        return name
    return "utf-16-be" if document.startswith(b"\0") else "utf-16-le"
