"""Backups of an installation with a row in every table: each row comes back, and the audit with its ends."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.maintenance.backup import make_backup
from sipsorcery_web.maintenance.restore import restore_backup
from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.service.store.audit import AuditRow
from sipsorcery_web.settings import Settings
from tests.portal_process import APP

from .backups import PASSPHRASE, New, contents_of
from .full_installation import Full, fill, service_over


@pytest.fixture
def restored(installations: New, tmp_path: Path) -> tuple[Settings, Settings, Full]:
    """A full installation, the one that it was restored as, and how to read both."""
    before, after = installations("before"), installations("after")
    database, keyring = open_store(before)
    full = fill(database, keyring, before)
    make_backup(database, keyring, tmp_path / "backup", PASSPHRASE, before.audit_heads)
    database.close()
    restore_backup(after, tmp_path / "backup", lambda: PASSPHRASE)
    return before, after, full


def changed(settings: Settings, change: Callable[[Session], object]) -> None:
    """Be at the database of an installation behind its back."""
    database, _ = open_store(settings)
    with database.write() as session:
        change(session)
    database.close()


def audit_verify(settings: Settings) -> tuple[int, str]:
    """Type `flask --app app audit verify`; its exit code, and what it said."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
    own = {"SIPSORCERY_DATA_DIR": str(settings.data_dir), "SIPSORCERY_DATABASE_URL": settings.database_url}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", str(APP), "audit", "verify"],
        env=rest | own,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_row_of_every_table_comes_back(restored: tuple[Settings, Settings, Full]) -> None:
    (before, _), (after, _) = (open_store(settings) for settings in restored[:2])
    contents = contents_of(before)

    assert [table for table, rows in contents.items() if not rows] == []
    assert {"accesstokens", "audit", "audit_removed", "passkeys", "shared_ladders", "signins"} < contents.keys()
    assert contents_of(after) == contents
    before.close()
    after.close()


def test_what_was_sealed_is_read_as_before(restored: tuple[Settings, Settings, Full]) -> None:
    before, after, full = restored
    read = []
    for settings in (before, after):
        database, keyring = open_store(settings)
        read.append({column: reader(database, keyring) for column, reader in full.readers.items()})
        database.close()

    assert read[0] == read[1]
    assert [column for column, value in read[1].items() if not value] == []


def test_sessions_and_tokens_open_what_they_opened(restored: tuple[Settings, Settings, Full]) -> None:
    _, after, full = restored
    database, keyring = open_store(after)
    service = service_over(database, keyring, after)

    for token in (full.session, full.for_programs):
        accounts = service.client(token).records(SIPAccount).page()
        assert {"bobs-0", "bobs-1", "bobs-2"} <= {account.sip_username for account in accounts}
    database.close()


def test_the_audit_is_good_after_a_restoration_and_a_changed_row_is_told(
    restored: tuple[Settings, Settings, Full],
) -> None:
    _, after, _ = restored
    status, said = audit_verify(after)
    assert (status, said.partition(" entries")[0]) == (0, "All 4")

    changed(after, lambda session: session.execute(update(AuditRow).values(actor="mallory")))

    status, said = audit_verify(after)
    assert (status, "was changed, or what stands before it" in said) == (1, True)


def test_what_is_cut_off_at_the_end_of_a_chain_is_told_after_a_restoration_too(
    restored: tuple[Settings, Settings, Full],
) -> None:
    _, after, _ = restored
    last = select(func.max(AuditRow.number)).scalar_subquery()
    changed(after, lambda session: session.execute(delete(AuditRow).where(AuditRow.number == last)))

    status, said = audit_verify(after)
    assert (status, "is missing, and all behind it" in said) == (1, True)
