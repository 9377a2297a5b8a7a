"""Entries that are old enough, and those of a customer who is deleted, leave a hash."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from sipsorcery_web.service.audit import removing
from sipsorcery_web.service.audit.heads import Heads
from sipsorcery_web.service.audit.removing import OldEntries
from sipsorcery_web.service.audit.verifying import verify
from sipsorcery_web.service.store.audit import AuditRemovedRow, AuditRow
from tests.conftest import Clock, ServiceFixture
from tests.factories.records import person, sip_account

KEPT = timedelta(days=365)


@pytest.fixture
def a_year(audited: ServiceFixture, clock: Clock) -> ServiceFixture:
    """Alice has made something in each of fourteen months, and bob in the first one alone."""
    assert audited.bob
    for month in range(14):
        token = audited.alice
        token.sip_accounts.add(sip_account(f"alice-{month}"))
        clock.pass_(days=30)
        audited.signed_in.clear()
        audited.signed_in |= {name: audited.client(audited.token_of(name)) for name in ("alice", "bobby")}
    return audited


def old(a_year: ServiceFixture) -> OldEntries:
    return OldEntries(a_year.service.context, KEPT, pause=lambda _: None)


def numbers(audited: ServiceFixture, owner: str) -> list[int]:
    with audited.service.context.database.read() as session:
        return sorted(session.scalars(select(AuditRow.number).where(AuditRow.owner == owner)))


def test_what_is_too_old_goes_and_the_rest_is_still_good(a_year: ServiceFixture, heads: Heads) -> None:
    assert old(a_year).delete() == 4
    assert numbers(a_year, "alice") == list(range(4, 16))
    assert numbers(a_year, "bobby") == []
    assert verify(a_year.service.context).troubles == []
    assert old(a_year).delete() == 0
    assert len(heads.path.read_text().splitlines()) == 2


def test_they_go_some_at_a_time(a_year: ServiceFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "AT_ONCE", 2)

    assert old(a_year).delete() == 4
    assert numbers(a_year, "alice") == list(range(4, 16))
    assert verify(a_year.service.context).troubles == []


def test_a_chain_whose_entries_have_all_gone_goes_on(a_year: ServiceFixture) -> None:
    old(a_year).delete()
    a_year.bob.sip_accounts.add(sip_account("bobby-desk"))

    assert numbers(a_year, "bobby") == [2]
    assert verify(a_year.service.context).troubles == []


def test_one_more_than_was_removed_is_missed(a_year: ServiceFixture) -> None:
    old(a_year).delete()
    with a_year.service.context.database.write() as session:
        session.delete(session.scalars(select(AuditRow).where(AuditRow.number == 4)).one())

    (trouble,) = verify(a_year.service.context).troubles
    assert "entry 4 is missing" in trouble


def test_an_entry_of_a_clock_that_was_behind_waits_for_those_before_it(audited: ServiceFixture, clock: Clock) -> None:
    assert audited.alice
    clock.pass_(days=-800)
    audited.signed_in["alice"] = audited.client(audited.token_of("alice"))
    audited.alice.sip_accounts.add(sip_account("alice-desk"))
    clock.pass_(days=800)

    assert old(audited).delete() == 0
    assert numbers(audited, "alice") == [1, 2]


def test_an_entry_that_was_made_old_so_that_it_goes_stays(
    audited: ServiceFixture, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    audited.alice.sip_accounts.add(sip_account("alice-desk"))
    with audited.service.context.database.write() as session:
        session.execute(update(AuditRow).values(inserted=clock() - 2 * KEPT))

    assert old(audited).delete() == 0
    assert numbers(audited, "alice") == [1, 2]
    assert "Entry 1 of the audit of alice stays, since it was changed" in caplog.text


def test_a_deleted_customer_leaves_a_hash(audited: ServiceFixture) -> None:
    audited.alice.sip_accounts.add(sip_account("alice-desk"))
    audited.alice.delete_customer("alice")

    with audited.service.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 0
        (left,) = session.scalars(select(AuditRemovedRow))
    assert left.number == 3
    assert verify(audited.service.context).troubles == []


def test_a_deleted_customer_whose_hash_goes_too_is_missed(audited: ServiceFixture) -> None:
    audited.alice.delete_customer("alice")
    with audited.service.context.database.write() as session:
        session.delete(session.scalars(select(AuditRemovedRow)).one())

    (trouble,) = verify(audited.service.context).troubles
    assert "a customer who is no more: entry 1 is missing, and all behind it up to 2" in trouble


def test_who_takes_a_name_again_sees_nothing_of_before(audited: ServiceFixture) -> None:
    audited.alice.sip_accounts.add(sip_account("alice-desk"))
    audited.alice.delete_customer("alice")
    audited.stranger.create_customer(person("alice"))
    again = audited.client(audited.token_of("alice"))

    assert [(entry.number, entry.operation) for entry in again.audit.page()] == [(1, "CreateCustomer")]
    assert verify(audited.service.context).troubles == []
