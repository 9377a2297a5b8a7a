import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, inspect, make_url, text

from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage import redis_sessions, sessions
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.redis_sessions import RedisSessions
from sipsorcery_web.portal.storage.sessions import SessionRecord, SessionStorage, SqlSessions
from tests.portal.storage.support import Clock, Place, a_place, a_redis
from tests.stalling_proxy import stalling_proxy

ALICES = "alices-id"


@pytest.fixture
def record(clock: Clock) -> SessionRecord:
    hour = timedelta(hours=1)
    return SessionRecord('{"token":"t0ken"}', "alice", clock() + hour, clock() + 2 * hour)


@pytest.fixture
def sql_place(tmp_path: Path) -> Iterator[Place]:
    with a_place("sqlite", tmp_path) as place:
        yield place


def version(keeping: SessionStorage) -> str:
    stored = keeping.read(ALICES)
    assert stored is not None
    return stored.version


def test_a_session_is_read_as_it_was_added(place: Place, record: SessionRecord, clock: Clock) -> None:
    place.keeping.add(ALICES, record, clock())

    stored = place.keeping.read(ALICES)

    assert stored is not None
    assert SessionRecord(stored.contents, stored.username, stored.ends_at, stored.forget_at) == record
    assert place.keeping.read("another-id") is None


def test_neither_id_nor_contents_can_be_read_where_they_lie(place: Place, record: SessionRecord, clock: Clock) -> None:
    place.keeping.add(ALICES, record, clock())

    assert hash_secret(ALICES) in place.raw()
    assert ALICES not in place.raw()
    assert "t0ken" not in place.raw()


def test_a_session_is_written_over_once_for_each_version(place: Place, record: SessionRecord, clock: Clock) -> None:
    place.keeping.add(ALICES, record, clock())
    seen = version(place.keeping)

    assert place.keeping.replace(ALICES, replace(record, contents="first"), seen, clock())
    assert not place.keeping.replace(ALICES, replace(record, contents="second"), seen, clock())

    stored = place.keeping.read(ALICES)
    assert stored is not None
    assert stored.contents == "first"


def test_the_same_contents_are_a_new_version(place: Place, record: SessionRecord, clock: Clock) -> None:
    place.keeping.add(ALICES, record, clock())
    seen = version(place.keeping)

    place.keeping.replace(ALICES, record, seen, clock())

    assert version(place.keeping) != seen


def test_a_session_is_known_again_until_it_is_written_or_deleted(
    place: Place, record: SessionRecord, clock: Clock
) -> None:
    place.keeping.add(ALICES, record, clock())
    seen = version(place.keeping)
    assert place.keeping.is_stored(ALICES, seen, record.ends_at)
    assert not place.keeping.is_stored("another-id", seen, record.ends_at)

    place.keeping.replace(ALICES, record, seen, clock())
    assert not place.keeping.is_stored(ALICES, seen, record.ends_at)

    seen = version(place.keeping)
    place.keeping.delete(ALICES)
    assert not place.keeping.is_stored(ALICES, seen, record.ends_at)


def test_a_deleted_session_is_not_written_again(place: Place, record: SessionRecord, clock: Clock) -> None:
    place.keeping.add(ALICES, record, clock())
    seen = version(place.keeping)
    place.keeping.delete(ALICES)

    assert not place.keeping.replace(ALICES, record, seen, clock())
    assert place.count() == 0


def test_an_unknown_session_can_be_deleted(place: Place) -> None:
    place.keeping.delete(ALICES)


def test_only_the_other_sessions_of_a_user_are_written_over(place: Place, record: SessionRecord, clock: Clock) -> None:
    for session_id, username in ((ALICES, "alice"), ("hers-too", "alice"), ("kept", "alice"), ("bobs-id", "bob")):
        place.keeping.add(session_id, replace(record, contents=session_id, username=username), clock())
    over = replace(record, contents="over")

    place.keeping.rewrite_others(ALICES, "alice", lambda one: None if one.contents == "kept" else over, clock())

    contents = {each: (place.keeping.read(each) or over).contents for each in (ALICES, "hers-too", "kept", "bobs-id")}
    assert contents == {ALICES: ALICES, "hers-too": "over", "kept": "kept", "bobs-id": "bobs-id"}


def test_a_session_of_nobody_and_one_that_is_gone_are_left_alone(
    place: Place, record: SessionRecord, clock: Clock
) -> None:
    place.keeping.add("nobodys", replace(record, username=None), clock())
    place.keeping.add("gone", record, clock())
    place.keeping.delete("gone")

    place.keeping.rewrite_others(ALICES, "alice", lambda _: record, clock())

    assert place.keeping.read("gone") is None
    assert place.count() == 1


