"""The character sets that a message may be written in."""

import codecs

import pytest

from sipsorcery_web.contract.envelope import Fault
from tests.factories import PASSWORD

from .wire import Wire, declared, login


@pytest.mark.parametrize("charset", ["utf-8", '"utf-8"', "UTF-8", "'utf-8'"])
def test_the_charset_may_be_in_quotes_and_in_capitals(wire: Wire, charset: str) -> None:
    arguments = wire.understood(login("Zoë €"), "Login", Content_Type=f"text/xml;charset={charset}")

    assert arguments["username"] == "Zoë €"


def test_a_message_is_utf_8_when_nothing_says_otherwise(wire: Wire) -> None:
    assert wire.understood(login("Zoë €"), "Login", Content_Type="text/xml")["username"] == "Zoë €"


@pytest.mark.parametrize("charset", ["iso-8859-1", "ISO-8859-15", "windows-1252", "utf-16le", "utf-16be"])
@pytest.mark.parametrize("document", ["bare", "declared", "declared otherwise"])
def test_the_charset_of_http_says_how_the_message_is_written(wire: Wire, charset: str, document: str) -> None:
    declarations = {"bare": "{}", "declared": declared(charset, "{}"), "declared otherwise": declared("utf-8", "{}")}
    text = declarations[document].format(login("Zoë"))

    assert wire.understood(text.encode(charset), "Login", Content_Type=f"text/xml; charset={charset}") == {
        "username": "Zoë",
        "password": PASSWORD,
    }


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-8"])
def test_without_a_charset_the_declaration_says_how_the_message_is_written(wire: Wire, encoding: str) -> None:
    document = declared(encoding, login("Zoë")).encode(encoding)

    assert wire.understood(document, "Login", Content_Type="text/xml")["username"] == "Zoë"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE], ids=["little", "big"])
@pytest.mark.parametrize("content_type", ["text/xml", 'text/xml; charset="utf-16"', "text/xml; charset=utf-8"])
def test_a_byte_order_mark_stands_over_everything(wire: Wire, mark: bytes, content_type: str) -> None:
    document = declared("utf-16", login("Zoë €")).encode("utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be")

    assert wire.understood(mark + document, "Login", Content_Type=content_type)["username"] == "Zoë €"


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read_in_its_order(wire: Wire, order: str) -> None:
    document = declared("utf-16", login("Zoë €")).encode(order)

    assert wire.understood(document, "Login", Content_Type="text/xml; charset=utf-16")["username"] == "Zoë €"


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b" \r\n\t", b"\xef\xbb\xbf\r\n ", b"\n\n"])
@pytest.mark.parametrize("text", [login(), declared("utf-8", login())], ids=["bare", "declared"])
def test_a_mark_and_white_space_may_stand_before_the_message(wire: Wire, before: bytes, text: str) -> None:
    assert wire.understood(before + text.encode() + b"\r\n", "Login")["username"] == "alice"


@pytest.mark.parametrize("charset", ["utf-7", "utf-32", "cp037", "unicode_escape", "zlib", "no-such-set", "../etc"])
def test_a_character_set_that_hides_markup_is_not_read(wire: Wire, charset: str) -> None:
    fault = wire.refusal(login(), Content_Type=f"text/xml; charset={charset}")

    assert fault == Fault("DeserializationFailed", "The character set of the message is not read here. Send UTF-8.")


@pytest.mark.parametrize("charset", ["utf-8", "us-ascii"])
def test_bytes_that_are_not_of_the_character_set_are_refused(wire: Wire, charset: str) -> None:
    document = login("Zoë").encode("iso-8859-1")

    assert wire.refusal(document, Content_Type=f"text/xml; charset={charset}").code == "DeserializationFailed"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/soap+xml", "text/html", ""])
def test_another_content_type_is_refused(wire: Wire, content_type: str) -> None:
    assert wire.refusal(login(), Content_Type=content_type).code == "DeserializationFailed"
