from dataclasses import replace

import pytest
from sqlalchemy import text

from sipsorcery_web.contract.errors import Conflict, NotFound, ProvisioningError, Refused
from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.first_run import FirstRun
from sipsorcery_web.service.operators import Operators
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import person

from .conftest import at_once

ROOT = person("root-admin")


@pytest.fixture
def first_run(service_context: ServiceContext) -> FirstRun:
    return FirstRun(service_context)


def test_the_set_up_is_open_until_there_is_an_administrator(
    first_run: FirstRun, service_fixture: ServiceFixture
) -> None:
    assert first_run.is_open()
    assert service_fixture.alice
    assert first_run.is_open()
    assert service_fixture.administrator
    assert not first_run.is_open()


def test_the_link_makes_an_administrator_who_can_sign_in(first_run: FirstRun, service_fixture: ServiceFixture) -> None:
    first_run.create_administrator(first_run.new_secret(), ROOT, HOME)

    made = service_fixture.client(service_fixture.token_of("root-admin")).customer("root-admin")
    assert (made.admin_id, made.created_from_ip_address, made.email_address_confirmed) == ("*", HOME, True)
    assert service_fixture.client(service_fixture.token_of("root-admin")).sip_accounts.count() == 1
    assert not first_run.is_open()


def test_the_link_works_once(first_run: FirstRun) -> None:
    secret = first_run.new_secret()
    first_run.create_administrator(secret, ROOT, HOME)

    with pytest.raises(NotFound, match="link is not valid"):
        first_run.check(secret, HOME)
    with pytest.raises(NotFound):
        first_run.create_administrator(secret, person("mallory"), HOME)


def test_the_link_is_over_after_half_an_hour(first_run: FirstRun, clock: Clock) -> None:
    secret = first_run.new_secret()

    clock.pass_(minutes=29, seconds=59)
    first_run.check(secret, HOME)
    clock.pass_(seconds=1)
    with pytest.raises(NotFound):
        first_run.check(secret, HOME)
    with pytest.raises(NotFound):
        first_run.create_administrator(secret, ROOT, HOME)
    assert first_run.is_open()


def test_a_new_link_ends_the_one_before(first_run: FirstRun) -> None:
    before, now = first_run.new_secret(), first_run.new_secret()

    first_run.check(now, HOME)
    with pytest.raises(NotFound):
        first_run.check(before, HOME)


@pytest.mark.parametrize("guess", ["", "x", "0" * 43])
def test_a_guess_is_no_link(first_run: FirstRun, guess: str) -> None:
    first_run.new_secret()

    with pytest.raises(NotFound):
        first_run.check(guess, HOME)


def test_a_link_has_256_random_bits_and_is_stored_hashed(first_run: FirstRun, service_context: ServiceContext) -> None:
    secret = first_run.new_secret()

    with service_context.database.read() as session:
        assert secret not in str(session.execute(text("SELECT * FROM setuplinks")).all())
    assert len(secret) == 43
    assert secret != first_run.new_secret()


def test_no_link_works_once_there_is_an_administrator(first_run: FirstRun, service_fixture: ServiceFixture) -> None:
    secret = first_run.new_secret()
    assert service_fixture.administrator

    with pytest.raises(NotFound):
        first_run.create_administrator(secret, person("second"), HOME)


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        (replace(ROOT, customer_password="short"), Refused),
        (replace(ROOT, first_name=None), Refused),
        (replace(ROOT, customer_username="alice"), Conflict),
        (replace(ROOT, email_address="alice@example.org"), Conflict),
    ],
)
def test_a_refusal_leaves_the_link_good(
    first_run: FirstRun, service_fixture: ServiceFixture, person: object, kind: type[ProvisioningError]
) -> None:
    assert service_fixture.alice
    secret = first_run.new_secret()

    with pytest.raises(kind):
        first_run.create_administrator(secret, person, HOME)  # type: ignore[arg-type]
    first_run.create_administrator(secret, ROOT, HOME)


def test_of_two_who_use_the_link_at_once_one_succeeds(service_context: ServiceContext, busy_database: Database) -> None:
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, service_context.keyring, service_context.clock())
    first_run = FirstRun(replace(service_context, database=busy_database))
    secret = first_run.new_secret()
    one, two = person("root-one"), person("root-two")
    refused = at_once(
        lambda: first_run.create_administrator(secret, one, HOME),
        lambda: first_run.create_administrator(secret, two, HOME),
    )

    assert [type(error) for error in refused] == [NotFound]
    assert [customer.admin_id for customer in Operators(first_run.context).customers()] == ["*"]
