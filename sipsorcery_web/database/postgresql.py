"""Connections to PostgreSQL on which nobody waits longer than a page may take, whatever has become of the server.

Imported where a store is PostgreSQL's alone: psycopg is an extra.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.errors import ConnectionTimeout, _WaitTimeout
from psycopg.pq import Conninfo
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.orm import Session

from sipsorcery_web.breaker import Breaker

CONNECTS_WITHIN = 3
"""Seconds; whole ones, as libpq counts, for each address of the server's name."""
STATEMENT_SECONDS = 10
"""Seconds that the server works on a statement."""
LATER = 2.0
"""Seconds after those of a statement, when a server that has not even said so is away."""
STILL_THERE_WITHIN = 2.0
"""The same for whether a connection of the pool is still there."""
FAILURES, PAUSE = 2, 2.0
"""One may be a connection alone that a firewall has forgotten."""
SOCKET = {
    "tcp_user_timeout": int((STATEMENT_SECONDS + LATER) * 1000),
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
NO_ANSWER = "PostgreSQL does not answer."
NOT_PASSED_ON = {"password", "passfile", "service"}
"""Parameters of a connection that are told otherwise, or have done their work."""


class TimedConnection(psycopg.Connection[Any]):
    """A connection that is closed where the server does not answer on it in time."""

    waits_within: float | None = STILL_THERE_WITHIN
    answers_within: float | None
    """Seconds for a statement; None where the server has no limit either."""
    breaker: Breaker

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.waits_within)
        except _WaitTimeout:
            self.close()
            self.breaker.failed()
            raise psycopg.OperationalError(NO_ANSWER) from None


def postgresql_engine(address: URL) -> Engine:
    """The engine of a store; statements have STATEMENT_SECONDS unless the address says otherwise in its `options`."""
    engine = create_engine(
        address, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": CONNECTS_WITHIN, **SOCKET}
    )
    event.listen(engine, "do_connect", partial(_connected, Breaker(FAILURES, PAUSE)))
    event.listen(engine, "checkin", partial(_waits_within, STILL_THERE_WITHIN))  # the pool asks when it hands it out
    event.listen(engine, "checkout", _waits_for_statements)
    return engine


def libpq_parameters(address: URL) -> dict[str, str]:
    """Return what libpq is told of a server: by an address, and by variables where the address says nothing."""
    _, given = address.set(drivername="postgresql+psycopg").get_dialect()().create_connect_args(address)
    variables = {
        option.keyword.decode(): option.val.decode()
        for option in Conninfo.get_defaults()
        if option.val is not None and option.val != option.compiled
    }
    return variables | {name: str(value) for name, value in given.items()}


def conninfo_of(engine: Engine) -> tuple[str, str]:
    """Return how libpq reaches the very database that an engine is connected to, and the password for that."""
    with closing(engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        info: psycopg.ConnectionInfo = driver.info
        there = {"host": info.host, "port": str(info.port), "user": info.user, "dbname": info.dbname}
        told = {name: value for name, value in libpq_parameters(engine.url).items() if name not in NOT_PASSED_ON}
        return make_conninfo(**(told | there)), info.password


def lift_limits(session: Session) -> None:
    """Let the rest of a transaction take as long as it needs."""
    session.execute(text("SET LOCAL statement_timeout = 0"))
    _waits_within(None, session.connection().connection.dbapi_connection)


def _connected(
    breaker: Breaker, _dialect: object, _record: object, arguments: Sequence[Any], options: Mapping[str, Any]
) -> TimedConnection:
    if not breaker.lets_through():
        raise psycopg.OperationalError(NO_ANSWER)
    try:
        connection = TimedConnection.connect(*arguments, **options)
    except ConnectionTimeout:
        breaker.failed()
        raise
    connection.breaker, connection.waits_within = breaker, STILL_THERE_WITHIN
    with connection.transaction():
        if "statement_timeout" not in options.get("options", ""):
            connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
        connection.answers_within = _patience(connection)
    breaker.succeeded()
    return connection


def _patience(connection: TimedConnection) -> float | None:
    """Return the seconds that a statement is waited for: a little longer than the server works on it."""
    row = connection.execute("SELECT setting FROM pg_settings WHERE name = 'statement_timeout'").fetchone()
    milliseconds = int(row[0]) if row else 0
    return milliseconds / 1000 + LATER if milliseconds else None


def _waits_for_statements(connection: Any, *_: object) -> None:
    connection.waits_within = connection.answers_within


def _waits_within(seconds: float | None, connection: Any, *_: object) -> None:
    if connection is not None:  # one that was closed meanwhile
        connection.waits_within = seconds
