"""The faults that are sent, and what an answer leaves alone."""

from typing import cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Table
from sqlalchemy.exc import OperationalError

from sipsorcery_web.contract.envelope import Fault
from sipsorcery_web.contract.errors import ProvisioningError, SessionExpired
from sipsorcery_web.database.address_limit import AN_HOUR
from sipsorcery_web.service.store.models import CustomerSessionRow
from tests.conftest import ServiceFixture
from tests.factories import PASSWORD
from tests.factories.records import person

from .wire import TOKEN, Noted, Wire, fault_in, login, message, security, served


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("a secret of ours"),
        KeyError("a secret of ours"),
        OperationalError("SELECT a secret of ours", None, Exception("no such table")),
    ],
)
def test_what_nobody_foresaw_is_told_without_our_insides(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    fault = fault_in(Wire(Noted(error), served(Noted(error))).post(message("IsAlive"), "IsAlive"))

    assert fault == Fault(
        "InternalServiceFault", "The server was unable to process the request due to an internal error."
    )
    assert "a secret of ours" in caplog.text


def test_a_store_that_fails_is_told_without_its_words(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    with service_fixture.service.context.database.engine.begin() as connection:
        cast(Table, CustomerSessionRow.__table__).drop(connection)
    wire = Wire(Noted(), served(service_fixture.service))
    fault = fault_in(wire.post(message("GetSIPDomains", header=security(TOKEN)), "GetSIPDomains"))

    assert fault == Fault(
        "InternalServiceFault",
        "The server was unable to process the request due to an internal error."
        " The service cannot reach its store. Nothing was changed.",
    )


@pytest.mark.parametrize("error", [SessionExpired(), ProvisioningError("No.")])
def test_faults_may_be_sent_with_status_200(error: Exception) -> None:
    noted = Noted(error)
    response = Wire(noted, served(noted, fault_status=200)).post(message("IsAlive"), "IsAlive")

    assert fault_in(response, status=200).code == "InternalServiceFault"


def test_who_asks_too_often_is_told_when_to_come_again(service_fixture: ServiceFixture) -> None:
    wire = Wire(Noted(), served(service_fixture.service))
    asked = message("CheckInviteCode", "<inviteCode>x</inviteCode>")
    for _ in range(AN_HOUR):
        assert "Retry-After" not in wire.post(asked, "CheckInviteCode").headers
    response = wire.post(asked, "CheckInviteCode")

    assert response.headers["Retry-After"] == "3600"
    assert fault_in(response).message == (
        "Too many invite codes were tried from this address. The next one is possible in 3600 seconds."
    )


def test_an_answer_is_not_kept_and_sets_no_cookie(client: FlaskClient) -> None:
    client.post("/login", data={})
    response = Wire(Noted(), client).post(login(), "Login")

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert "Set-Cookie" not in response.headers


def test_the_session_of_the_portal_is_none_of_the_service(client: FlaskClient) -> None:
    wire = Wire(Noted(), client)
    created = "".join(f"<c:{element}>{value}</c:{element}>" for element, value in customer_fields())
    assert wire.post(message("CreateCustomer", f"<customer>{created}</customer>"), "CreateCustomer").status_code == 200
    page = client.get("/login").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    signed_in = client.post("/login", data={"csrf_token": token, "username": "alice", "password": PASSWORD})
    assert (signed_in.status_code, client.get("/account").status_code) == (303, 200)

    fault = fault_in(wire.post(message("GetCustomer", "<username>alice</username>"), "GetCustomer"))
    assert fault.type_name == "System.UnauthorizedAccessException"


def customer_fields() -> list[tuple[str, str]]:
    alice = person("alice")
    named = {
        "CustomerUsername": alice.customer_username,
        "CustomerPassword": alice.customer_password,
        "EmailAddress": alice.email_address,
        "FirstName": alice.first_name,
        "LastName": alice.last_name,
        "SecurityQuestion": alice.security_question,
        "SecurityAnswer": alice.security_answer,
        "City": alice.city,
        "Country": alice.country,
        "TimeZone": alice.time_zone,
    }
    return [(element, str(value)) for element, value in named.items()]
