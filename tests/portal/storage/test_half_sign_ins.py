"""Sign-ins between their steps, and the secrets and codes of second factors, where they are stored."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text, update

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.storage.factors_of_users import TABLES, FactorsOfUsers
from sipsorcery_web.portal.storage.half_sign_ins import HalfSignIn, HalfSignIns
from sipsorcery_web.portal.storage.models import HalfSignIn as Row
from sipsorcery_web.portal.storage.models import TotpSecret
from sipsorcery_web.portal.storage.recovery_codes import RecoveryCodes
from sipsorcery_web.portal.storage.totp_secrets import TotpSecrets

from .support import Clock

SECRET = "JBSWY3DPEHPK3PXP"
TOKEN = "a token of the service"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.load(tmp_path / "keys")


@pytest.fixture
def halves(database: Database, keyring: Keyring, clock: Clock) -> HalfSignIns:
    return HalfSignIns(database, keyring, clock)


@pytest.fixture
def totp(database: Database, keyring: Keyring, clock: Clock) -> TotpSecrets:
    return TotpSecrets(database, keyring, clock)


def half_of(username: str, clock: Clock) -> HalfSignIn:
    return HalfSignIn(username, TOKEN, clock(), False, "", "/sip-accounts")


def all_rows(database: Database) -> str:
    with database.read() as session:
        return repr([session.execute(text(f"SELECT * FROM {table.__tablename__}")).all() for table in TABLES])


# Half sign-ins


def test_a_sign_in_is_found_until_it_is_taken(halves: HalfSignIns, clock: Clock) -> None:
    half_id = halves.add(half_of("alice", clock))
    assert halves.find(half_id) == halves.find(half_id) == half_of("alice", clock)
    assert halves.take(half_id) == half_of("alice", clock)
    assert halves.take(half_id) is None
    assert halves.find(half_id) is None


@pytest.mark.parametrize(("minutes", "is_there"), [(4.99, True), (5, False), (-1, False)])
def test_a_sign_in_waits_for_five_minutes(halves: HalfSignIns, clock: Clock, minutes: float, is_there: bool) -> None:
    half_id = halves.add(half_of("alice", clock))
    clock.advance(minutes=minutes)
    assert (halves.find(half_id) is not None) is is_there
    assert (halves.take(half_id) is not None) is is_there


def test_one_of_many_requests_at_once_takes_a_sign_in(halves: HalfSignIns, clock: Clock) -> None:
    half_id = halves.add(half_of("alice", clock))
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: halves.take(half_id), range(4)))
    assert len([each for each in taken if each]) == 1


def test_neither_token_nor_id_can_be_read_where_they_lie(halves: HalfSignIns, database: Database, clock: Clock) -> None:
    half_id = halves.add(half_of("alice", clock))
    assert TOKEN not in all_rows(database)
    assert half_id not in all_rows(database)


def test_a_sign_in_that_was_given_to_another_user_is_none(
    halves: HalfSignIns, database: Database, clock: Clock
) -> None:
    half_id = halves.add(half_of("bobby", clock))
    with database.write() as session:
        session.execute(update(Row).values(username="alice"))
    assert halves.find(half_id) is None


def test_a_user_has_at_most_twenty_and_what_is_over_is_deleted(
    halves: HalfSignIns, database: Database, clock: Clock
) -> None:
    for _ in range(25):
        halves.add(half_of("alice", clock))
        clock.advance(seconds=1)
    assert all_rows(database).count("'alice'") == 20
    clock.advance(minutes=6)
    halves.add(half_of("bobby", clock))
    assert "'alice'" not in all_rows(database)


# Secrets of apps


def test_a_step_is_used_once_and_none_before_it(totp: TotpSecrets) -> None:
    totp.put("alice", SECRET, 100)
    assert not totp.use("alice", 100)
    assert totp.use("alice", 102)
    assert not totp.use("alice", 102)
    assert not totp.use("alice", 101)
    assert not totp.use("bobby", 103)


def test_one_of_many_requests_at_once_uses_a_step(totp: TotpSecrets) -> None:
    totp.put("alice", SECRET, 100)
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: totp.use("alice", 101), range(4))) == [False, False, False, True]


def test_wrong_codes_in_a_row_are_counted(totp: TotpSecrets) -> None:
    totp.put("alice", SECRET, 100)
    totp.note_wrong("alice")
    totp.note_wrong("alice")
    assert totp.of("alice").wrong_in_a_row == 2  # type: ignore[union-attr]
    totp.use("alice", 101)
    assert totp.of("alice").wrong_in_a_row == 0  # type: ignore[union-attr]


def test_a_secret_of_bobs_that_was_given_to_alice_is_none_of_hers(totp: TotpSecrets, database: Database) -> None:
    totp.put("bobby", SECRET, 100)
    with database.write() as session:
        session.execute(update(TotpSecret).values(username="alice"))
    stored = totp.of("alice")
    assert stored is not None
    assert stored.secret == ""
    assert SECRET not in all_rows(database)


# Recovery codes


def test_a_recovery_code_is_used_once_by_its_user(database: Database) -> None:
    codes = RecoveryCodes(database)
    codes.put("alice", ["one", "two"])
    assert not codes.use("bobby", "one")
    assert codes.use("alice", "one")
    assert not codes.use("alice", "one")
    assert codes.count("alice") == 1


def test_one_of_many_requests_at_once_uses_a_recovery_code(database: Database) -> None:
    codes = RecoveryCodes(database)
    codes.put("alice", ["one"])
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: codes.use("alice", "one"), range(4))) == [False, False, False, True]


def test_all_that_is_kept_of_a_user_goes_at_once_and_nobody_elses(
    database: Database, halves: HalfSignIns, totp: TotpSecrets, clock: Clock
) -> None:
    for username in ("alice", "bobby"):
        totp.put(username, SECRET, 100)
        RecoveryCodes(database).put(username, [f"one of {username}"])
        halves.add(half_of(username, clock))
    FactorsOfUsers(database).forget("alice")
    assert "'alice'" not in all_rows(database)
    assert all_rows(database).count("'bobby'") == 3
