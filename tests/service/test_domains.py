import hashlib

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.domains import default_domain, keep_default_domain
from sipsorcery_web.service.store.models import SIPAccountRow, SIPDomainRow
from sipsorcery_web.service.store.rows import secret_of
from tests.conftest import ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import sip_account

from .conftest import at_once


def kept(service_context: ServiceContext, name: str) -> list[SIPDomainRow]:
    """All domains, after the default one was set."""
    with service_context.database.write() as session:
        keep_default_domain(session, name, service_context.keyring, service_context.clock())
        session.flush()
        return list(session.scalars(select(SIPDomainRow).order_by(SIPDomainRow.domain)))


def test_the_default_domain_is_public_and_has_the_alias_local(service_context: ServiceContext) -> None:
    (row,) = kept(service_context, DOMAIN)

    assert (row.domain, row.owner, row.alias_list) == (DOMAIN, None, "local")


def test_a_second_start_changes_nothing(service_context: ServiceContext) -> None:
    ((before,), (after,)) = kept(service_context, DOMAIN), kept(service_context, DOMAIN)

    assert (before.id, before.inserted) == (after.id, after.inserted)


def test_a_renamed_domain_takes_its_accounts_and_their_ha1_along(
    service_context: ServiceContext, service_fixture: ServiceFixture
) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("alice-desk", sip_password="bl4ckbird!"))
    kept(service_context, "new.example.org")

    with service_context.database.read() as session:
        row = session.scalars(select(SIPAccountRow).where(SIPAccountRow.sip_username == "alice-desk")).one()
        ha1 = secret_of(row, "ha1_md5", service_context.keyring)
    assert {account.sip_domain for account in service_fixture.alice.sip_accounts.page()} == {"new.example.org"}
    assert ha1 == hashlib.md5(b"alice-desk:new.example.org:bl4ckbird!").hexdigest()


def test_other_domains_are_left_alone(service_context: ServiceContext) -> None:
    with service_context.database.write() as session:
        session.add(
            SIPDomainRow(
                id=ZERO_ID,
                domain="old.example.org",
                alias_list="old;locally",
                inserted=service_context.clock(),
                owner=None,
            )
        )

    assert [row.domain for row in kept(service_context, "new.example.org")] == ["new.example.org", "old.example.org"]


def test_a_domain_of_a_customer_is_never_the_default(
    service_context: ServiceContext, service_fixture: ServiceFixture
) -> None:
    assert service_fixture.alice
    with service_context.database.write() as session:
        session.add(
            SIPDomainRow(
                id=ZERO_ID, domain="a.example.org", alias_list="local", inserted=service_context.clock(), owner="alice"
            )
        )

        session.delete(session.scalars(select(SIPDomainRow).where(SIPDomainRow.owner.is_(None))).one())

    with service_context.database.read() as session, pytest.raises(LookupError):
        default_domain(session)


def test_a_service_without_a_default_domain_says_so(service_context: ServiceContext) -> None:
    with service_context.database.write() as session:
        session.delete(session.scalars(select(SIPDomainRow)).one())

    with service_context.database.read() as session, pytest.raises(LookupError, match="no default domain"):
        default_domain(session)


def test_processes_that_start_together_make_one_default_domain(
    service_context: ServiceContext, busy_database: Database
) -> None:
    def start() -> None:
        with busy_database.write() as session:
            keep_default_domain(session, DOMAIN, service_context.keyring, service_context.clock())

    assert at_once(*[start] * 4) == []
    with busy_database.read() as session:
        assert len(session.scalars(select(SIPDomainRow)).all()) == 1
