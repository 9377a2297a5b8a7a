"""The stores that are measured are as the service itself would have made them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bench.data.contents import ADMINISTRATOR, DOMAIN, FIRST, Contents, account_name
from bench.data.stores import fill
from sipsorcery_web import create_app
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.settings import Settings
from tests.factories import PASSWORD, SIP_PASSWORD
from tests.factories.records import sip_account
from tests.schemas import own_schema

FEW = Contents("two customers", owners=2, accounts=3, cdrs=2, others=1)
NUMBER = text("SELECT sum(number) FROM revisions WHERE scope = :scope")


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service over a store that was filled at once."""
    folder = tmp_path_factory.mktemp("filled")
    if request.param == "SQLite":
        with _filled(Settings(data_dir=folder, domain=DOMAIN)) as service:
            yield service
    else:
        with own_schema() as url, _filled(Settings(data_dir=folder, domain=DOMAIN, database_url=url)) as service:
            yield service


@contextmanager
def _filled(settings: Settings) -> Iterator[Service]:
    fill(FEW, settings)
    context = create_app(settings).extensions["service"].context
    yield Service(context)
    context.database.close()


def _token(service: Service, username: str) -> str:
    credentials = {"username": username, "password": PASSWORD}
    return str(service.call(OPERATIONS["Login"], None, "127.0.0.1", credentials))


def _call(service: Service, username: str, name: str, **arguments: Any) -> Any:
    given = {parameter.name: None for parameter in OPERATIONS[name].parameters} | arguments
    return service.call(OPERATIONS[name], _token(service, username), "127.0.0.1", given)


def _number(service: Service, scope: str) -> int:
    with service.context.database.read() as session:
        return int(session.scalar(NUMBER, {"scope": scope}) or 0)


def test_alice_has_her_accounts_with_their_passwords(service: Service) -> None:
    accounts = _call(service, FIRST, "GetSIPAccounts", offset=0, count=10)

    assert [account.sip_username for account in accounts] == sorted(account_name(number) for number in (1, 2, 3))
    assert {account.sip_password for account in accounts} == {SIP_PASSWORD}


def test_an_administrator_counts_those_of_all(service: Service) -> None:
    assert _call(service, ADMINISTRATOR, "GetSIPAccountsCount") == FEW.all_accounts
    assert _call(service, ADMINISTRATOR, "GetCDRsCount") == FEW.all_cdrs


def test_a_text_is_found(service: Service) -> None:
    where = f'SIPUsername.Contains("{account_name(2)[-6:]}")'

    (found,) = _call(service, FIRST, "GetSIPAccounts", where_expression=where, offset=0, count=10)

    assert found.sip_username == account_name(2)


def test_what_is_added_later_is_found_and_raises_her_number(service: Service) -> None:
    before = _number(service, f"owner:{FIRST}"), _number(service, "owner:owner-000002")
    _call(service, FIRST, "AddSIPAccount", sip_account=sip_account("added-later", sip_domain=DOMAIN))

    where = 'SIPUsername.Contains("ed-lat")'
    (found,) = _call(service, FIRST, "GetSIPAccounts", where_expression=where, offset=0, count=10)
    _call(service, FIRST, "DeleteSIPAccount", sip_account=found)

    assert found.sip_username == "added-later"
    assert min(before) > 0
    assert _number(service, f"owner:{FIRST}") > before[0]
    assert _number(service, "owner:owner-000002") == before[1]


def _in_order(text: str | None) -> tuple[str, ...]:
    """Return the lines of a statement, sorted: Alembic writes the constraints of a table that it copies in any order."""
    return tuple(sorted(line.strip(" \t,") for line in (text or "").splitlines()))


def test_sqlite_has_the_same_tables_indexes_and_triggers_as_an_empty_store(tmp_path: Path) -> None:
    made = []
    for name in ("empty", "filled"):
        settings = Settings(data_dir=tmp_path / name, domain=DOMAIN)
        if name == "filled":
            fill(FEW, settings)
        else:
            create_app(settings).extensions["service"].context.database.close()
        with closing(sqlite3.connect(settings.data_dir / "sipsorcery.db")) as database:
            found = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
            made.append({(*names, _in_order(text)) for *names, text in found})
            assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []

    assert made[0] == made[1]
