from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Conflict, ProvisioningError, Refused
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.integrity_errors import translate_integrity_errors
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPDialPlanRow, SIPProviderRow
from tests.conftest import ServiceFixture
from tests.factories.rows import dial_plan_values, sip_account_values, sip_provider_values

TAKEN_ID = UUID(int=1)


@pytest.fixture
def store(service_fixture: ServiceFixture, service_context: ServiceContext) -> Callable[[Any], ProvisioningError]:
    """Adds a second row to those of alice and says how it was refused."""
    assert service_fixture.alice
    first: list[Any] = [account("alice-desk", id=TAKEN_ID), provider("blue"), plan("night")]
    with service_context.database.write() as session:
        session.add_all(row(service_context) for row in first)

    def refusal(make: Callable[[ServiceContext], Any]) -> ProvisioningError:
        with (
            pytest.raises(ProvisioningError) as refused,
            translate_integrity_errors(),
            service_context.database.write() as session,
        ):
            session.add(make(service_context))
        return refused.value

    return refusal


def account(sip_username: str, **more: Any) -> Callable[[ServiceContext], SIPAccountRow]:
    return lambda parts: SIPAccountRow(**sip_account_values("alice", sip_username, parts.clock(), **more))


def provider(name: str) -> Callable[[ServiceContext], SIPProviderRow]:
    return lambda parts: SIPProviderRow(**sip_provider_values("alice", name, parts.clock()))


def plan(name: str) -> Callable[[ServiceContext], SIPDialPlanRow]:
    return lambda parts: SIPDialPlanRow(**dial_plan_values("alice", name, parts.clock()))


def customer(username: str, email_address: str) -> Callable[[ServiceContext], CustomerRow]:
    return lambda parts: CustomerRow(
        id=uuid4(), customer_username=username, email_address=email_address, password_hash="x", inserted=parts.clock()
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (account("alice-desk"), "The SIP account name is already in use on this domain."),
        (account("alice-hall", id=TAKEN_ID), "A record with this id already exists."),
        (provider("blue"), "A SIP provider with this name already exists."),
        (plan("night"), "A dial plan with this name already exists."),
        (customer("alice", "a@example.org"), "The requested username is already in use please try a different one."),
        (customer("carol", "alice@example.org"), "The email address is already associated with an account."),
    ],
)
def test_a_broken_key_is_told_in_plain_words(store: Any, row: Any, message: str) -> None:
    refusal = store(row)

    assert isinstance(refusal, Conflict)
    assert refusal.message == message


def test_a_domain_that_is_not_there_is_told_in_plain_words(store: Any) -> None:
    refusal = store(account("alice-hall", sip_domain="no.such.domain"))

    assert type(refusal) is Refused
    assert refusal.message == "The domain is not one of this service."


@pytest.mark.parametrize(
    ("complaint", "message"),
    [
        (
            'duplicate key value violates unique constraint "uq_sipaccounts_sip_username_sip_domain"',
            "The SIP account name is already in use on this domain.",
        ),
        (
            'duplicate key value violates unique constraint "uq_customers_email_address"',
            "The email address is already associated with an account.",
        ),
        (
            'duplicate key value violates unique constraint "uq_customers_customer_username"',
            "The requested username is already in use please try a different one.",
        ),
        (
            'duplicate key value violates unique constraint "uq_sipproviders_owner_provider_name"',
            "A SIP provider with this name already exists.",
        ),
        (
            'duplicate key value violates unique constraint "uq_sipdialplans_owner_dial_plan_name"',
            "A dial plan with this name already exists.",
        ),
        ('duplicate key value violates unique constraint "pk_sipaccounts"', "A record with this id already exists."),
        (
            'insert or update on table "sipaccounts" violates foreign key constraint "fk_sipaccounts_sip_domain_sipdomains"',
            "The domain is not one of this service.",
        ),
    ],
)
def test_the_words_of_postgresql_mean_the_same(complaint: str, message: str) -> None:
    with pytest.raises(Refused) as refused, translate_integrity_errors():
        raise IntegrityError("INSERT", None, Exception(complaint))

    assert refused.value.message == message


def test_the_names_of_the_keys_are_those_that_are_looked_for(service_context: ServiceContext) -> None:
    names = {
        constraint.name
        for row in (CustomerRow, SIPAccountRow, SIPProviderRow, SIPDialPlanRow)
        for constraint in row.__table__.constraints  # type: ignore[attr-defined]
    }
    assert names >= {
        "uq_customers_customer_username",
        "uq_customers_email_address",
        "uq_sipaccounts_sip_username_sip_domain",
        "uq_sipproviders_owner_provider_name",
        "uq_sipdialplans_owner_dial_plan_name",
    }


def test_any_other_error_passes_through(service_context: ServiceContext) -> None:
    with pytest.raises(ZeroDivisionError), translate_integrity_errors():
        raise ZeroDivisionError


def test_nothing_is_stored_when_a_key_is_broken(store: Any, service_context: ServiceContext) -> None:
    def with_session(session: Session) -> int:
        return session.query(SIPAccountRow).count()

    store(account("alice-desk"))
    with service_context.database.read() as session:
        assert with_session(session) == 2
