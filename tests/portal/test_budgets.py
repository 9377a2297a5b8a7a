"""The cost of a page: calls of the service, SQL statements and bytes; none of it depends on time."""

import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import template_rendered
from jinja2 import Template
from sqlalchemy import Engine, delete, event
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.service.store.models import SIPAccountRow, SIPDialPlanRow, SIPDomainRow
from tests.factories.rows import dial_plan_values
from tests.statements import counted_statements

from .app_harness import AppHarness
from .browser import Browser

LIST = "/sip-accounts"
LONG_DOMAIN = "telephones.of-the-third-department.north-west.example-holding.example.org"


@contextmanager
def transactions() -> Iterator[list[object]]:
    """The transactions that begin while this lasts."""
    begun: list[object] = []

    def note(connection: object) -> None:
        begun.append(connection)

    event.listen(Engine, "begin", note)
    yield begun
    event.remove(Engine, "begin", note)


@contextmanager
def python_calls() -> Iterator[Counter[str]]:
    """The calls of Python functions in this thread while this lasts, as the count of `call`."""
    noted: Counter[str] = Counter()

    def note(_frame: object, event: str, _argument: object) -> None:
        noted[event] += 1

    sys.setprofile(note)
    try:
        yield noted
    finally:
        sys.setprofile(None)


@contextmanager
def written() -> Iterator[list[str | None]]:
    """The templates that are written while this lasts."""
    names: list[str | None] = []

    def note(_app: object, template: Template, **_rest: object) -> None:
        names.append(template.name)

    with template_rendered.connected_to(note):
        yield names


def cost_of(harness: AppHarness, browser: Browser, path: str) -> tuple[int, int]:
    """Return how many calls of the service and SQL statements a page takes that is read anew in a warm session."""
    browser.open(path)
    harness.forget_calls()
    with counted_statements() as noted:
        assert browser.raw("GET", path, headers={"Cache-Control": "no-cache"}).status_code == 200
    return len(harness.calls), len(noted)


def weight_of(browser: Browser, path: str, coding: str = "br, gzip") -> int:
    """Return how many bytes an answer has on its way."""
    answer = browser.client.get(path, headers={"Accept-Encoding": coding})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] in coding
    return len(answer.data)


def dial_plans(harness: AppHarness, count: int) -> None:
    """Store so many more dial plans of alice."""
    now = harness.clock()
    with harness.database.write() as session:
        for number in range(count):
            name = f"plan-{number:03}"
            session.add(SIPDialPlanRow(**dial_plan_values("alice", name, now)))


def long_rows(harness: AppHarness, count: int) -> None:
    """Accounts with everything that a row can show, in names that do not repeat themselves."""
    harness.accounts("alice", 0)
    with harness.database.write() as session:
        session.add(SIPDomainRow(id=uuid4(), domain=LONG_DOMAIN, owner=None, inserted=harness.clock()))
    for _ in range(count):
        account = harness.account(
            "alice",
            secrets.token_hex(16),
            sip_domain=LONG_DOMAIN,
            out_dial_plan_name=secrets.token_hex(32),
            in_dial_plan_name=secrets.token_hex(32),
            ip_address_acl="^203",
            send_nat_keep_alives=True,
            dont_mangle_enabled=True,
            is_incoming_only=True,
        )
        for _ in range(4):
            harness.bind(
                account, user_agent=f"Telephone {secrets.token_hex(16)}", remote_sip_socket="203.0.113.41:50601"
            )


@pytest.mark.parametrize("username", ["alice", "root-admin"])
@pytest.mark.parametrize("asked", ["", "?page=2", "?q=line", "?q=line&page=2&size=25", "?state=on", "?state=on&q=line"])
def test_the_list_takes_3_calls_and_at_most_7_statements_however_long_it_is(
    harness: AppHarness, username: str, asked: str
) -> None:
    browser = harness.signed_in(username)
    costs = []
    for count in (26, 10_000):
        harness.accounts("alice", count)
        costs.append(cost_of(harness, browser, LIST + asked))
    assert costs[0] == costs[1]
    calls, noted = costs[0]
    assert calls == 3
    assert noted <= 7


