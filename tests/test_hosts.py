"""Requests that name a host: what can be none is refused in a line, before anything reads it."""

import io
import json
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import run_wsgi_app

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.hosts import is_host
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings

HOSTS = [
    "localhost",
    "127.0.0.1:8080",
    "portal.example.org",
    "Portal.Example.Org.:443",
    "xn--bcher-kva.example",
    "my_portal:1",
    "[::1]",
    "[::1]:65535",
    "[::ffff:192.0.2.1]:80",
]
ODD = [
    "",
    "a..b",
    ".",
    "[::1",
    "::1",
    "[]",
    "[1.2.3.4]",
    "[::1%eth0]",
    "[::1]x",
    "a b",
    "a,b",
    "a, b",
    "a:99999",
    "a:0",
    "a:",
    "a:٣",
    "a:80:80",
    "a:-1",
    "user@portal.example.org",
    "portal.example.org/path",
    "portal.example.org?",
    "b\xfccher.example",
    "a\n",
    "a" * 64,
    ".".join(["a" * 50] * 6),
    "<svg onload=alert(1)>",
    "%61",
]


def asked(app: Flask, path: str, method: str = "GET", **more: str) -> tuple[str, str]:
    """Return the status and the text of an answer to a request as the server hands it on."""
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **more,
    }
    body, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    return status, b"".join(body).decode()


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_as_browsers_write_them_are_taken(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize("host", ODD)
def test_a_request_for_a_host_that_can_be_none_is_refused_in_one_line(
    app: Flask, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    for path, method in (("/login", "GET"), (names.ENDPOINT_PATH, "POST"), (f"{names.ENDPOINT_PATH}?wsdl", "GET")):
        caplog.clear()
        status, body = asked(app, path, method, HTTP_HOST=host)
        assert (status, body) == ("400 Bad Request", "The header Host names no host.\n")
        assert len(caplog.messages) == 1
        assert "\n" not in caplog.text.rstrip("\n")


def test_a_program_is_told_in_json(app: Flask) -> None:
    status, body = asked(app, "/api/v1/sip-accounts", HTTP_HOST="a..b")
    assert status == "400 BAD REQUEST"
    assert json.loads(body) | {"request_id": ""} == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "The header Host names no host.",
        "field": "Host",
        "request_id": "",
    }


def test_http_1_1_names_a_host_and_http_1_0_need_not(app: Flask) -> None:
    assert asked(app, "/healthz", SERVER_PROTOCOL="HTTP/1.1")[0] == "400 Bad Request"
    assert asked(app, "/healthz", SERVER_PROTOCOL="HTTP/1.0")[0] == "200 OK"


def test_what_a_trusted_proxy_names_is_looked_at_too(settings: Settings, passwords: Passwords) -> None:
    trusting = create_app(replace(settings, trusted_proxies=1), passwords=passwords)
    good = {"HTTP_HOST": "portal.example.org"}
    assert asked(trusting, "/healthz", **good)[0] == "200 OK"
    assert asked(trusting, "/healthz", HTTP_X_FORWARDED_HOST="a..b", **good)[0] == "400 Bad Request"
