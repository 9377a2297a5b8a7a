"""Ladders that links show, as they lie in the store."""

from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from sipsorcery_web.database.address_limit import AddressLimit
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.models import SharedLadder
from sipsorcery_web.portal.storage.shared_ladders import KEPT_AT_MOST, SharedLadders, forget_shared_ladders
from tests.portal.storage.support import Clock, a_schema, postgres_url

CALL = UUID("3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11")


@pytest.fixture
def ladders(database: Database, tmp_path: Path, clock: Clock) -> SharedLadders:
    limit = AddressLimit(database, clock, lambda _: PermissionError())
    return SharedLadders(database, Keyring.load(tmp_path / "keys"), limit, clock)


def test_what_is_kept_is_found_by_its_token_alone_for_seven_days(ladders: SharedLadders, clock: Clock) -> None:
    token = ladders.add("alice", CALL, "Call", "the ladder", is_blurred=True)
    found = ladders.find(token)

    assert found is not None
    assert (found.contents, found.is_blurred, found.until) == ("the ladder", True, clock() + timedelta(days=7))
    assert ladders.find(token[:-1]) is None
    assert ladders.find("") is None
    clock.advance(days=7)
    assert ladders.find(token) is None


def test_links_are_listed_for_their_user_and_ladder_and_ended_by_their_id(ladders: SharedLadders, clock: Clock) -> None:
    token = ladders.add("alice", CALL, "Call", "the ladder", is_blurred=False)
    clock.advance(seconds=1)
    ladders.add("alice", uuid4(), "Registration", "another", is_blurred=False)
    (link,) = ladders.of_user("alice", CALL)

    assert [each.title for each in ladders.of_user("alice")] == ["Registration", "Call"]
    assert ladders.of_user("bobby", CALL) == ladders.of_user("bobby") == ladders.of_user("alice", uuid4()) == []
    assert not ladders.end("bobby", link.id)
    assert not ladders.end("alice", uuid4())
    assert ladders.find(token) is not None
    assert ladders.end("alice", link.id)
    assert ladders.find(token) is None
    assert not ladders.end("alice", link.id)


def test_a_row_that_was_moved_to_another_user_opens_nothing(ladders: SharedLadders, database: Database) -> None:
    token = ladders.add("alice", CALL, "Call", "the ladder", is_blurred=True)
    with database.write() as session:
        session.execute(update(SharedLadder).values(username="bobby"))

    assert ladders.find(token) is None


def test_neither_token_nor_contents_stand_in_the_store(ladders: SharedLadders, database: Database) -> None:
    token = ladders.add("alice", CALL, "Call", "the ladder", is_blurred=True)
    with database.read() as session:
        rows = repr(session.execute(text("SELECT * FROM shared_ladders")).all())

    assert token not in rows
    assert "the ladder" not in rows


def test_a_users_oldest_link_goes_for_one_too_many(ladders: SharedLadders, clock: Clock) -> None:
    first = ladders.add("alice", CALL, "Call", "first", is_blurred=True)
    others = ladders.add("bobby", CALL, "Call", "bob's", is_blurred=True)
    for _ in range(KEPT_AT_MOST):
        clock.advance(seconds=1)
        last = ladders.add("alice", CALL, "Call", "later", is_blurred=True)

    assert ladders.find(first) is None
    assert ladders.find(last) is not None
    assert ladders.find(others) is not None


def test_all_links_of_a_user_can_be_ended(ladders: SharedLadders, database: Database) -> None:
    hers, his = (ladders.add(name, CALL, "Call", "a ladder", is_blurred=True) for name in ("alice", "bobby"))
    with database.write() as session:
        forget_shared_ladders(session, "alice")

    assert ladders.find(hers) is None
    assert ladders.find(his) is not None


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_links_that_were_made_to_call_records_are_good_after_an_upgrade(
    kind: str, tmp_path: Path, clock: Clock
) -> None:
    keyring = Keyring.load(tmp_path / "keys")
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/old.db" if kind == "sqlite" else stack.enter_context(a_schema(postgres_url()))
        database = stack.enter_context(closing(open_database(url)))
        migrate(database, "0030")
        key = hash_secret("token")
        sealed = keyring.seal("the ladder", place_of(SharedLadder.sealed, key, "alice", str(CALL)))
        row = {"key": key, "call": str(CALL), "sealed": sealed, "until": "2099-01-01 00:00:00"}
        with database.write() as session:
            session.execute(
                text("INSERT INTO shared_ladders (token_hash, username, cdr_id, is_blurred, made_at, sealed, expires_at)"
                     " VALUES (:key, 'alice', :call, true, :until, :sealed, :until)"), row,
            )  # fmt: skip

        migrate(database)

        limit = AddressLimit(database, clock, lambda _: PermissionError())
        kept = SharedLadders(database, keyring, limit, clock)
        found = kept.find("token")
        assert found is not None
        assert found.contents == "the ladder"
        assert [link.title for link in kept.of_user("alice", CALL)] == ["Call"]