def test_a_session_that_was_not_sealed_here_is_not_written_over(
    place: Place, record: SessionRecord, clock: Clock
) -> None:
    place.keeping.add("hers-too", record, clock())
    place.put("hers-too", "0000.AAAA")

    place.keeping.rewrite_others(ALICES, "alice", lambda _: record, clock())

    assert place.keeping.read("hers-too") is None


@pytest.mark.parametrize("forged", ["", "plain", "0000.AAAA"])
def test_contents_that_were_not_sealed_here_are_not_read(
    place: Place, record: SessionRecord, clock: Clock, forged: str, caplog: pytest.LogCaptureFixture
) -> None:
    place.keeping.add(ALICES, record, clock())

    place.put(ALICES, forged)

    assert place.keeping.read(ALICES) is None
    assert "A stored session is not used" in caplog.text


def test_contents_of_another_session_are_not_read(place: Place, record: SessionRecord, clock: Clock) -> None:
    place.keeping.add(ALICES, record, clock())
    place.keeping.add("bobs-id", replace(record, username="bob"), clock())

    place.put("bobs-id", place.sealed_text(ALICES))

    assert place.keeping.read("bobs-id") is None


@pytest.mark.parametrize("rival", ["delete", "write"])
def test_redis_notices_a_rival_between_its_look_and_its_write(
    record: SessionRecord, clock: Clock, tmp_path: Path, rival: str
) -> None:
    with a_place("redis", tmp_path) as place:
        place.keeping.add(ALICES, record, clock())
        seen = version(place.keeping)

        class Interrupted(Keyring):
            def seal(self, plain: str | bytes, context: str) -> str:
                if rival == "delete":
                    place.keeping.delete(ALICES)
                else:
                    place.keeping.replace(ALICES, replace(record, contents="rival"), seen, clock())
                return super().seal(plain, context)

        slow = RedisSessions(os.environ["SIPSORCERY_TEST_REDIS_URL"], Interrupted.load(tmp_path / "keys"), place.prefix)
        assert not slow.replace(ALICES, record, seen, clock())
        slow.close()

        stored = place.keeping.read(ALICES)
        assert (stored and stored.contents) == (None if rival == "delete" else "rival")


def test_redis_forgets_a_session_in_time(record: SessionRecord, clock: Clock, tmp_path: Path) -> None:
    with a_place("redis", tmp_path) as place:
        assert place.redis is not None
        place.keeping.add(ALICES, record, clock())
        assert place.redis.ttl(place.prefix + hash_secret(ALICES)) in {7199, 7200}

        longer = replace(record, forget_at=record.forget_at + timedelta(hours=1))
        place.keeping.replace(ALICES, longer, version(place.keeping), clock())
        assert place.redis.ttl(place.prefix + hash_secret(ALICES)) in {10799, 10800}


def test_bytes_that_are_no_text_are_not_read(record: SessionRecord, clock: Clock, tmp_path: Path) -> None:
    with a_place("redis", tmp_path) as place:
        place.keeping.add(ALICES, record, clock())

        place.put(ALICES, "\udcff\udcfe")

        assert place.keeping.read(ALICES) is None


def test_redis_shows_no_username(record: SessionRecord, clock: Clock, tmp_path: Path) -> None:
    with a_place("redis", tmp_path) as place:
        place.keeping.add(ALICES, record, clock())

        assert "alice" not in place.raw()


def test_sessions_to_be_forgotten_go_when_others_are_written(
    sql_place: Place, record: SessionRecord, clock: Clock
) -> None:
    sql_place.keeping.add(ALICES, record, clock())
    clock.advance(hours=2)
    sql_place.keeping.read(ALICES)
    assert sql_place.count() == 1

    sql_place.keeping.add("bobs-id", replace(record, forget_at=clock() + timedelta(hours=1)), clock())

    assert sql_place.count() == 1
    assert sql_place.keeping.read(ALICES) is None


