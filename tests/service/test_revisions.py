"""Revision numbers: what the service writes raises those of whom it is shown to, and no others."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from sqlalchemy import delete, text, update

from sipsorcery_web.contract.errors import ProvisioningError, SessionExpired
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.revisions import revision_of
from sipsorcery_web.service.store.models import (
    CustomerRow,
    SIPAccountRow,
    SIPDialogueRow,
    SIPProviderBindingRow,
    SIPRegistrarBindingRow,
)
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import sip_account, sip_provider
from tests.factories.rows import binding_of, leg_values, sip_account_values
from tests.revisions import raised
from tests.schemas import migrated_store

OF_ALICE = {"owner:alice", "*"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with migrated_store(request.param, f"sqlite:///{tmp_path}/portal.db") as database:
        yield database


@pytest.fixture
def service_fixture(service_fixture: ServiceFixture) -> ServiceFixture:
    assert service_fixture.alice
    assert service_fixture.bob
    return service_fixture


def revision(service_fixture: ServiceFixture, username: str) -> str:
    context = service_fixture.service.context
    token = service_fixture.token_of(username)
    with context.database.read() as session:
        return revision_of(session, token, context.clock())


# Whose numbers are raised


def test_an_account_raises_its_owners_number_and_that_of_all(
    service_fixture: ServiceFixture, database: Database
) -> None:
    alice = service_fixture.alice.sip_accounts
    with raised(database) as adding:
        account = alice.add(sip_account("front-desk"))
    with raised(database) as saving:
        alice.update(account.with_(is_incoming_only=True))
    with raised(database) as deleting:
        alice.delete(account)
    assert adding == saving == deleting == OF_ALICE


def test_a_provider_and_its_registration_raise_the_owners_number(
    service_fixture: ServiceFixture, database: Database
) -> None:
    alice = service_fixture.alice.sip_providers
    with raised(database) as adding:
        alice.add(sip_provider("northline", register_enabled=True, register_contact=f"sip:alice@{DOMAIN}"))
    with raised(database) as registering, database.write() as session:
        session.execute(update(SIPProviderBindingRow).values(is_registered=True))
    with raised(database) as deleting:
        alice.delete(alice.page()[0])
    assert adding == registering == deleting == OF_ALICE


def test_a_call_raises_the_owners_number(service_fixture: ServiceFixture, database: Database, clock: Clock) -> None:
    with raised(database) as coming, database.write() as session:
        session.add(SIPDialogueRow(**leg_values("alice", clock())))
    with raised(database) as going, database.write() as session:
        session.execute(delete(SIPDialogueRow))
    assert coming == going == OF_ALICE


def test_a_members_record_raises_the_number_of_its_admin_member_id(
    service_fixture: ServiceFixture, database: Database, clock: Clock
) -> None:
    values = sip_account_values("alice", "front-desk", clock(), admin_member_id="partner")
    with raised(database) as adding, database.write() as session:
        session.add(SIPAccountRow(**values))
    with raised(database) as moving, database.write() as session:
        session.execute(update(SIPAccountRow).where(SIPAccountRow.id == values["id"]).values(admin_member_id="another"))
    assert adding == {*OF_ALICE, "member:partner"}
    assert moving == {*OF_ALICE, "member:partner", "member:another"}


def test_a_new_domain_raises_the_numbers_of_all_whose_accounts_follow(
    service_fixture: ServiceFixture, database: Database, keyring: Keyring, clock: Clock
) -> None:
    with raised(database) as renaming, database.write() as session:
        keep_default_domain(session, "sip.example.net", keyring, clock())
    assert renaming == {*OF_ALICE, "owner:bobby"}


def test_what_goes_with_a_customer_raises_the_numbers_of_that_customer(
    service_fixture: ServiceFixture, database: Database
) -> None:
    with raised(database) as deleting:
        service_fixture.alice.delete_customer("alice")
    assert deleting == OF_ALICE


def bound(service_fixture: ServiceFixture, database: Database, clock: Clock) -> None:
    account = service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    with database.write() as session:
        session.add(SIPRegistrarBindingRow(**binding_of(account, clock())))


@pytest.mark.parametrize("change", [{"user_agent": "Snom/11"}, {"contact_uri": "sip:x@y"}, {"expiry": 60}])
def test_a_phone_that_registers_otherwise_raises_the_owners_number(
    service_fixture: ServiceFixture, database: Database, clock: Clock, change: dict[str, object]
) -> None:
    bound(service_fixture, database, clock)
    with raised(database) as changing, database.write() as session:
        session.execute(update(SIPRegistrarBindingRow).values(**change))
    assert changing == OF_ALICE


# What raises nothing


def test_a_registration_that_is_only_renewed_raises_nothing(
    service_fixture: ServiceFixture, database: Database, clock: Clock
) -> None:
    bound(service_fixture, database, clock)
    clock.pass_(minutes=5)
    with raised(database) as renewing, database.write() as session:
        session.execute(update(SIPRegistrarBindingRow).values(last_update=clock(), expiry_time=clock()))
    assert renewing == set()


def test_what_is_refused_or_taken_back_raises_nothing(service_fixture: ServiceFixture, database: Database) -> None:
    with raised(database) as refused, pytest.raises(ProvisioningError):
        service_fixture.alice.sip_accounts.add(sip_account("abc"))
    with raised(database) as rolled_back, database.write() as session:
        session.execute(delete(SIPAccountRow))
        session.rollback()
    assert refused == rolled_back == set()


def test_statements_that_change_no_row_raise_nothing(service_fixture: ServiceFixture, database: Database) -> None:
    with raised(database) as changing, database.write() as session:
        session.execute(delete(SIPAccountRow).where(SIPAccountRow.owner == "nobody"))
        session.execute(update(SIPAccountRow).where(SIPAccountRow.owner == "nobody").values(network_id="x"))
    assert changing == set()


def test_what_no_live_list_shows_raises_nothing(service_fixture: ServiceFixture, database: Database) -> None:
    with raised(database) as changing:
        service_fixture.alice.extend_session(5)
        Operators(service_fixture.service.context).suspend("alice", "unpaid")
    assert changing == set()


# What each caller sees


def change_of_bobs(service_fixture: ServiceFixture) -> None:
    service_fixture.bob.sip_accounts.add(sip_account(f"desk-{uuid4().hex[:8]}"))


def test_a_customers_revision_follows_own_changes_alone(service_fixture: ServiceFixture) -> None:
    before = revision(service_fixture, "alice")
    change_of_bobs(service_fixture)
    assert revision(service_fixture, "alice") == before
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    assert revision(service_fixture, "alice") != before


def test_the_administrators_revision_follows_everybodys(service_fixture: ServiceFixture) -> None:
    assert service_fixture.administrator
    before = revision(service_fixture, "root-admin")
    change_of_bobs(service_fixture)
    assert revision(service_fixture, "root-admin") != before


def test_the_revision_of_a_members_administrator_follows_own_changes_and_the_members(
    service_fixture: ServiceFixture, database: Database, clock: Clock
) -> None:
    def account(owner: str, name: str, member: str | None) -> Callable[[], None]:
        def add() -> None:
            with database.write() as session:
                session.add(SIPAccountRow(**sip_account_values(owner, name, clock(), admin_member_id=member)))

        return add

    with database.write() as session:
        session.execute(update(CustomerRow).where(CustomerRow.customer_username == "alice").values(admin_id="partner"))
    changes = (
        account("bobby", "bobs-desk", None),
        account("bobby", "another-desk", "another"),
        account("alice", "alices-desk", None),
        account("bobby", "members-desk", "partner"),
    )
    seen = [revision(service_fixture, "alice")]
    for change in changes:
        change()
        seen.append(revision(service_fixture, "alice"))
    assert [after != before for before, after in pairwise(seen)] == [False, False, True, True]


@pytest.mark.parametrize("how", ["ended", "suspended", "unknown"])
def test_without_a_session_there_is_no_revision(service_fixture: ServiceFixture, clock: Clock, how: str) -> None:
    context = service_fixture.service.context
    token: str | None = service_fixture.token_of("alice")
    match how:
        case "ended":
            clock.pass_(minutes=60)
        case "suspended":
            Operators(context).suspend("alice", None)
        case _:
            token = None
    with context.database.read() as session, pytest.raises(SessionExpired):
        revision_of(session, token, clock())


# Transactions at once


def test_on_postgresql_transactions_at_once_neither_wait_for_each_other_nor_lose_a_change(
    service_fixture: ServiceFixture, database: Database, clock: Clock
) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    before = revision(service_fixture, "root-admin") if service_fixture.administrator else ""
    with database.write() as one, database.write() as other:
        for session, owners in ((one, ("alice", "bobby")), (other, ("bobby", "alice"))):
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            for owner in owners:
                session.add(SIPAccountRow(**sip_account_values(owner, f"d{uuid4().hex[:9]}", clock())))
                session.flush()
        one.commit()
        between = revision(service_fixture, "root-admin")
    assert len({before, between, revision(service_fixture, "root-admin")}) == 3


def test_no_change_of_many_writers_is_missed(service_fixture: ServiceFixture, database: Database, clock: Clock) -> None:
    together = Barrier(4)

    def write() -> None:
        together.wait()
        for _ in range(10):
            with database.write() as session:
                session.add(SIPAccountRow(**sip_account_values("alice", f"d{uuid4().hex[:9]}", clock())))

    threads = [Thread(target=write) for _ in range(4)]
    before = revision(service_fixture, "alice")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert int(revision(service_fixture, "alice").split("/")[2]) - int(before.split("/")[2]) == 40
