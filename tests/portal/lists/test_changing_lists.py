"""Lists that change while somebody looks at them, and between two calls of one page."""

from contextlib import nullcontext

import pytest
from sqlalchemy import delete, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser


def test_deleting_the_last_row_of_the_last_page_leads_to_the_page_before(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 26)
    page = alice.open("/sip-accounts?page=2").follow(f"Delete line-00026@{DOMAIN}").submit()
    assert page.notes[0].startswith(f"line-00026@{DOMAIN} is deleted.")
    assert len(page.names) == 25


def test_deleting_a_row_leads_back_to_the_page_and_search_that_it_stood_on(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    page = alice.open("/sip-accounts?q=line&page=2").follow(f"Delete line-00030@{DOMAIN}").submit()
    assert page.value("q") == "line"
    assert page.names[0] == "line-00026"
    assert page.names[-1] == "line-00051"


@pytest.mark.parametrize("name", ["line-00000", "line-00015b", "line-00060.a", "AAA-first", "zzz-last"])
def test_a_new_account_stands_on_the_page_that_is_shown_after_adding_it(
    harness: AppHarness, alice: Browser, name: str
) -> None:
    harness.accounts("alice", 60)
    page = alice.submit("/sip-accounts/add", sip_username=name, sip_password="bl4ckbird!")
    assert name in page.names
    assert page.names == sorted(page.names)


def test_an_account_that_was_changed_stands_on_the_page_that_is_shown(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    account = harness.stored_accounts("alice")["line-00060"]
    page = alice.submit(f"/sip-accounts/{account.id}", is_user_disabled=True, sip_password="bl4ckbird!")
    assert page.notes == [f"line-00060@{DOMAIN} is saved."]
    assert "line-00060" in page.names


@pytest.fixture
def calls_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each call see the store as it is then, as over SOAP; in the same process a page sees one state of it."""
    monkeypatch.setattr(Database, "shared_read", lambda _self: nullcontext())


@pytest.mark.usefixtures("calls_apart")
def test_rows_that_vanish_between_counting_and_reading_leave_a_page_that_has_some(
    harness: AppHarness, alice: Browser
) -> None:
    harness.accounts("alice", 26)
    harness.watched.before["GetSIPAccounts"] = lambda: remove(harness, "line-00026")
    page = alice.open("/sip-accounts?page=2")
    assert "No SIP accounts yet" not in page.text
    assert len(page.names) == 25


@pytest.mark.usefixtures("calls_apart")
def test_a_list_that_vanishes_between_counting_and_reading_is_empty(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 3)
    harness.watched.before["GetSIPAccounts"] = lambda: remove(harness, "line-00001", "line-00002", "line-00003")
    page = alice.open("/sip-accounts")
    assert (page.status, page.rows) == (200, [])
    assert "No SIP accounts yet" in page.text


@pytest.mark.usefixtures("calls_apart")
def test_a_list_that_grows_between_counting_and_reading_shows_what_came(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 3)
    harness.watched.before["GetSIPAccounts"] = lambda: harness.account("alice", "line-00004")
    page = alice.open("/sip-accounts")
    assert len(page.names) == 4
    assert "All 4" in page.text


def remove(harness: AppHarness, *names: str) -> None:
    with harness.database.write() as session:
        found = select(SIPAccountRow.id).where(SIPAccountRow.sip_username.in_(names))
        session.execute(delete(SIPAccountRow).where(SIPAccountRow.id.in_(found)))
