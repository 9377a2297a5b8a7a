"""Lists that are asked for again over the wire: kept while nothing changes, and for nobody but who has asked."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.store.models import CustomerRow, RevisionRow
from tests.conftest import Clock, ServiceFixture
from tests.factories.records import sip_account, sip_provider
from tests.schemas import migrated_store
from tests.statements import counted_statements

from ..edge import Edge, edge_of, security

PAGE = "<whereExpression/><offset>0</offset><count>25</count>"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with migrated_store(request.param, f"sqlite:///{tmp_path}/portal.db") as database:
        yield database


@pytest.fixture
def service_fixture(service_fixture: ServiceFixture) -> ServiceFixture:
    assert service_fixture.alice
    assert service_fixture.bob
    return service_fixture


@pytest.fixture
def edge(service_fixture: ServiceFixture) -> Edge:
    return edge_of(service_fixture.service)


@pytest.fixture
def token(service_fixture: ServiceFixture) -> str:
    return service_fixture.token_of("alice")


def accounts(edge: Edge, token: str, parameters: str = PAGE) -> str:
    """The answer of the list of SIP accounts."""
    return edge.call("GetSIPAccounts", parameters, security(token)).response.text


def test_a_list_that_is_as_it_was_costs_one_statement(service_fixture: ServiceFixture, edge: Edge, token: str) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    first = accounts(edge, token)
    assert "front-desk" in first
    with counted_statements() as noted:
        assert accounts(edge, token) == first
    assert len(noted) == 1


def test_a_list_for_a_token_for_programs_is_kept_too_and_ends_with_the_token(
    service_fixture: ServiceFixture, edge: Edge, clock: Clock
) -> None:
    alice = service_fixture.alice
    wanted = AccessToken(name="report", scopes="accounts:read", ends=clock() + timedelta(days=1))
    made = alice.add_access_token(wanted)
    token = made.token or ""
    for _ in range(2):  # the first one notes that the token is used, and is not kept
        first = accounts(edge, token)
    with counted_statements() as noted:
        assert accounts(edge, token) == first
    assert len(noted) == 1
    alice.delete_access_token(made.id)
    assert "Fault" in accounts(edge, token)


def test_what_has_changed_is_read(service_fixture: ServiceFixture, edge: Edge, token: str) -> None:
    alice = service_fixture.alice.sip_accounts
    assert "front-desk" not in accounts(edge, token)
    account = alice.add(sip_account("front-desk"))
    assert "<a:IsIncomingOnly>false" in accounts(edge, token)
    alice.update(account.with_(is_incoming_only=True))
    assert "<a:IsIncomingOnly>true" in accounts(edge, token)
    alice.delete(account)
    assert "front-desk" not in accounts(edge, token)


def test_providers_are_kept_and_read_alike(service_fixture: ServiceFixture, edge: Edge, token: str) -> None:
    def providers() -> str:
        return edge.call("GetSIPProviders", PAGE, security(token)).response.text

    assert providers() == providers()
    service_fixture.alice.sip_providers.add(sip_provider("northline"))
    assert "northline" in providers()


def test_another_page_is_another_answer(service_fixture: ServiceFixture, edge: Edge, token: str) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    assert "front-desk" in accounts(edge, token)
    assert "front-desk" not in accounts(edge, token, PAGE.replace("<offset>0", "<offset>9"))


def test_bob_is_given_nothing_of_what_alice_has_asked_for(
    service_fixture: ServiceFixture, edge: Edge, token: str
) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    assert "front-desk" in accounts(edge, token)
    assert "front-desk" not in accounts(edge, service_fixture.token_of("bobby"))


def test_nor_where_the_token_is_in_a_header_of_http(service_fixture: ServiceFixture, edge: Edge, token: str) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    for name, value in (("authid", "{}"), ("Authorization", "Bearer {}")):
        asked = [{name: value.format(each)} for each in (token, service_fixture.token_of("bobby"))]
        told = [edge.call("GetSIPAccounts", PAGE, headers=headers).response.text for headers in (*asked, {})]
        assert ["front-desk" in text for text in told] == [True, False, False]


def test_a_session_that_has_ended_is_given_nothing(service_fixture: ServiceFixture, edge: Edge, token: str) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    assert "front-desk" in accounts(edge, token)
    edge.call("Logout", "", security(token))
    answer = edge.call("GetSIPAccounts", PAGE, security(token))
    assert (answer.status, "front-desk" in answer.response.text) == (500, False)


def test_a_session_that_has_run_out_is_given_nothing(
    service_fixture: ServiceFixture, edge: Edge, token: str, clock: Clock
) -> None:
    assert "Fault" not in accounts(edge, token)
    clock.pass_(minutes=120)
    assert "Fault" in accounts(edge, token)


def test_a_suspended_customer_is_given_nothing(database: Database, edge: Edge, token: str) -> None:
    assert "Fault" not in accounts(edge, token)
    with database.write() as session:
        session.execute(update(CustomerRow).where(CustomerRow.customer_username == "alice").values(suspended=True))
    assert "Fault" in accounts(edge, token)


def test_a_change_that_is_lost_with_its_number_is_not_told_for_longer_than_a_minute(
    service_fixture: ServiceFixture, database: Database, edge: Edge, token: str, clock: Clock
) -> None:
    account = service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    with database.read() as session:
        numbers = [{"id": row.id, "number": row.number} for row in session.scalars(select(RevisionRow))]
    assert "front-desk" in accounts(edge, token)
    service_fixture.alice.sip_accounts.delete(account)
    with database.write() as session:  # as a server has them that took over before the account was there
        session.execute(update(RevisionRow), numbers)

    clock.pass_(minutes=2)
    assert "front-desk" not in accounts(edge, token)
