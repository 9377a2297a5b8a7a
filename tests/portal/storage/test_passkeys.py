"""Passkeys: a user's alone, sealed against whoever can write to the table, and challenges that are answered once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.storage.passkeys import MOST_PASSKEYS, CredentialTaken, Passkeys, TooManyPasskeys
from tests.factories.passkeys import passkey
from tests.portal.storage.support import Clock


@pytest.fixture
def passkeys(database: Database, tmp_path: Path, clock: Clock) -> Passkeys:
    return Passkeys(database, Keyring.load(tmp_path / "keys"), clock)


def test_a_passkey_comes_back_as_it_was_kept(passkeys: Passkeys) -> None:
    kept = passkey("alice")
    passkeys.add(kept)
    assert passkeys.of("alice") == [kept]
    assert passkeys.with_credential(kept.credential_id) == kept


def test_bob_neither_finds_nor_removes_alices(passkeys: Passkeys) -> None:
    kept = passkey("alice")
    passkeys.add(kept)
    assert passkeys.of("bobby") == []
    assert not passkeys.remove("bobby", kept.id)
    assert passkeys.of("alice") == [kept]
    assert passkeys.remove("alice", kept.id)
    assert passkeys.with_credential(kept.credential_id) is None


def test_a_credential_belongs_to_one_user(passkeys: Passkeys) -> None:
    passkeys.add(passkey("alice"))
    with pytest.raises(CredentialTaken):
        passkeys.add(passkey("bobby"))
    assert passkeys.of("bobby") == []


def test_a_user_has_so_many_at_most(passkeys: Passkeys) -> None:
    for number in range(MOST_PASSKEYS):
        passkeys.add(passkey("alice", credential_id=f"number{number}"))
    with pytest.raises(TooManyPasskeys):
        passkeys.add(passkey("alice", credential_id="onemore"))
    passkeys.add(passkey("bobby", credential_id="onemore"))


@pytest.mark.parametrize(("stored", "told"), [(0, 0), (0, 1), (7, 8), (7, 90)])
def test_a_use_is_noted(passkeys: Passkeys, clock: Clock, stored: int, told: int) -> None:
    kept = passkey("alice", sign_count=stored)
    passkeys.add(kept)
    assert passkeys.note_use(kept, told)
    assert passkeys.of("alice") == [replace(kept, sign_count=told, last_used_at=clock())]


@pytest.mark.parametrize(("stored", "told"), [(7, 7), (7, 6), (7, 0)])
def test_a_counter_that_does_not_move_on_is_no_use(passkeys: Passkeys, stored: int, told: int) -> None:
    kept = passkey("alice", sign_count=stored)
    passkeys.add(kept)
    assert not passkeys.note_use(kept, told)
    assert passkeys.of("alice") == [kept]


def test_a_passkey_that_is_removed_meanwhile_is_no_use(passkeys: Passkeys) -> None:
    kept = passkey("alice")
    passkeys.add(kept)
    passkeys.remove("alice", kept.id)
    assert not passkeys.note_use(kept, 1)


@pytest.mark.parametrize(
    "change", ["username = 'bobby'", "customer_id = '00000000000000000000000000000007'", "rp_id = 'evil.example'"]
)
def test_a_row_that_somebody_else_has_changed_is_not_read(passkeys: Passkeys, database: Database, change: str) -> None:
    kept = passkey("alice")
    passkeys.add(kept)
    with database.write() as session:
        session.execute(text(f"UPDATE passkeys SET {change}"))
    assert passkeys.with_credential(kept.credential_id) is None
    assert passkeys.of("alice") == []
    assert passkeys.of("bobby") == []


def test_a_challenge_is_spent_once_until_its_end(passkeys: Passkeys, clock: Clock) -> None:
    end = clock() + timedelta(minutes=5)
    assert passkeys.spend("a challenge", end)
    assert not passkeys.spend("a challenge", end)
    assert passkeys.spend("another one", end)


def test_of_many_answers_to_a_challenge_at_once_one_counts(passkeys: Passkeys, clock: Clock) -> None:
    end = clock() + timedelta(minutes=5)
    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(lambda _: passkeys.spend("a challenge", end), range(4))) == [False] * 3 + [True]


def test_challenges_that_are_over_are_forgotten(passkeys: Passkeys, database: Database, clock: Clock) -> None:
    passkeys.spend("a challenge", clock() + timedelta(minutes=5))
    clock.now += timedelta(minutes=5)
    passkeys.spend("another one", clock() + timedelta(minutes=5))
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM spent_challenges")) == 1