def test_the_purge_is_one_indexed_statement_in_ten_minutes(
    sql_place: Place, record: SessionRecord, clock: Clock
) -> None:
    assert sql_place.database is not None
    sql_place.keeping.add(ALICES, record, clock())
    statements: list[str] = []
    event.listen(sql_place.database.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    for minute in range(11):
        sql_place.keeping.replace(ALICES, record, version(sql_place.keeping), clock())
        clock.advance(minutes=1)
        assert sum(statement.startswith("DELETE") for statement in statements) == (1 if minute == 10 else 0)

    with sql_place.database.read() as session:
        plan = session.execute(text("EXPLAIN QUERY PLAN DELETE FROM browser_sessions WHERE forget_at <= '2026'")).all()
    assert "ix_browser_sessions_forget_at" in repr(plan)


def test_the_tables_are_what_migrations_expect(database: Database) -> None:
    found = inspect(database.engine)

    columns = {table: [column["name"] for column in found.get_columns(table)] for table in found.get_table_names()}
    assert columns == {
        "browser_sessions": ["id_hash", "sealed", "username", "ends_at", "forget_at"],
        "dial_plan_test_cases": ["id", "plan_id", "owner", "added_at", "is_failing", "sealed", "ends_at"],
        "dial_plan_versions": ["plan_id", "number", "owner", "saved_by", "saved_at", "note", "size", "sealed"],
        "deleted_records": ["id_hash", "username", "sealed", "expires_at"],
        "half_sign_ins": ["id_hash", "username", "sealed", "expires_at"],
        "kept_forms": ["id_hash", "username", "path", "sealed", "expires_at"],
        "opened_records": ["username", "digest", "sealed", "expires_at"],
        "passkeys": [
            *("id", "username", "customer_id", "name", "rp_id", "credential_hash", "credential_id", "sealed"),
            *("sign_count", "transports", "added_at", "last_used_at"),
        ],
        "recovery_codes": ["code_hash", "username"],
        "shared_ladders": [
            "token_hash",
            "username",
            "ladder_id",
            "title",
            "is_blurred",
            "made_at",
            "sealed",
            "expires_at",
        ],
        "spent_challenges": ["challenge_hash", "expires_at"],
        "totp_secrets": ["username", "sealed", "added_at", "last_step", "wrong_in_a_row"],
    }
    assert {index["name"] for index in found.get_indexes("kept_forms")} == {
        "ix_kept_forms_expires_at",
        "ix_kept_forms_username_expires_at",
    }


def test_a_database_that_does_not_answer_is_said_to_be_unavailable(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/without-tables.db")

    with pytest.raises(StorageUnavailable):
        SqlSessions(database, Keyring.load(tmp_path / "keys")).read(ALICES)
    database.close()


def test_a_redis_that_does_not_answer_is_said_to_be_unavailable(tmp_path: Path) -> None:
    sessions = RedisSessions("redis://127.0.0.1:1", Keyring.load(tmp_path / "keys"))

    with pytest.raises(StorageUnavailable):
        sessions.read(ALICES)
    sessions.close()


def test_while_redis_hangs_nobody_waits_for_it_but_one_who_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_sessions, "ANSWERS_WITHIN", 0.1)
    with a_redis() as (url, _):
        given = make_url(url)
        with stalling_proxy(given.host or "127.0.0.1", given.port or 6379) as proxy:
            behind = given.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
            sessions = RedisSessions(behind, Keyring.load(tmp_path / "keys"))
            assert sessions.read(ALICES) is None
            proxy.stall()
            for _ in range(redis_sessions.FAILURES):
                with pytest.raises(StorageUnavailable):
                    sessions.read(ALICES)
            sessions.close()
            monkeypatch.setattr(sessions, "_redis", None)  # who asks it meets another error
            with pytest.raises(StorageUnavailable):
                sessions.read(ALICES)


def test_the_sessions_of_a_user_are_read_the_newest_first_and_nobody_elses(
    place: Place, record: SessionRecord, clock: Clock
) -> None:
    place.keeping.add(ALICES, replace(record, contents="first"), clock())
    place.keeping.add("bobs-id", replace(record, username="bobby"), clock())
    clock.advance(minutes=1)
    later = replace(record, contents="second", ends_at=clock() + timedelta(hours=1))
    place.keeping.add("alices-other-id", later, clock())

    assert [stored.contents for stored in place.keeping.of_user("alice")] == ["second", "first"]
    place.keeping.delete(ALICES)
    assert [stored.contents for stored in place.keeping.of_user("alice")] == ["second"]
    assert place.keeping.of_user("mallory") == []


def test_a_session_that_was_tampered_with_is_not_among_a_users(
    place: Place, record: SessionRecord, clock: Clock
) -> None:
    place.keeping.add(ALICES, record, clock())
    place.put(ALICES, "sealed by nobody")
    assert place.keeping.of_user("alice") == []


def test_so_many_sessions_of_a_user_are_read_at_once(
    place: Place, record: SessionRecord, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sessions, redis_sessions):
        monkeypatch.setattr(module, "MOST_LISTED", 2)
    for number in range(4):
        clock.advance(minutes=1)
        ends_at = clock() + timedelta(hours=1)
        place.keeping.add(f"id-{number}", replace(record, contents=str(number), ends_at=ends_at), clock())
    assert [stored.contents for stored in place.keeping.of_user("alice")] == ["3", "2"]
