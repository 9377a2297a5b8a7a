"""Links that were mailed, in the store."""

from datetime import timedelta

import pytest

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.mailed_links import LIVES, find_link, new_link, use_link
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts
from tests.conftest import Clock
from tests.factories import DOMAIN
from tests.factories.records import person

from .conftest import at_once

ALICE = ("alice", "alice@example.org")


def link_of_alice(context: ServiceContext, purpose: LinkPurpose, address: str = ALICE[1]) -> str:
    with context.database.write() as session:
        return new_link(session, purpose, "alice", address, context.clock())


def is_good(context: ServiceContext, token: str) -> bool:
    with context.database.read() as session:
        try:
            find_link(session, token, context.clock())
        except NotFound:
            return False
    return True


def use(context: ServiceContext, token: str) -> None:
    with context.database.write() as session:
        use_link(session, token, context.clock())


@pytest.fixture
def context(service_context: ServiceContext) -> ServiceContext:
    Operators(service_context).create_customer(person("alice"), administrator=False)
    return service_context


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_is_good_for_its_time(context: ServiceContext, clock: Clock, purpose: LinkPurpose) -> None:
    token = link_of_alice(context, purpose)
    clock.now += LIVES[purpose] - timedelta(seconds=1)
    assert is_good(context, token)
    clock.pass_(seconds=1)
    assert not is_good(context, token)
    with pytest.raises(NotFound):
        use(context, token)


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_is_used_once(context: ServiceContext, purpose: LinkPurpose) -> None:
    token = link_of_alice(context, purpose)
    use(context, token)
    with pytest.raises(NotFound):
        use(context, token)


def test_a_token_has_256_bits_and_no_two_are_alike(context: ServiceContext) -> None:
    tokens = {link_of_alice(context, LinkPurpose.RESET) for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}


@pytest.mark.parametrize("purpose", [LinkPurpose.RESET, LinkPurpose.CONFIRMATION])
def test_a_link_to_an_address_that_is_not_the_customers_any_more_is_no_good(
    context: ServiceContext, purpose: LinkPurpose
) -> None:
    assert not is_good(context, link_of_alice(context, purpose, "former@example.org"))


@pytest.mark.parametrize("token", ["", "guess", None, "x" * 43])
def test_what_is_no_token_is_no_link(context: ServiceContext, token: str | None) -> None:
    link_of_alice(context, LinkPurpose.RESET)
    with context.database.read() as session, pytest.raises(NotFound, match=r"^The link was not found\.$"):
        find_link(session, token, context.clock())


def test_of_two_who_use_a_link_at_once_one_is_late(
    busy_database: Database, keyring: Keyring, passwords: Passwords, clock: Clock
) -> None:
    context = ServiceContext(
        database=busy_database,
        keyring=keyring,
        passwords=passwords,
        clock=clock,
        new_accounts=NewAccounts("open", chosen=True),
    )
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, keyring, clock())
    Operators(context).create_customer(person("alice"), administrator=False)
    token = link_of_alice(context, LinkPurpose.RESET)
    assert [type(error).__name__ for error in at_once(*[lambda: use(context, token)] * 4)] == ["LinkNotFound"] * 3
