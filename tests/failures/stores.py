"""Portals with a store that can be made to fail, as such stores fail."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, make_url

from sipsorcery_web import create_app
from sipsorcery_web.database import connection
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings
from tests.factories.records import person
from tests.portal.browser import Browser
from tests.portal.storage.support import a_redis, a_schema, postgres_url
from tests.stalling_proxy import StallingProxy, stalling_proxy

SHORT = 0.8
"""Seconds that are waited here for a store: less, and one that works may be too slow on a busy machine."""


@dataclass
class FailingPortal:
    """A portal with alice, and what makes its store fail and heals it."""

    app: Flask
    fail: Callable[[], object]
    heal: Callable[[], object]
    is_read_on: bool
    """Whether what is there can still be read."""

    def browser(self) -> Browser:
        """A browser that nobody has used."""
        return Browser(self.app, set())

    def alice(self) -> Browser:
        """The browser of alice, who has signed in."""
        browser = self.browser()
        browser.sign_in("alice")
        return browser


@contextmanager
def failing_portal(
    kind: str, folder: Path, passwords: Passwords, patched: pytest.MonkeyPatch
) -> Iterator[FailingPortal]:
    """A portal whose store can fail in this way."""
    _be_impatient(patched)
    with KINDS[kind](folder) as (settings, of):
        app = create_app(settings, passwords=passwords)
        Operators(app.extensions["service"].context).create_customer(person("alice"), administrator=False)
        fail, heal = of(app)
        yield FailingPortal(app, fail, heal, is_read_on=kind in READ_ON)
        app.extensions["database"].close()


Ways = Callable[[Flask], tuple[Callable[[], object], Callable[[], object]]]


def _be_impatient(patched: pytest.MonkeyPatch) -> None:
    from sipsorcery_web.database import postgresql
    from sipsorcery_web.portal.storage import redis_sessions

    for module in (connection, postgresql, redis_sessions):
        patched.setattr(module, "PAUSE", SHORT)
    patched.setattr(redis_sessions, "ANSWERS_WITHIN", SHORT)
    patched.setattr(postgresql, "LATER", SHORT - postgresql.STATEMENT_SECONDS)
    patched.setattr(postgresql, "STILL_THERE_WITHIN", SHORT)
    patched.setattr(connection, "BUSY_SECONDS", SHORT)
    settings = [
        f"PRAGMA busy_timeout={int(1000 * SHORT)}" if "busy_timeout" in each else each
        for each in connection.SQLITE_SETTINGS
    ]
    patched.setattr(connection, "SQLITE_SETTINGS", settings)


@contextmanager
def _locked(folder: Path) -> Iterator[tuple[Settings, Ways]]:
    settings = Settings(data_dir=folder)
    with closing(sqlite3.connect(folder / "sipsorcery.db", isolation_level=None, check_same_thread=False)) as other:
        yield settings, lambda _app: (partial(other.execute, "BEGIN IMMEDIATE"), other.rollback)


@contextmanager
def _full(folder: Path) -> Iterator[tuple[Settings, Ways]]:
    """No file of this process can grow, as far as the kernel is concerned."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limited = partial(resource.setrlimit, resource.RLIMIT_FSIZE)
    yield Settings(data_dir=folder), lambda _app: (partial(limited, (1, hard)), partial(limited, (soft, hard)))


@contextmanager
def _read_only(folder: Path) -> Iterator[tuple[Settings, Ways]]:
    def ways(app: Flask) -> tuple[Callable[[], object], Callable[[], object]]:
        is_on = [False]

        def begin(begun: Any) -> None:
            if is_on[0]:
                begun.connection.dbapi_connection.execute("PRAGMA query_only=ON")

        event.listen(app.extensions["database"].engine, "begin", begin)
        return partial(is_on.__setitem__, 0, True), partial(is_on.__setitem__, 0, False)

    yield Settings(data_dir=folder), ways


@contextmanager
def _redis(fails: str, folder: Path) -> Iterator[tuple[Settings, Ways]]:
    with a_redis() as (url, _):
        given = make_url(url)
        with stalling_proxy(given.host or "127.0.0.1", given.port or 6379) as proxy:
            behind = given.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
            yield Settings(data_dir=folder, session_url=behind), lambda _app: _ways_of(proxy, fails)


@contextmanager
def _postgresql(fails: str, folder: Path) -> Iterator[tuple[Settings, Ways]]:
    with a_schema(postgres_url()) as url:
        given = make_url(url)
        with stalling_proxy(given.host or "127.0.0.1", given.port or 5432) as proxy:
            behind = given.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
            yield Settings(data_dir=folder, database_url=behind), lambda _app: _ways_of(proxy, fails)


def _ways_of(proxy: StallingProxy, fails: str) -> tuple[Callable[[], object], Callable[[], object]]:
    return (proxy.stall, proxy.flow) if fails == "hangs" else (proxy.refuse, proxy.welcome)


KINDS: dict[str, Callable[[Path], Any]] = {
    "SQLite is locked": _locked,
    "the disk is full": _full,
    "the disk is read-only": _read_only,
    "Redis hangs": partial(_redis, "hangs"),
    "Redis is gone": partial(_redis, "gone"),
    "PostgreSQL hangs": partial(_postgresql, "hangs"),
    "PostgreSQL is gone": partial(_postgresql, "gone"),
}
READ_ON = ("SQLite is locked", "the disk is full", "the disk is read-only")