@pytest.mark.parametrize("path", [LIST, f"{LIST}?q=line", "/registrations", "/providers", "/calls"])
def test_an_unchanged_list_reads_no_row_and_writes_none(harness: AppHarness, alice: Browser, path: str) -> None:
    harness.accounts("alice", 30)
    alice.open(path)
    harness.forget_calls()
    with counted_statements() as noted, written() as templates:
        assert alice.raw("GET", path).status_code == 200
    assert harness.calls == []
    assert len(noted) == 2  # the session, and the revision with the token
    assert templates == ["live_page.html"]


def test_a_look_in_vain_takes_few_calls(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 30)
    asked = {"Live-List": "1"}
    for _ in range(3):
        answer = alice.raw("GET", LIST, headers=asked)
        asked |= {"If-None-Match": answer.headers["ETag"], "Live-Stamp": answer.headers["Live-Stamp"]}
    environ = EnvironBuilder(LIST, base_url="http://localhost", headers=Headers(asked)).get_environ()
    environ["HTTP_COOKIE"] = answer.request.environ["HTTP_COOKIE"]
    environ["HTTP_ACCEPT_ENCODING"] = answer.request.environ["HTTP_ACCEPT_ENCODING"]
    with python_calls() as noted:
        _, status, _ = run_wsgi_app(harness.app.wsgi_app, environ)
    assert status == "304 NOT MODIFIED"
    assert noted["call"] <= 450  # Flask takes 1,000 for it


def test_saving_writes_what_has_changed_alone(harness: AppHarness, alice: Browser) -> None:
    """The account and what the form showed; the message that the list is to show stands in a cookie."""
    account = harness.account("alice", "front-desk")
    page = alice.open(f"{LIST}/{account.id}")
    with counted_statements() as noted:
        page.submit(None, None, network_id="two")
    changing = [statement for statement in noted if statement.startswith(("UPDATE", "INSERT INTO"))]
    tables = ["UPDATE sipaccounts", "INSERT INTO audit", "INSERT INTO opened_records"]
    assert len(changing) == len(tables)
    assert all(map(str.startswith, changing, tables))
    assert "sealed_" not in changing[0]  # what is the same stays as it is sealed


@pytest.mark.parametrize("count", [0, 1, 25])
def test_a_short_list_takes_no_more(harness: AppHarness, alice: Browser, count: int) -> None:
    harness.accounts("alice", count)
    calls, noted = cost_of(harness, alice, LIST)
    assert calls <= 3
    assert noted <= 6


def test_a_page_of_100_takes_no_more(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 120)
    calls, noted = cost_of(harness, alice, f"{LIST}?size=100")
    assert calls <= 3
    assert noted <= 6


def test_the_list_asks_for_its_own_phones_alone(harness: AppHarness, alice: Browser) -> None:
    long_rows(harness, 25)
    calls, noted = cost_of(harness, alice, LIST)
    assert calls == 3
    assert noted <= 6
    assert len(alice.open(LIST).rows) == 25
    assert "Registered on 4 devices" in alice.open(LIST).rows[24]


def test_the_list_with_25_long_rows_weighs_at_most_15_kb(harness: AppHarness, alice: Browser) -> None:
    long_rows(harness, 25)
    assert weight_of(alice, LIST) <= 15_000
    assert weight_of(alice, LIST, "gzip") <= 16_500


def test_the_pages_of_one_account_take_few_calls(harness: AppHarness, alice: Browser) -> None:
    account: SIPAccount = harness.account("alice", "front-desk")
    assert cost_of(harness, alice, f"{LIST}/{account.id}")[0] <= 3
    assert cost_of(harness, alice, f"{LIST}/{account.id}/delete")[0] == 1
    assert cost_of(harness, alice, f"{LIST}/add")[0] <= 2
    assert cost_of(harness, alice, "/account")[0] == 4  # three for what she has of what the built-in service allows
    assert cost_of(harness, alice, "/account/password")[0] == 0


