"""Places for the portal's keepings, as real as they are in use."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import create_engine, make_url, text

from sipsorcery_web.database.base import Base
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage import models
from sipsorcery_web.portal.storage.redis_sessions import RedisSessions
from sipsorcery_web.portal.storage.sessions import SessionStorage, SqlSessions

TABLES = [
    models.BrowserSession.__table__,
    models.SavedForm.__table__,
    models.EditSnapshot.__table__,
    models.DeletedRecord.__table__,
    models.DialPlanVersion.__table__,
    models.DialPlanTestCase.__table__,
    models.TotpSecret.__table__,
    models.RecoveryCode.__table__,
    models.HalfSignIn.__table__,
    models.StoredPasskey.__table__,
    models.SpentChallenge.__table__,
    models.SharedLadder.__table__,
]
KINDS = ["sqlite", "postgresql", "redis"]


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Place:
    """A keeping together with a way round it, to look at what it stores and to tamper with it."""

    keeping: SessionStorage
    keyring: Keyring
    database: Database | None = None
    redis: "Redis | None" = None
    prefix: str = ""

    def raw(self) -> str:
        """All that is stored, as somebody with a copy of it would see it."""
        if self.database is not None:
            with self.database.read() as session:
                return repr(session.execute(text("SELECT * FROM browser_sessions")).all())
        assert self.redis is not None
        sessions = [(key, self.redis.get(key)) for key in self._redis_keys("string")]
        return repr([*sessions, *((key, self.redis.zrange(key, 0, -1)) for key in self._redis_keys("zset"))])

    def count(self) -> int:
        if self.database is not None:
            with self.database.read() as session:
                return int(session.scalar(text("SELECT count(*) FROM browser_sessions")) or 0)
        return len(self._redis_keys("string"))

    def _redis_keys(self, kind: str) -> list[bytes]:
        assert self.redis is not None
        return list(self.redis.scan_iter(f"{self.prefix}*", _type=kind))

    def sealed_text(self, session_id: str) -> str:
        if self.database is not None:
            with self.database.read() as session:
                query = text("SELECT sealed FROM browser_sessions WHERE id_hash = :key")
                return str(session.scalar(query, {"key": hash_secret(session_id)}))
        assert self.redis is not None
        stored = self.redis.get(self.prefix + hash_secret(session_id))
        assert isinstance(stored, bytes)
        return stored.decode()

    def put(self, session_id: str, sealed: str) -> None:
        """Store this text as the sealed contents."""
        if self.database is not None:
            with self.database.write() as session:
                change = text("UPDATE browser_sessions SET sealed = :sealed WHERE id_hash = :key")
                session.execute(change, {"sealed": sealed, "key": hash_secret(session_id)})
        else:
            assert self.redis is not None
            self.redis.set(self.prefix + hash_secret(session_id), sealed.encode("utf-8", "surrogateescape"))


def postgres_url() -> str:
    return os.environ.get("SIPSORCERY_TEST_POSTGRES_URL") or pytest.skip(
        "SIPSORCERY_TEST_POSTGRES_URL names no PostgreSQL database"
    )


@contextmanager
def a_database(kind: str, tmp_path: Path) -> Iterator[Database]:
    """A database with the tables of the keepings."""
    if kind == "postgresql":
        with a_schema(postgres_url()) as url, _opened(url) as database:
            yield database
    else:
        with _opened(f"sqlite:///{tmp_path}/portal.db") as database:
            yield database


@contextmanager
def a_place(kind: str, tmp_path: Path) -> Iterator[Place]:
    """An empty place for sessions."""
    keyring = Keyring.load(tmp_path / "keys")
    if kind == "redis":
        with a_redis() as (url, redis):
            prefix = f"sipsorcery:test:{secrets.token_hex(6)}:"
            keeping = RedisSessions(url, keyring, prefix)
            try:
                yield Place(keeping, keyring, redis=redis, prefix=prefix)
            finally:
                for key in redis.scan_iter(f"{prefix}*"):
                    redis.delete(key)
                keeping.close()
    else:
        with a_database(kind, tmp_path) as database:
            yield Place(SqlSessions(database, keyring), keyring, database=database)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        Base.metadata.create_all(database.engine, tables=TABLES)  # type: ignore[arg-type]
        yield database
    finally:
        database.close()


@contextmanager
def a_schema(url: str) -> Iterator[str]:
    schema = f"sipsorcery_{secrets.token_hex(6)}"
    sip_engine = create_engine(url)
    with sip_engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    inside = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    try:
        yield inside.render_as_string(hide_password=False)
    finally:
        with sip_engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        sip_engine.dispose()


@contextmanager
def a_redis() -> Iterator[tuple[str, "Redis"]]:
    url = os.environ.get("SIPSORCERY_TEST_REDIS_URL") or pytest.skip("SIPSORCERY_TEST_REDIS_URL names no Redis")
    redis = Redis.from_url(url)
    try:
        yield url, redis
    finally:
        redis.close()
