"""Accounts and providers written for the engine, without an engine."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.records import SIPProvider
from sipsorcery_web.kamailio.mirror import Changes, Mirror
from sipsorcery_web.kamailio.tables import PROVIDER_CONTACT, SUBSCRIBER
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.models import SIPProviderBindingRow, SIPProviderRow
from tests.conftest import ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import sip_account, sip_provider


@dataclass
class Told:
    """A mirror of a store, and what it asked the engine to do."""

    mirror: Mirror
    service_fixture: ServiceFixture
    changes: list[Changes] = field(default_factory=list)

    def subscriber(self, username: str) -> Row[Any] | None:
        with self.mirror.database.read() as session:
            return session.execute(select(SUBSCRIBER).where(SUBSCRIBER.c.username == username)).one_or_none()

    def contact(self) -> Row[Any] | None:
        with self.mirror.database.read() as session:
            return session.execute(select(PROVIDER_CONTACT)).one_or_none()

    @property
    def deleted_providers(self) -> list[SIPProviderRow]:
        return [row for change in self.changes for row in change.deleted_providers]

    @property
    def ended(self) -> set[tuple[str, str]]:
        return {address for change in self.changes for address in change.ended}


@pytest.fixture
def told(service_context: ServiceContext) -> Any:
    changes: list[Changes] = []
    mirror = Mirror(
        service_context.database,
        service_context.keyring,
        lambda host: DOMAIN if host == "127.0.0.1" else host,
        changes.append,
    )
    mirror.listen()
    yield Told(mirror, ServiceFixture(Service(service_context)), changes)
    mirror.forget()


def ha1(username: str, password: str, domain: str = DOMAIN) -> str:
    return hashlib.md5(f"{username}:{domain}:{password}".encode()).hexdigest()


def provider(**more: Any) -> SIPProvider:
    details: dict[str, Any] = {
        "provider_username": "line",
        "provider_password": "sw0rdfish",
        "provider_server": "sip:sip.northline.example:5070",
        "register_contact": "sip:front-desk@127.0.0.1",
        "register_enabled": True,
    }
    return sip_provider(**(details | more))


def test_a_new_account_is_told_with_its_ha1_and_never_its_password(told: Told) -> None:
    told.service_fixture.alice.sip_accounts.add(sip_account("front-desk", send_nat_keep_alives=True))

    row = told.subscriber("front-desk")
    assert row is not None
    assert (row.ha1_md5, row.owner, row.keep_alives) == (ha1("front-desk", "bl4ckbird!"), "alice", 1)
    assert "bl4ckbird!" not in repr(row)
    assert told.ended == set()


def test_the_first_account_of_a_new_customer_is_told(told: Told) -> None:
    assert told.service_fixture.alice
    assert told.subscriber("alice") is not None


def test_an_account_without_a_password_is_known_and_nobody_can_sign_in(told: Told) -> None:
    told.service_fixture.alice.sip_accounts.add(sip_account("only-rings", sip_password=None, is_incoming_only=True))

    row = told.subscriber("only-rings")
    assert row is not None
    assert len(row.ha1_md5) == 32
    assert row.ha1_md5 not in (ha1("only-rings", ""), ha1("only-rings", "None"))


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ({"sip_password": "n3wpassword"}, True),
        ({"sip_username": "back-desk"}, True),
        ({"is_user_disabled": True}, True),
        ({"network_id": "office"}, False),
        ({"is_incoming_only": True}, False),
    ],
)
def test_a_change_ends_bindings_where_it_must(told: Told, change: dict[str, Any], ends: bool) -> None:
    account = told.service_fixture.alice.sip_accounts.add(sip_account("front-desk"))

    told.service_fixture.alice.sip_accounts.update(account.with_(**change))

    assert (("front-desk", DOMAIN) in told.ended) is ends


def test_a_refused_change_is_not_told(told: Told) -> None:
    account = told.service_fixture.alice.sip_accounts.add(sip_account("front-desk"))

    with pytest.raises(ProvisioningError):
        told.service_fixture.alice.sip_accounts.update(account.with_(sip_username="x"))

    assert told.ended == set()
    assert told.subscriber("front-desk") is not None


def test_a_deleted_account_goes(told: Told) -> None:
    account = told.service_fixture.alice.sip_accounts.add(sip_account("front-desk"))

    told.service_fixture.alice.sip_accounts.delete(account)

    assert told.subscriber("front-desk") is None
    assert told.ended == {("front-desk", DOMAIN)}


def test_a_deleted_customer_takes_everything_along(told: Told) -> None:
    told.service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    told.service_fixture.alice.sip_providers.add(provider())
    assert told.service_fixture.bob

    told.service_fixture.alice.delete_customer("alice")

    assert told.subscriber("front-desk") is None
    assert told.contact() is None
    assert told.ended == {("front-desk", DOMAIN), ("alice", DOMAIN)}
    assert told.subscriber("bobby") is not None


def test_a_suspended_customer_has_no_accounts_until_resumed(told: Told, service_context: ServiceContext) -> None:
    told.service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    operators = Operators(service_context)

    operators.suspend("alice", None)
    assert told.subscriber("front-desk").disabled == 2  # type: ignore[union-attr]
    assert ("front-desk", DOMAIN) in told.ended

    operators.resume("alice")
    assert told.subscriber("front-desk").disabled == 0  # type: ignore[union-attr]


def test_an_account_that_is_changed_while_its_owner_is_suspended_stays_disabled(
    told: Told, service_context: ServiceContext
) -> None:
    assert told.service_fixture.alice
    Operators(service_context).suspend("alice", None)

    told.service_fixture.administrator.sip_accounts.update(
        next(
            found for found in told.service_fixture.administrator.sip_accounts.page() if found.sip_username == "alice"
        ).with_(network_id="office")
    )

    assert told.subscriber("alice").disabled == 2  # type: ignore[union-attr]


def test_another_default_domain_makes_other_ha1(told: Told, service_context: ServiceContext) -> None:
    told.service_fixture.alice.sip_accounts.add(sip_account("front-desk"))

    with service_context.database.write() as session:
        keep_default_domain(session, "sip.example.net", service_context.keyring, service_context.clock())

    row = told.subscriber("front-desk")
    assert row is not None
    assert (row.domain, row.ha1_md5) == ("sip.example.net", ha1("front-desk", "bl4ckbird!", "sip.example.net"))


def test_the_engine_is_told_where_calls_from_a_provider_go_and_no_password(told: Told) -> None:
    added = told.service_fixture.alice.sip_providers.add(provider())

    row = told.contact()
    assert row is not None
    assert (row.l_uuid, row.username, row.domain) == (added.id.hex, "front-desk", DOMAIN)
    assert (row.owner, row.provider_name) == ("alice", "northline")
    assert "sw0rdfish" not in repr(row)


@pytest.mark.parametrize("is_registered", [True, False])
def test_a_deleted_provider_that_was_registered_with_is_to_be_told(
    told: Told, service_context: ServiceContext, is_registered: bool
) -> None:
    added = told.service_fixture.alice.sip_providers.add(provider())
    register(service_context, is_registered)

    told.service_fixture.alice.sip_providers.delete(added)

    assert told.contact() is None
    assert [row.id for row in told.deleted_providers] == [added.id] * is_registered


def test_a_deleted_customers_providers_are_to_be_told(told: Told, service_context: ServiceContext) -> None:
    added = told.service_fixture.alice.sip_providers.add(provider())
    told.service_fixture.bob.sip_providers.add(provider(provider_name="bobs"))
    register(service_context, True)

    told.service_fixture.alice.delete_customer("alice")

    assert [row.id for row in told.deleted_providers] == [added.id]


def register(service_context: ServiceContext, is_registered: bool) -> None:
    with service_context.database.write() as session:
        session.execute(update(SIPProviderBindingRow).values(is_registered=is_registered))


def test_a_provider_that_does_not_register_is_not_told(told: Told) -> None:
    added = told.service_fixture.alice.sip_providers.add(provider())

    told.service_fixture.alice.sip_providers.update(added.with_(register_enabled=False))

    assert told.contact() is None
    assert told.changes[-1].providers


def test_rebuilding_gives_the_same_tables(told: Told) -> None:
    told.service_fixture.alice.sip_accounts.add(sip_account("front-desk", is_user_disabled=True))
    told.service_fixture.alice.sip_providers.add(provider())

    def tables() -> list[Any]:
        return [told.subscriber("front-desk")[1:], told.contact()[1:]]  # type: ignore[index]

    before = tables()
    with told.mirror.database.write() as session:
        session.execute(SUBSCRIBER.update().values(ha1_md5="spoilt"))
        session.execute(PROVIDER_CONTACT.delete())
    told.mirror.rebuild()

    assert tables() == before
