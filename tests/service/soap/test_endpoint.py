import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings
from tests.conftest import Clock, ServiceFixture
from tests.factories import PASSWORD

from ..edge import XML, Edge, edge_of, message, request, security

LOGIN = f"<username>alice</username><password>{PASSWORD}</password>"


@pytest.fixture
def edge(service_fixture: ServiceFixture) -> Edge:
    return edge_of(service_fixture.service)


@pytest.fixture
def token(service_fixture: ServiceFixture) -> str:
    """The token of a session of alice's."""
    assert service_fixture.alice
    return service_fixture.token_of("alice")


# Answers


def test_an_operation_is_answered_with_an_envelope(edge: Edge) -> None:
    answer = edge.call("IsAlive")

    assert (answer.status, answer.result) == (200, "true")
    assert answer.response.content_type == XML
    assert answer.response.headers["Cache-Control"] == "no-store"


def test_a_token_is_asked_for_and_used(edge: Edge, token: str) -> None:
    signed_in = edge.call("Login", LOGIN).result

    assert signed_in is not None
    assert edge.call("GetSIPAccountsCount", header=security(signed_in)).result == "1"
    assert edge.call("GetSIPAccountsCount", header=security(token)).result == "1"


def test_a_wrong_password_is_a_nil_result_and_no_fault(edge: Edge, token: str) -> None:
    answer = edge.call("Login", "<username>alice</username><password>wrong</password>")

    assert (answer.status, answer.result) == (200, None)
    assert answer.body[0].get(names.NIL) == "true"


def test_an_operation_without_a_result_answers_an_empty_wrapper(edge: Edge) -> None:
    body = edge.call("Logout").body

    assert (body.tag, len(body)) == (names.svc("LogoutResponse"), 0)


def test_a_list_is_answered_in_the_namespace_of_its_records(edge: Edge, token: str) -> None:
    body = edge.call("GetSIPAccounts", "<offset>0</offset><count>25</count>", security(token)).body

    assert [etree.QName(item).localname for item in body[0]] == ["SIPAccount"]
    assert body.findtext(f".//{{{names.APP}}}SIPUsername") == "alice"
    assert body.findtext(f".//{{{names.SYS}}}OffsetMinutes") == "0"


# Faults


def test_a_refusal_is_a_fault_of_the_originals_shape(edge: Edge, token: str) -> None:
    answer = edge.call("AddSIPAccount", '<sipAccount i:nil="true"/>', security(token))

    assert (answer.status, answer.code, answer.fault) == (500, "InternalServiceFault", "A SIP account must be given.")
    assert answer.body.findtext(f".//{{{names.FAULT_DETAIL}}}Type") == "System.ApplicationException"
    assert answer.response.content_type == XML


def test_an_unauthorised_call_is_told_as_the_original_tells_it(edge: Edge) -> None:
    answer = edge.call("GetSIPAccountsCount")

    assert (answer.status, answer.fault) == (500, "Attempted to perform an unauthorized operation.")
    assert answer.body.findtext(f".//{{{names.FAULT_DETAIL}}}Type") == "System.UnauthorizedAccessException"


