"""Browser sessions in Redis, for several portals that share them. Needs the optional package `redis`."""

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from redis import ConnectionError, Redis, RedisError, TimeoutError, WatchError
from redis.backoff import NoBackoff
from redis.retry import Retry

from sipsorcery_web.breaker import Breaker
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.models import session_context
from sipsorcery_web.portal.storage.sessions import (
    MOST_LISTED,
    Rewrite,
    SessionRecord,
    StoredSession,
    unsealed,
)

ANSWERS_WITHIN = 2.0
"""Seconds."""
FAILURES, PAUSE = 2, 2.0
AWAY = "Redis, which holds the sessions, does not answer."
INDEXED_FOR = 12 * 3600
"""Seconds: longer than a session with all its extensions, and the hour for which it is recognised as ended."""


class RedisSessions:
    """Sessions as Redis strings, sealed with their username and times, that Redis itself forgets."""

    def __init__(self, redis_url: str, keyring: Keyring, prefix: str = "sipsorcery:session:") -> None:
        self._keyring = keyring
        self._prefix = prefix
        self._breaker = Breaker(FAILURES, PAUSE)
        self._redis: Redis = Redis.from_url(
            redis_url,
            socket_timeout=ANSWERS_WITHIN,
            socket_connect_timeout=ANSWERS_WITHIN,
            health_check_interval=30,
            # once, for a connection that Redis has closed; the default waits for seconds, and after a timeout again
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
            decode_responses=True,
            encoding_errors="replace",  # bytes that somebody put there do not open, whatever they are
        )

    def read(self, session_id: str) -> StoredSession | None:
        key = hash_secret(session_id)
        with self._asking():
            value: Any = self._redis.get(self._prefix + key)
        return None if value is None else self._stored(key, value)

    def is_stored(self, session_id: str, version: str, ends_at: datetime) -> bool:
        with self._asking():
            return bool(self._redis.get(self._prefix + hash_secret(session_id)) == version)  # its end is sealed in it

    def add(self, session_id: str, record: SessionRecord, now: datetime) -> None:
        key = hash_secret(session_id)
        with self._asking():
            if record.username is not None:
                self._note(record.username, key, now)
            self._redis.set(self._prefix + key, self._value(key, record), ex=_seconds(record, now), nx=True)

    def replace(self, session_id: str, record: SessionRecord, version: str, now: datetime) -> bool:
        key = hash_secret(session_id)
        name = self._prefix + key
        with self._asking(), self._redis.pipeline() as pipe:
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
        with self._asking():
            self._redis.delete(self._prefix + hash_secret(session_id))

    def of_user(self, username: str) -> Sequence[StoredSession]:
        with self._asking():
            keys: Any = self._redis.zrevrange(self._index_of(username), 0, MOST_LISTED - 1)
            values: Any = self._redis.mget([self._prefix + key for key in keys]) if keys else []
        found = (self._stored(key, value) for key, value in zip(keys, values, strict=True) if value is not None)
        return [stored for stored in found if stored is not None]

    def rewrite_others(self, session_id: str, username: str, change: Rewrite, now: datetime) -> None:
        with self._asking():
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

    def try_to_write(self) -> None:
        with self._asking():
            self._redis.set(f"{self._prefix}written", "", ex=INDEXED_FOR)

    def close(self) -> None:
        """Give back all connections."""
        self._redis.close()

    def _value(self, key: str, record: SessionRecord) -> str:
        moments = [record.ends_at.isoformat(), record.forget_at.isoformat()]
        return self._keyring.seal(json.dumps([record.contents, record.username, *moments]), session_context(key))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Translate a Redis that is away. Raises StorageUnavailable, at once where it has not answered a moment ago."""
        if not self._breaker.lets_through():
            raise StorageUnavailable(AWAY)
        try:
            yield
        except RedisError as error:
            if isinstance(error, TimeoutError):
                self._breaker.failed()
            raise StorageUnavailable(AWAY) from error
        self._breaker.succeeded()

    def _stored(self, key: str, value: str) -> StoredSession | None:
        opened = unsealed(self._keyring, value, key)
        if opened is None:
            return None
        contents, username, *moments = json.loads(opened)
        ends_at, forget_at = map(datetime.fromisoformat, moments)
        return StoredSession(contents, username, ends_at, forget_at, version=value)


def _seconds(record: SessionRecord, now: datetime) -> int:
    return max(1, math.ceil((record.forget_at - now).total_seconds()))
