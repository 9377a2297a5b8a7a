import hashlib

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.kinds import ZERO_ID
from sipsorcery_web.database.engine import Database
from sipsorcery_web.service.call import Parts
from sipsorcery_web.service.domains import default_domain, keep_default_domain
from sipsorcery_web.service.store.models import SIPAccountRow, SIPDomainRow
from sipsorcery_web.service.store.rows import secret_of
from tests.conftest import DOMAIN, Stage, sip_account

from .conftest import at_once


def kept(parts: Parts, name: str) -> list[SIPDomainRow]:
    """All domains, after the default one was set."""
    with parts.database.write() as session:
        keep_default_domain(session, name, parts.keyring, parts.clock())
        session.flush()
        return list(session.scalars(select(SIPDomainRow).order_by(SIPDomainRow.domain)))


def test_the_default_domain_is_public_and_has_the_alias_local(parts: Parts) -> None:
    (row,) = kept(parts, DOMAIN)

    assert (row.domain, row.owner, row.alias_list) == (DOMAIN, None, "local")


def test_a_second_start_changes_nothing(parts: Parts) -> None:
    ((before,), (after,)) = kept(parts, DOMAIN), kept(parts, DOMAIN)

    assert (before.id, before.inserted) == (after.id, after.inserted)


def test_a_renamed_domain_takes_its_accounts_and_their_ha1_along(parts: Parts, stage: Stage) -> None:
    stage.alice.sip_accounts.add(sip_account("alice-desk", sip_password="bl4ckbird!"))
    kept(parts, "new.example.org")

    with parts.database.read() as session:
        row = session.scalars(select(SIPAccountRow).where(SIPAccountRow.sip_username == "alice-desk")).one()
        ha1 = secret_of(row, "ha1_md5", parts.keyring)
    assert {account.sip_domain for account in stage.alice.sip_accounts.page()} == {"new.example.org"}
    assert ha1 == hashlib.md5(b"alice-desk:new.example.org:bl4ckbird!").hexdigest()


def test_other_domains_are_left_alone(parts: Parts) -> None:
    with parts.database.write() as session:
        session.add(
            SIPDomainRow(
                id=ZERO_ID, domain="old.example.org", alias_list="old;locally", inserted=parts.clock(), owner=None
            )
        )

    assert [row.domain for row in kept(parts, "new.example.org")] == ["new.example.org", "old.example.org"]


def test_a_domain_of_a_customer_is_never_the_default(parts: Parts, stage: Stage) -> None:
    assert stage.alice
    with parts.database.write() as session:
        session.add(
            SIPDomainRow(id=ZERO_ID, domain="a.example.org", alias_list="local", inserted=parts.clock(), owner="alice")
        )

        session.delete(session.scalars(select(SIPDomainRow).where(SIPDomainRow.owner.is_(None))).one())

    with parts.database.read() as session, pytest.raises(LookupError):
        default_domain(session)


def test_a_service_without_a_default_domain_says_so(parts: Parts) -> None:
    with parts.database.write() as session:
        session.delete(session.scalars(select(SIPDomainRow)).one())

    with parts.database.read() as session, pytest.raises(LookupError, match="no default domain"):
        default_domain(session)


def test_processes_that_start_together_make_one_default_domain(parts: Parts, busy_database: Database) -> None:
    def start() -> None:
        with busy_database.write() as session:
            keep_default_domain(session, DOMAIN, parts.keyring, parts.clock())

    assert at_once(*[start] * 4) == []
    with busy_database.read() as session:
        assert len(session.scalars(select(SIPDomainRow)).all()) == 1