def test_with_1000_accounts_and_120_dial_plans_the_form_takes_no_more(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 1_000)
    account = harness.stored_accounts("alice")["line-00001"]
    few = [cost_of(harness, alice, f"{LIST}/{address}") for address in ("add", account.id)]
    dial_plans(harness, 119)
    harness.clock.pass_(minutes=2)
    many = [cost_of(harness, alice, f"{LIST}/{address}") for address in ("add", account.id)]
    assert few == many
    offered = {"", "default", *(f"plan-{number:03}" for number in range(119))}
    assert {*alice.open(f"{LIST}/add").options("out_dial_plan_name")} == offered


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_file_of_1000_accounts_takes_2_calls(harness: AppHarness, alice: Browser, form: str) -> None:
    harness.accounts("alice", 1_000)
    assert cost_of(harness, alice, f"{LIST}.{form}")[0] == 2
    assert cost_of(harness, alice, f"{LIST}.{form}?q=line-0099&state=on")[0] == 1


def test_trying_an_address_takes_as_many_calls_as_the_form(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    page = alice.open(f"{LIST}/{account.id}")
    harness.forget_calls()
    page.submit(None, "Try it", test_address="203.0.113.41")
    assert len(harness.calls) <= 3


def test_a_page_reads_its_session_once_and_writes_nothing(harness: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    with counted_statements() as noted:
        alice.raw("GET", LIST)
    assert len([statement for statement in noted if "browser_sessions" in statement]) == 1
    assert {statement.split()[0].upper() for statement in noted} == {"SELECT"}


@pytest.mark.parametrize(
    "path", [LIST, f"{LIST}/add", "/registrations", "/providers", "/provider-registrations", "/calls", "/cdrs"]
)
def test_a_page_looks_the_token_up_once_in_one_transaction(harness: AppHarness, alice: Browser, path: str) -> None:
    alice.open(path)
    with counted_statements() as noted, transactions() as begun:
        alice.raw("GET", path)
    assert len([statement for statement in noted if "customersessions" in statement]) == 1
    assert len(begun) == 1


def test_a_suspended_customer_is_turned_away_by_the_next_page(harness: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    harness.change_customer("alice", suspended=True)
    assert alice.raw("GET", LIST).headers["Location"].startswith("/login")


def test_the_first_visit_to_the_sign_in_weighs_at_most_25_kb_in_4_requests(
    harness: AppHarness, browser: Browser
) -> None:
    page = browser.open("/login")
    loaded = [
        *page.tree.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"),
        *page.tree.xpath("//script/@src | //img/@src"),
        *page.tree.xpath("//*[local-name()='use']/@href"),
    ]
    files = {urlsplit(address).path for address in loaded} - {""}
    assert len(files) + 1 <= 4
    fresh = harness.browser()
    assert weight_of(fresh, "/login") + sum(weight_of(fresh, file) for file in files) <= 25_000


def test_every_file_of_a_page_is_kept_for_good(browser: Browser) -> None:
    page = browser.open("/login")
    for address in page.tree.xpath("//link/@href | //script/@src"):
        assert "immutable" in browser.raw("GET", address).headers["Cache-Control"]


def test_a_crowd_at_the_sign_in_costs_the_service_two_calls(harness: AppHarness) -> None:
    harness.forget_calls()
    for _ in range(20):
        harness.browser().open("/login")
    assert harness.calls == ["IsAlive", "AreNewAccountsEnabled"]


def test_names_of_dial_plans_are_asked_for_once_in_a_while(harness: AppHarness, alice: Browser) -> None:
    harness.forget_calls()
    for _ in range(3):
        alice.open(f"{LIST}/add")
    assert harness.calls.count("GetDialPlans") == 1
    harness.clock.pass_(minutes=2)
    alice.open(f"{LIST}/add")
    assert harness.calls.count("GetDialPlans") == 2


def test_an_empty_list_does_not_ask_for_phones(harness: AppHarness, alice: Browser) -> None:
    with harness.database.write() as session:
        session.execute(delete(SIPAccountRow))
    harness.forget_calls()
    alice.open(LIST)
    assert "GetSIPRegistrarBindings" not in harness.calls
