"""Browser sessions in Redis, for several portals that share them. Needs the optional package `redis`."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from redis import Redis, RedisError, WatchError
from redis.backoff import NoBackoff
from redis.retry import Retry

from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.sessions import (
    Rewrite,
    SessionRecord,
    StoredSession,
    session_context,
    unsealed,
)

TIMEOUT = 5.0
INDEXED_FOR = 12 * 3600
"""Seconds: longer than a session with all its extensions, and the hour for which it is recognised as ended."""


class RedisSessions:
    """Sessions as Redis strings, sealed with their username and times, that Redis itself forgets."""

    def __init__(self, redis_url: str, keyring: Keyring, prefix: str = "sipsorcery:session:") -> None:
        self._keyring = keyring
        self._prefix = prefix
        self._redis: Redis = Redis.from_url(
            redis_url,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 1),  # once, for a connection that Redis has closed; the default waits for seconds
            decode_responses=True,
            encoding_errors="replace",  # bytes that somebody put there do not open, whatever they are
        )

    def read(self, session_id: str) -> StoredSession | None:
        key = hash_secret(session_id)
        with _redis_errors():
            value: Any = self._redis.get(self._prefix + key)
        return None if value is None else self._stored(key, value)

    def add(self, session_id: str, record: SessionRecord, now: datetime) -> None:
        key = hash_secret(session_id)
        with _redis_errors():
            if record.username is not None:
                self._note(record.username, key, now)
            self._redis.set(self._prefix + key, self._value(key, record), ex=_seconds(record, now), nx=True)

    def replace(self, session_id: str, record: SessionRecord, version: str, now: datetime) -> bool:
        key = hash_secret(session_id)
        name = self._prefix + key
        with _redis_errors(), self._redis.pipeline() as pipe:
            pipe.watch(name)  # type: ignore[no-untyped-call]
            if pipe.get(name) != version:
                return False
            pipe.multi()
            pipe.set(name, self._value(key, record), ex=_seconds(record, now), xx=True)
            try:
                pipe.execute()
            except WatchError:
                return False
            return True

    def delete(self, session_id: str) -> None:
        with _redis_errors():
            self._redis.delete(self._prefix + hash_secret(session_id))

    def rewrite_others(self, session_id: str, username: str, change: Rewrite, now: datetime) -> None:
        with _redis_errors():
            keys: Any = self._redis.zrange(self._index_of(username), 0, -1)
            for key in keys:
                if key != hash_secret(session_id):
                    self._redis.transaction(partial(self._rewrite, key, change, now), self._prefix + key)

    def _rewrite(self, key: str, change: Rewrite, now: datetime, pipe: Any) -> None:
        value = pipe.get(self._prefix + key)
        stored = None if value is None else self._stored(key, value)
        record = None if stored is None else change(stored)
        pipe.multi()
        if record is not None:
            pipe.set(self._prefix + key, self._value(key, record), ex=_seconds(record, now), xx=True)

    def _note(self, username: str, key: str, now: datetime) -> None:
        """Remember whose session this is, for as long as any can last, under a name that does not tell who it is."""
        index, ends = self._index_of(username), now.timestamp() + INDEXED_FOR
        self._redis.zremrangebyscore(index, 0, now.timestamp())
        self._redis.zadd(index, {key: ends})
        self._redis.expire(index, INDEXED_FOR)

    def _index_of(self, username: str) -> str:
        return f"{self._prefix}of:{hash_secret(username)}"

    def close(self) -> None:
        """Give back all connections."""
        self._redis.close()

    def _value(self, key: str, record: SessionRecord) -> str:
        moments = [record.ends_at.isoformat(), record.forget_at.isoformat()]
        return self._keyring.seal(json.dumps([record.contents, record.username, *moments]), session_context(key))

    def _stored(self, key: str, value: str) -> StoredSession | None:
        opened = unsealed(self._keyring, value, key)
        if opened is None:
            return None
        contents, username, *moments = json.loads(opened)
        ends_at, forget_at = map(datetime.fromisoformat, moments)
        return StoredSession(contents, username, ends_at, forget_at, version=value)


def _seconds(record: SessionRecord, now: datetime) -> int:
    return max(1, math.ceil((record.forget_at - now).total_seconds()))


@contextmanager
def _redis_errors() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise StorageUnavailable("Redis, which holds the sessions, does not answer.") from error
