"""Messages that are made to do harm, and what is no message."""

import pytest
from flask.testing import FlaskClient

from sipsorcery_web.contract import names
from sipsorcery_web.contract.envelope import MAX_DEPTH, Fault

from .wire import LIMIT, XML, Wire, declared, login, message

LAUGHS = '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "document",
    [
        LAUGHS + login("&b;"),
        declared("utf-8", LAUGHS) + login("&b;"),
        "<!-- a --><?b?>\n" + LAUGHS + login("&b;"),
        '<!DOCTYPE s SYSTEM "file:///etc/passwd">' + login(),
        '<!DOCTYPE s [<!ENTITY % a SYSTEM "http://127.0.0.1:1/a">%a;]>' + login(),
        '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + login("&a;"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_document_type_is_refused_unread(wire: Wire, document: str, encoding: str) -> None:
    fault = wire.refusal(document.encode(encoding), Content_Type=f"text/xml; charset={encoding}")

    assert fault.message == "A document type declaration is not allowed in a message."


def test_a_text_may_speak_of_a_document_type(wire: Wire) -> None:
    assert wire.understood(login("<![CDATA[<!DOCTYPE html>]]>"), "Login")["username"] == "<!DOCTYPE html>"


@pytest.mark.parametrize("depth", [MAX_DEPTH, 200, 2000])
def test_a_deep_message_is_refused(wire: Wire, depth: int) -> None:
    fault = wire.refusal(message("Login", "<x>" * depth + "</x>" * depth))

    assert fault.code == "DeserializationFailed"


@pytest.mark.parametrize(
    "document",
    [
        "",
        " ",
        "hello",
        "<",
        "<s:Envelope",
        login()[:-1],
        login() + "x",
        login("&nbsp;"),
        login("\x00"),
        login("\x01"),
        "<?xml",
        "<!--",
        "{}",
    ],
)
def test_what_is_not_xml_is_refused(wire: Wire, document: str) -> None:
    assert wire.refusal(document) == Fault("DeserializationFailed", "The message is not well-formed XML.")


def test_a_message_beyond_the_limit_is_refused_as_http_refuses_it(wire: Wire) -> None:
    assert wire.understood(login("a" * (LIMIT - 500)), "Login")
    response = wire.post(login("a" * LIMIT), "Login")

    assert (response.status_code, response.mimetype, len(wire.noted.calls)) == (413, "text/plain", 1)


def test_a_message_beyond_the_limit_is_refused_by_the_whole_portal_too(client: FlaskClient) -> None:
    response = client.post(names.ENDPOINT_PATH, data=b" " * 1_000_001, headers={"Content-Type": XML})

    assert (response.status_code, response.mimetype) == (413, "text/plain")
