"""Calls from pages of other sites (Fetch Standard, section 3.2)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import SettingError, Settings
from tests.conftest import Clock

ALLOWED = "https://phones.example.org"
IS_ALIVE = f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body><IsAlive xmlns="{names.SVC}"/></s:Body></s:Envelope>'

ClientWith = Callable[..., FlaskClient]


@pytest.fixture
def client_with(settings: Settings, clock: Clock, passwords: Passwords) -> ClientWith:
    """The whole application, as a page of some site meets it."""

    def client_with(*origins: str, **more: object) -> FlaskClient:
        changed = replace(settings, cors_origins=origins, **more)  # type: ignore[arg-type]
        return create_app(changed, clock=clock, passwords=passwords).test_client()

    return client_with


def preflight(client: FlaskClient, origin: str = ALLOWED, address: str = names.ENDPOINT_PATH) -> TestResponse:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,soapaction",
    }
    return client.options(address, headers=asked)


def call(client: FlaskClient, origin: str = ALLOWED, document: str = IS_ALIVE) -> TestResponse:
    headers = {"Origin": origin, "Content-Type": "text/xml", "SOAPAction": f"{names.ACTION_PREFIX}IsAlive"}
    return client.post(names.ENDPOINT_PATH, data=document, headers=headers)


def said_to_browsers(response: TestResponse) -> dict[str, str]:
    return {name: value for name, value in response.headers if name.startswith("Access-Control-")}


def test_by_default_no_other_site_may_call(client_with: ClientWith) -> None:
    client = client_with()

    assert not said_to_browsers(preflight(client))
    assert not said_to_browsers(call(client))
    assert "Origin" not in call(client).vary


def test_a_site_that_is_allowed_is_told_what_it_may_send(client_with: ClientWith) -> None:
    response = preflight(client_with("https://other.example.org", ALLOWED))

    assert response.status_code == 200
    assert said_to_browsers(response) == {
        "Access-Control-Allow-Origin": ALLOWED,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, SOAPAction",
        "Access-Control-Max-Age": "600",
    }
    assert "Origin" in response.vary


def test_the_answer_of_a_call_may_be_read_and_carries_no_credentials(client_with: ClientWith) -> None:
    response = call(client_with(ALLOWED))

    assert (response.status_code, said_to_browsers(response)) == (200, {"Access-Control-Allow-Origin": ALLOWED})
    assert "Origin" in response.vary
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(("document", "status"), [("", 500), ("<x/>", 500), (" " * 3000, 413)])
def test_faults_and_refusals_may_be_read_too(client_with: ClientWith, document: str, status: int) -> None:
    response = call(client_with(ALLOWED, request_limit=2000), document=document)

    assert (response.status_code, said_to_browsers(response)) == (status, {"Access-Control-Allow-Origin": ALLOWED})


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        f"{ALLOWED}.evil.example",
        f"{ALLOWED}:8443",
        "http://phones.example.org",
        "null",
        "*",
        "",
    ],
)
def test_any_other_site_is_told_nothing(client_with: ClientWith, origin: str) -> None:
    client = client_with(ALLOWED)

    for response in (preflight(client, origin), call(client, origin)):
        assert not said_to_browsers(response)
        assert "Origin" in response.vary


@pytest.mark.parametrize(
    "address", ["/provisioning.svc?wsdl", "/provisioning.svc", "/login", "/sip-accounts", "/healthz"]
)
def test_nothing_but_calls_may_be_read(client_with: ClientWith, address: str) -> None:
    client = client_with(ALLOWED)

    assert not said_to_browsers(client.get(address, headers={"Origin": ALLOWED}))
    if not address.startswith(names.ENDPOINT_PATH):
        assert not said_to_browsers(preflight(client, address=address))


# The setting


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("https://phones.example.org", ("https://phones.example.org",)),
        (" https://A.example , http://b.example:8080,", ("https://a.example", "http://b.example:8080")),
        ("https://a.example:443,http://b.example:80", ("https://a.example", "http://b.example")),
        ("http://[::1]:8080", ("http://[::1]:8080",)),
    ],
)
def test_the_sites_are_named_exactly(value: str, origins: tuple[str, ...]) -> None:
    assert Settings.from_environment({"SIPSORCERY_CORS_ORIGINS": value}).cors_origins == origins


@pytest.mark.parametrize(
    "value",
    [
        "*",
        "https://*.example.org",
        "null",
        "phones.example.org",
        "https://a.example/",
        "https://a.example/x",
        "ftp://a.example",
        "https://u@a.example",
        "https://a.example,*",
    ],
)
def test_what_is_not_a_site_stops_the_start(value: str) -> None:
    with pytest.raises(SettingError, match="SIPSORCERY_CORS_ORIGINS"):
        Settings.from_environment({"SIPSORCERY_CORS_ORIGINS": value})
