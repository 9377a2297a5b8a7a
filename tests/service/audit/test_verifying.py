"""Changed, removed and inserted entries are found in either store, and the first one is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.extensions import OPERATOR
from sipsorcery_web.service.audit.chain import hash_of
from sipsorcery_web.service.audit.heads import Heads
from sipsorcery_web.service.audit.removing import OldEntries
from sipsorcery_web.service.audit.verifying import verify
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.audit import AuditRemovedRow, AuditRow
from tests.conftest import Clock, ServiceFixture
from tests.factories.records import sip_account

ENTRIES = 5
Tamper = Callable[[Session], object]
TABLE: Any = AuditRow.__table__


@pytest.fixture
def written(audited: ServiceFixture) -> ServiceFixture:
    """Five entries of alice's, and one of bob's."""
    assert audited.bob
    for number in range(ENTRIES - 1):
        audited.alice.sip_accounts.add(sip_account(f"alice-{number}"))
    return audited


def troubles(written: ServiceFixture, tamper: Tamper | None = None) -> list[str]:
    """Return what is found after somebody has been at the database."""
    if tamper is not None:
        with written.service.context.database.write() as session:
            tamper(session)
    return [trouble.partition(": ")[2] for trouble in verify(written.service.context).troubles]


def alices(number: int) -> Any:
    return (AuditRow.owner == "alice") & (AuditRow.number == number)


def changed(column: str, value: object, number: int = 3) -> Tamper:
    return lambda session: session.execute(update(AuditRow).where(alices(number)).values({column: value}))


def removed(*numbers: int) -> Tamper:
    return lambda session: [session.execute(delete(AuditRow).where(alices(number))) for number in numbers]


def swapped(session: Session) -> None:
    """Let the second entry and the third one change places."""
    for old, new in ((2, 0), (3, 2), (0, 3)):
        session.execute(update(AuditRow).where(alices(old)).values(number=new))


def forged(session: Session) -> None:
    """Add an entry behind the last one, with the hash that it should have."""
    row = dict(session.execute(select(TABLE).where(alices(ENTRIES))).one()._mapping)
    before, _ = row.pop("hash"), row.pop("seal")
    row |= {"id": uuid4(), "number": ENTRIES + 1, "actor": "bobby"}
    session.execute(insert(AuditRow), row | {"hash": hash_of(before, row), "seal": "0" * 64})


def rewritten(session: Session) -> None:
    """Change an entry, and make all hashes from there anew."""
    before = session.scalars(select(AuditRow.hash).where(alices(2))).one()
    for number in range(3, ENTRIES + 1):
        row = dict(session.execute(select(TABLE).where(alices(number))).one()._mapping)
        del row["hash"], row["seal"]
        row["actor"] = "bobby"
        before = hash_of(before, row)
        session.execute(update(AuditRow).where(alices(number)).values(actor="bobby", hash=before))


def test_a_chain_that_nobody_was_at_is_good(written: ServiceFixture) -> None:
    findings = verify(written.service.context)

    assert (findings.entries, findings.chains, findings.troubles) == (ENTRIES + 1, 2, [])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "bobby"),
        ("reason", ""),
        ("operation", "DeleteSIPAccount"),
        ("record_name", None),
        ("owner", "bobby"),
        ("admin_member_id", "red"),
        ("id", uuid4()),
        ("hash", "0" * 64),
    ],
)
def test_a_changed_entry_is_named(written: ServiceFixture, column: str, value: object) -> None:
    (trouble,) = troubles(written, changed(column, value))

    assert trouble.startswith("entry 3, ")
    assert "was changed" in trouble


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (removed(1), "entry 1 is missing"),
        (removed(2, 3), "entry 2 is missing"),
        (removed(ENTRIES), "entry 5 is missing, and all behind it up to 5"),
        (removed(*range(1, ENTRIES + 1)), "entry 1 is missing, and all behind it up to 5"),
        (swapped, "entry 2, AddSIPAccount of 2026-11-23 12:00:00 UTC, was changed"),
        (forged, "entry 6, AddSIPAccount of 2026-11-23 12:00:00 UTC, was inserted"),
        (rewritten, "entry 3, AddSIPAccount of 2026-11-23 12:00:00 UTC, was inserted"),
        (changed("seal", "é"), "entry 3, AddSIPAccount of 2026-11-23 12:00:00 UTC, was inserted"),
    ],
)
def test_a_removed_or_inserted_entry_is_named(written: ServiceFixture, tamper: Tamper, named: str) -> None:
    (trouble,) = troubles(written, tamper)

    assert trouble.startswith(named)


def test_a_chain_that_was_cut_and_has_grown_again_is_seen(written: ServiceFixture, heads: Heads) -> None:
    assert troubles(written, removed(ENTRIES)) == ["entry 5 is missing, and all behind it up to 5."]
    for number in range(2):
        written.alice.sip_accounts.add(sip_account(f"alice-late-{number}"))
        heads.tidy()
        assert troubles(written) == ["entry 5 is another one than was written."]


def test_where_the_file_of_the_ends_was_removed_too_a_cut_is_not_seen(written: ServiceFixture, heads: Heads) -> None:
    heads.path.unlink()
    assert troubles(written, removed(ENTRIES)) == []


def test_that_the_first_ones_were_removed_cannot_be_made_up(written: ServiceFixture) -> None:
    def remove_as_if_old(session: Session) -> None:
        row = session.scalars(select(AuditRow).where(alices(3))).one()
        session.add(AuditRemovedRow(chain=row.chain, number=3, hash=row.hash, seal=row.seal))
        session.execute(delete(AuditRow).where(AuditRow.owner == "alice", AuditRow.number <= 3))

    assert troubles(written, remove_as_if_old) == [
        "that entries up to 3 were removed was not written by this installation."
    ]


def test_each_chain_is_told_of_by_its_first_trouble(written: ServiceFixture) -> None:
    with written.service.context.database.write() as session:
        session.execute(update(AuditRow).values(actor="somebody"))
    findings = verify(written.service.context)

    assert len(findings.troubles) == 2
    assert all("entry 1, CreateCustomer" in trouble for trouble in findings.troubles)
    assert {trouble.split(" of ")[1].partition(":")[0] for trouble in findings.troubles} == {"alice", "bobby"}


def test_another_installations_keys_do_not_make_good_what_it_has_written(
    written: ServiceFixture, tmp_path: Any
) -> None:
    from sipsorcery_web.database.keyring import Keyring

    other = replace(written.service.context, keyring=Keyring.load(tmp_path / "other-keys"))

    assert all("was inserted" in trouble for trouble in verify(other).troubles)
    assert len(verify(other).troubles) == 2


# The operator's own chain


def of_operator(number: int) -> Any:
    return (AuditRow.owner == OPERATOR) & (AuditRow.number == number)


@pytest.fixture
def invited(audited: ServiceFixture) -> ServiceFixture:
    """Three entries of the operator's."""
    for count in (1, 2, 3):
        Operators(audited.service.context).make_invites(count)
    return audited


def test_the_operators_chain_is_looked_at_as_those_of_customers(invited: ServiceFixture) -> None:
    findings = verify(invited.service.context)
    assert (findings.entries, findings.chains, findings.troubles) == (3, 1, [])

    assert troubles(invited, lambda session: session.execute(delete(AuditRow).where(of_operator(3)))) == [
        "entry 3 is missing, and all behind it up to 3."
    ]


def test_the_operators_chain_goes_on_from_what_was_removed(invited: ServiceFixture, clock: Clock) -> None:
    context = invited.service.context
    clock.pass_(hours=48)
    OldEntries(context, timedelta(days=1), pause=lambda _: None).delete()
    Operators(context).make_invites(4)
    findings = verify(context)
    assert (findings.entries, findings.troubles) == (1, [])
    with context.database.read() as session:
        assert session.scalars(select(AuditRow.number)).all() == [4]


def test_where_all_of_the_operators_chain_is_cut_off_it_has_its_name(invited: ServiceFixture) -> None:
    with invited.service.context.database.write() as session:
        session.execute(delete(AuditRow))
    (trouble,) = verify(invited.service.context).troubles
    assert "of the operator: entry 1 is missing" in trouble