def test_what_goes_wrong_unforeseen_is_logged_and_not_shown(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(Service, "call", fail)
    with caplog.at_level(logging.ERROR):
        answer = edge.call("IsAlive")

    assert (answer.status, answer.code) == (500, "InternalServiceFault")
    assert answer.fault == "The server was unable to process the request due to an internal error."
    assert b"42" not in answer.response.data
    assert "the secret is 42" in caplog.text


def test_a_password_stands_in_no_log(edge: Edge, token: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        edge.call("Login", LOGIN)
        edge.call("Login", LOGIN.replace("<username>", "<username>\x7f"))
        edge.call("GetSIPAccountsCount", "<whereExpression>(</whereExpression>", security(token))

    assert PASSWORD not in caplog.text
    assert token not in caplog.text


# Bodies


@pytest.mark.parametrize(
    "fields",
    [
        "<a:Owner>alice</a:Owner><a:Owner>bobby</a:Owner>",
        "<a:IsUserDisabled>maybe</a:IsUserDisabled>",
        "<a:Id>42</a:Id>",
        '<a:IsUserDisabled i:nil="true"/>',
        "<c:Owner>alice</c:Owner>",
    ],
)
def test_a_record_that_does_not_keep_to_the_contract_is_refused_and_not_stored(
    edge: Edge, service_fixture: ServiceFixture, token: str, fields: str
) -> None:
    answer = edge.call("AddSIPAccount", f"<sipAccount>{fields}</sipAccount>", security(token))

    assert answer.code == "DeserializationFailed"
    assert service_fixture.alice.sip_accounts.count() == 1


def test_fields_out_of_order_are_not_dropped(edge: Edge, service_fixture: ServiceFixture, token: str) -> None:
    fields = (
        "<a:SIPUsername>alice-desk</a:SIPUsername><a:SIPPassword>bl4ckbird!</a:SIPPassword>"
        "<a:SIPDomain>sip.example.org</a:SIPDomain><a:NetworkId>home</a:NetworkId>"
    )
    body = edge.call("AddSIPAccount", f"<sipAccount>{fields}</sipAccount>", security(token)).body

    assert body.findtext(f".//{{{names.APP}}}NetworkId") == "home"
    assert body.findtext(f".//{{{names.APP}}}SIPPassword") == "bl4ckbird!"
    assert service_fixture.alice.sip_accounts.count() == 2


def test_another_kind_of_record_is_not_taken_for_the_one_that_is_meant(edge: Edge, token: str) -> None:
    answer = edge.call(
        "AddSIPAccount",
        '<sipAccount i:type="a:SIPProvider"><a:ProviderName>x</a:ProviderName></sipAccount>',
        security(token),
    )

    assert answer.fault == "The username must be specified when creating a new SIP account."


# In the whole application


def test_the_endpoint_of_the_application_needs_no_form_token_and_no_browser_session(client: FlaskClient) -> None:
    answer = Edge(client).call("IsAlive")

    assert (answer.status, answer.result) == (200, "true")
    assert "Set-Cookie" not in answer.response.headers


def test_the_application_publishes_its_contract(client: FlaskClient) -> None:
    response = client.get(f"{names.ENDPOINT_PATH}?wsdl", base_url="http://127.0.0.1:8080")

    assert b'location="http://127.0.0.1:8080/provisioning.svc"' in response.data


@pytest.fixture
def made(settings: Settings, clock: Clock, passwords: Passwords) -> Callable[..., Edge]:
    """Makes the application with some settings changed."""

    def make(**changes: Any) -> Edge:
        app: Flask = create_app(replace(settings, **changes), clock=clock, passwords=passwords)
        return Edge(app.test_client())

    return make


def test_the_application_refuses_a_request_over_its_limit(made: Callable[..., Edge]) -> None:
    edge = made(request_limit=2000)

    assert edge.call("IsAlive").status == 200
    assert edge.post(message(request("IsAlive", "<x/>" * 1000)), f"{names.ACTION_PREFIX}IsAlive").status_code == 413


def test_the_application_sends_faults_with_the_status_that_was_set(made: Callable[..., Edge]) -> None:
    assert made(fault_status=200).call("GetSIPAccountsCount").status == 200


def test_in_front_of_another_service_there_is_no_endpoint(made: Callable[..., Edge]) -> None:
    edge = made(provisioning_url="http://127.0.0.1:9/provisioning.svc")

    assert edge.client.get(f"{names.ENDPOINT_PATH}?wsdl").status_code == 404


@pytest.mark.parametrize(("proxies", "others_are_shut_out"), [(0, True), (1, False)])
def test_the_address_of_the_caller_is_the_proxys_word_only_where_it_is_trusted(
    made: Callable[..., Edge], proxies: int, others_are_shut_out: bool
) -> None:
    edge = made(trusted_proxies=proxies)
    for _ in range(5):
        edge.call("Login", LOGIN, headers={"X-Forwarded-For": "192.0.2.7"})
    answer = edge.call("Login", LOGIN, headers={"X-Forwarded-For": "192.0.2.8"})

    assert (answer.status == 500) is others_are_shut_out
