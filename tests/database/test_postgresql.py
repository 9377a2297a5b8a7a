"""PostgreSQL that hangs or is gone: nobody waits for it longer than for a page, and it is there again by itself."""

from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from sipsorcery_web.database import postgresql
from sipsorcery_web.database.connection import Database, StoreUnavailable, open_database, take_time
from tests.stalling_proxy import StallingProxy, stalling_proxy

SHORT = 0.3
PATIENCE = 20.0


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[StallingProxy]:
    given = make_url(postgres_url)
    with stalling_proxy(given.host or "127.0.0.1", given.port or 5432) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STILL_THERE_WITHIN", "PAUSE"):
        monkeypatch.setattr(postgresql, name, SHORT)
    monkeypatch.setattr(postgresql, "LATER", SHORT - postgresql.STATEMENT_SECONDS)


@pytest.fixture
def behind(proxy: StallingProxy, postgres_url: str) -> Iterator[Database]:
    """A database behind a proxy, with a connection in its pool."""
    url = make_url(postgres_url).set(host="127.0.0.1", port=proxy.port)
    database = open_database(url.render_as_string(hide_password=False))
    assert one(database) == 1
    yield database
    database.close()


def one(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(text("SELECT 1")) or 0)


def seconds_of_a_failure(database: Database) -> float:
    began = monotonic()
    with pytest.raises(OperationalError):
        one(database)
    return monotonic() - began


def test_a_server_that_hangs_is_waited_for_once_and_then_nobody_waits(behind: Database, proxy: StallingProxy) -> None:
    proxy.stall()

    assert SHORT <= seconds_of_a_failure(behind) < SHORT + postgresql.CONNECTS_WITHIN + 2
    assert seconds_of_a_failure(behind) < postgresql.CONNECTS_WITHIN


def test_a_server_that_hangs_in_the_middle_of_a_statement_is_given_up(behind: Database, proxy: StallingProxy) -> None:
    began = monotonic()
    with behind.read() as session:
        session.execute(text("SELECT 1"))
        proxy.stall()
        with pytest.raises(OperationalError, match="does not answer"):
            session.execute(text("SELECT 2"))

    assert monotonic() - began < postgresql.CONNECTS_WITHIN


def test_a_server_that_answers_again_is_asked_again(behind: Database, proxy: StallingProxy) -> None:
    proxy.stall()
    seconds_of_a_failure(behind)
    proxy.flow()

    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        try:
            assert one(behind) == 1
            return
        except OperationalError:
            continue
    raise AssertionError("it is not asked again")


def test_a_server_that_is_gone_is_told_at_once(behind: Database, proxy: StallingProxy) -> None:
    proxy.leave()

    assert seconds_of_a_failure(behind) < PATIENCE / 4


def test_at_a_start_a_server_that_hangs_is_told_in_a_sentence(proxy: StallingProxy, postgres_url: str) -> None:
    proxy.stall()
    url = make_url(postgres_url).set(host="127.0.0.1", port=proxy.port)

    with pytest.raises(StoreUnavailable, match="cannot be opened: connection timeout expired"):
        open_database(url.render_as_string(hide_password=False))


def limit_of(database: Database, *, takes_time: bool = False) -> str | None:
    with database.write() as session:
        if takes_time:
            take_time(session)
        found: str | None = session.scalar(text("SHOW statement_timeout"))
        return found


def test_the_server_ends_a_statement_that_takes_too_long(behind: Database) -> None:
    assert limit_of(behind) == f"{postgresql.STATEMENT_SECONDS}s"
    with behind.read() as session:
        session.execute(text("SET LOCAL statement_timeout = 10"))
        with pytest.raises(OperationalError, match="statement timeout"):
            session.execute(text("SELECT pg_sleep(5)"))
    assert one(behind) == 1


def test_what_no_page_waits_for_may_take_its_time(behind: Database) -> None:
    assert limit_of(behind, takes_time=True) == "0"
    with behind.write() as session:
        take_time(session)
        session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": 2 * SHORT})

    assert limit_of(behind) == f"{postgresql.STATEMENT_SECONDS}s"
    with pytest.raises(OperationalError, match="does not answer"), behind.read() as session:
        session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": 10 * SHORT})


def limited(postgres_url: str, limit: str) -> Database:
    """A database whose address names another limit of a statement."""
    given = make_url(postgres_url)
    options = f"{given.query.get('options', '')} -c statement_timeout={limit}"
    return open_database(given.update_query_dict({"options": options}).render_as_string(hide_password=False))


@pytest.mark.parametrize("limit", ["77s", "1min", "0"])
def test_an_operator_may_set_another_limit_in_the_address(postgres_url: str, limit: str) -> None:
    database = limited(postgres_url, limit)

    assert limit_of(database) == limit
    database.close()


@pytest.mark.parametrize(("limit", "seconds"), [("11s", 1 + SHORT), ("0", None)])
def test_an_answer_is_waited_for_as_long_as_the_server_may_work_on_it(
    postgres_url: str, limit: str, seconds: float | None
) -> None:
    database = limited(postgres_url, limit)

    with database.read() as session:
        driver: Any = session.connection().connection.driver_connection
        assert driver.waits_within == (seconds and pytest.approx(seconds))
        session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": 2 * SHORT})
    database.close()
