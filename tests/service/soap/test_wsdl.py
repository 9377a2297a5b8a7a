"""The descriptions that the endpoint gives of itself."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zeep
from flask.testing import FlaskClient
from lxml import etree, html

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.contract.extensions import EXTENSIONS
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import SettingError, Settings
from tests.conftest import Clock

ACTION = "{http://www.w3.org/2006/05/addressing/wsdl}Action"

ClientWith = Callable[..., FlaskClient]


@pytest.fixture
def client_with(settings: Settings, clock: Clock, passwords: Passwords) -> ClientWith:
    def client_with(**changed: Any) -> FlaskClient:
        return create_app(replace(settings, **changed), clock=clock, passwords=passwords).test_client()

    return client_with


def contract(client: FlaskClient, query: str = "wsdl", **options: Any) -> etree._Element:
    response = client.get(f"{names.ENDPOINT_PATH}?{query}", **options)
    assert (response.status_code, response.content_type) == (200, "text/xml; charset=utf-8")
    return etree.fromstring(response.data)


def addresses_in(wsdl: etree._Element) -> list[str]:
    return [str(element.get("location")) for element in wsdl.iter(f"{{{names.WSDL_SOAP}}}address")]


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "Wsdl=", "singleWsdl", "singlewsdl", "SINGLEWSDL"])
def test_the_contract_is_published_in_one_file(client: FlaskClient, query: str) -> None:
    wsdl = contract(client, query)

    assert etree.QName(wsdl).localname == "definitions"
    assert not wsdl.findall(f"{{{names.WSDL}}}import")


@pytest.mark.parametrize("query", ["wsdl&extensions", "extensions&singleWsdl", "WSDL&Extensions"])
def test_the_contract_of_the_extensions_is_published_beside_it(client: FlaskClient, query: str) -> None:
    wsdl = contract(client, query, base_url="https://portal.example.org")

    assert wsdl.get("targetNamespace") == names.EXTENSIONS
    assert addresses_in(wsdl) == ["https://portal.example.org/provisioning.svc"]
    actions = {str(element.get(ACTION)) for element in wsdl.iter(f"{{{names.WSDL}}}input") if element.get(ACTION)}
    assert actions == {operation.action for operation in EXTENSIONS.values()}


def test_the_contract_of_the_original_has_none_of_the_extensions(client: FlaskClient) -> None:
    assert names.EXTENSIONS.encode() not in etree.tostring(contract(client))


def test_the_contract_tells_the_address_that_was_asked(client: FlaskClient) -> None:
    wsdl = contract(client, base_url="https://portal.example.org:8443/sip/")

    assert addresses_in(wsdl) == ["https://portal.example.org:8443/sip/provisioning.svc"]


def test_a_public_address_stands_over_the_one_that_was_asked(client_with: ClientWith) -> None:
    client = client_with(public_url="https://sip.example.org/portal")

    assert addresses_in(contract(client)) == ["https://sip.example.org/portal/provisioning.svc"]
    assert "https://sip.example.org/portal/provisioning.svc" in client.get(names.ENDPOINT_PATH).text


def test_code_generators_find_the_actions_at_the_operations(client: FlaskClient) -> None:
    operations = contract(client).findall(f"{{{names.WSDL}}}portType/{{{names.WSDL}}}operation")

    assert {str(each.get("name")): [message.get(ACTION) for message in each] for each in operations} == {
        name: [operation.action, f"{operation.action}Response"] for name, operation in OPERATIONS.items()
    }


def test_zeep_accepts_the_contract(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "published.wsdl").write_bytes(etree.tostring(contract(client)))
    service = zeep.Client(str(tmp_path / "published.wsdl")).service

    assert set(service._operations) == OPERATIONS.keys()


@pytest.mark.parametrize("query", ["xsd=xsd0", "wsdl&singleWsdl", "wsdl&x=1", "disco", "singlewsd", "=wsdl"])
def test_any_other_query_finds_nothing(client: FlaskClient, query: str) -> None:
    assert client.get(f"{names.ENDPOINT_PATH}?{query}").status_code == 404


@pytest.mark.parametrize("address", [names.ENDPOINT_PATH, f"{names.ENDPOINT_PATH}?"])
def test_people_find_a_page_with_links(client: FlaskClient, address: str) -> None:
    page = html.document_fromstring(client.get(address, base_url="https://portal.example.org").text)

    assert page.xpath("string(//h1)") == "Provisioning service"
    assert page.xpath("string(//main//dd[1])") == "https://portal.example.org/provisioning.svc"
    assert set(page.xpath("//main//dl//a/@href")) == {
        "https://portal.example.org/provisioning.svc?wsdl",
        "https://portal.example.org/provisioning.svc?singleWsdl",
        "https://portal.example.org/provisioning.svc?wsdl&extensions",
        "/developers",
    }
    assert page.xpath("string(//pre)").startswith("curl https://portal.example.org/provisioning.svc ")


def test_the_page_needs_no_session_and_is_not_kept(client: FlaskClient) -> None:
    response = client.get(names.ENDPOINT_PATH)

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, no-store")


def test_an_address_that_a_request_made_up_stays_text(client: FlaskClient) -> None:
    response = client.get(names.ENDPOINT_PATH, headers={"Host": 'x"><script>.example'})

    assert "<script>." not in response.text


# The setting


@pytest.mark.parametrize(
    ("value", "public_url"),
    [
        ("https://sip.example.org", "https://sip.example.org"),
        ("https://sip.example.org/", "https://sip.example.org"),
        ("http://192.0.2.7:8080/portal/", "http://192.0.2.7:8080/portal"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_the_public_address_is_taken_without_its_last_slash(value: str, public_url: str) -> None:
    assert Settings.from_environment({"SIPSORCERY_PUBLIC_URL": value}).public_url == public_url


@pytest.mark.parametrize(
    "value",
    [
        "sip.example.org",
        "ftp://sip.example.org",
        "https://",
        "https:///x",
        "https://a b",
        "https://u:p@a.example",
        "https://a.example?x",
        "https://a.example#x",
        "https://a.example/'x",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_public_address_stops_the_start(value: str) -> None:
    with pytest.raises(SettingError, match="SIPSORCERY_PUBLIC_URL"):
        Settings.from_environment({"SIPSORCERY_PUBLIC_URL": value})


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), ""),
        (Settings(public_url="https://a.example"), "https://a.example/provisioning.svc"),
        (Settings(provisioning_url="https://b.example/p.svc"), "https://b.example/p.svc"),
        (
            Settings(public_url="https://a.example", provisioning_url="https://b.example/p.svc"),
            "https://b.example/p.svc",
        ),
    ],
)
def test_clients_are_told_the_address_of_the_service_that_is_used(settings: Settings, address: str) -> None:
    assert settings.service_address == address
