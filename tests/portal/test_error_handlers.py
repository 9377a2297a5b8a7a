"""Every error is a page that says what happened and offers a way on."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sipsorcery_web.contract.errors import ContractError, NotFound, Refused, Unavailable
from tests.factories import PASSWORD

from .app_harness import AppHarness
from .browser import Browser, Page
from .conftest import HarnessWith
from .origins import FROM_ELSEWHERE


def check_way_on(page: Page) -> None:
    """The page says its number and that of the request, and one link leads to a page that works."""
    assert f"Error {page.status}, request {page.response.headers['X-Request-ID']}" in page.text
    (way,) = {"To your SIP accounts", "To the sign-in", "Try again", "Back to the form"} & page.links.keys()
    assert page.follow(way).status == 200


def fails_with(harness: AppHarness, operation: str, error: Exception) -> None:
    """The service answers this to an operation, once."""

    def fail() -> None:
        del harness.watched.before[operation]
        raise error

    harness.watched.before[operation] = fail


@contextmanager
def without_table(harness: AppHarness, table: str) -> Iterator[None]:
    """A store that does not answer: the table has gone."""
    with harness.database.write() as session:
        session.connection().exec_driver_sql(f"alter table {table} rename to away")
    try:
        yield
    finally:
        with harness.database.write() as session:
            session.connection().exec_driver_sql(f"alter table away rename to {table}")


def test_400_a_forged_form(alice: Browser) -> None:
    page = alice.post("/account", {"city": "Cork"}, headers=FROM_ELSEWHERE)
    assert (page.status, page.h1) == (400, "This form is out of date")
    check_way_on(page)


def test_400_a_request_that_cannot_be_read(alice: Browser) -> None:
    answer = alice.raw("GET", "/account", headers={"Content-Length": "-1"})
    assert answer.status_code in (200, 400)


def test_403_a_sign_in_that_others_could_read(harness: AppHarness) -> None:
    page = harness.browser(base_url="http://portal.example.org").open("/login")
    assert (page.status, page.h1) == (403, "This page needs https")
    assert "Error 403" in page.text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/sip-accounts/nowhere", "/.env", "/<script>alert(1)</script>", "/%00", "/\N{PILE OF POO}"]
)
def test_404_an_address_that_leads_nowhere(alice: Browser, browser: Browser, path: str) -> None:
    for somebody in (alice, browser):
        page = somebody.open(path)
        assert (page.status, page.h1) == (404, "There is nothing here")
        assert "<script>alert" not in page.source
        check_way_on(page)


def test_405_a_page_that_is_no_page(alice: Browser, browser: Browser) -> None:
    for somebody in (alice, browser):
        page = somebody.open("/session/extend")
        assert (page.status, page.h1) == (405, "This address takes no such request")
        check_way_on(page)


def test_409_a_refusal_that_belongs_to_no_form(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    fails_with(harness, "DeleteSIPAccount", Refused("The <b>line</b> is in use."))
    page = alice.submit(f"/sip-accounts/{account.id}/delete")
    assert page.status == 409
    assert "The <b>line</b> is in use." in page.text
    check_way_on(page)


@pytest.mark.parametrize("path", ["/login", "/account", "/sip-accounts/add", "/session/extend"])
def test_413_more_than_is_taken(harness_with: HarnessWith, path: str) -> None:
    alice = harness_with(request_limit=20_000).signed_in("alice")
    page = alice.post(path, {"csrf_token": alice.token(), "city": "x" * 30_000})
    assert (page.status, page.h1) == (413, "That is too much at once")
    check_way_on(page)


@pytest.mark.parametrize("path", ["/sip-accounts", "/cdrs", "/calls.csv", "/login", "/about"])
def test_414_a_longer_address_than_a_page_can_repeat_in_its_links(alice: Browser, path: str) -> None:
    page = alice.open(f"{path}?q={'x' * 20_000}")
    assert (page.status, page.h1) == (414, "This address is too long")
    check_way_on(page)
    assert alice.raw("GET", f"{path}?q={'x' * 16_000}").status_code in (200, 303)


def test_just_below_the_limit_a_form_is_read(alice: Browser) -> None:
    page = alice.force("/account", {"city": "x" * 900_000})
    assert (page.status, {*page.errors}) == (422, {"city"})


def test_just_below_the_limit_a_form_in_parts_is_read_too(alice: Browser) -> None:
    typed = {"csrf_token": alice.token(), "city": "x" * 505_000, "file": (io.BytesIO(b"x"), "x.txt")}
    page = alice.post("/account", typed, content_type="multipart/form-data")
    assert (page.status, {*page.errors}) == (422, {"city"})


def test_429_too_many_tries(harness: AppHarness, alice: Browser) -> None:
    for _ in range(6):
        page = alice.submit(
            "/account/password", old_password="n1ghtingale", new_password=PASSWORD, retyped_password=PASSWORD
        )
    assert (page.status, page.h1) == (429, "Too many tries")
    assert page.response.headers["Retry-After"] == "900"
    check_way_on(page)


def test_500_an_error_that_nobody_foresaw_tells_nothing_of_itself(
    harness: AppHarness, alice: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    fails_with(harness, "GetSIPAccounts", ZeroDivisionError("the inner workings"))
    page = alice.open("/sip-accounts")
    assert (page.status, page.h1) == (500, "Something broke here")
    assert "inner workings" not in page.source
    assert "Traceback" not in page.source
    assert "GET /sip-accounts failed" in caplog.text
    assert "the inner workings" in caplog.text
    check_way_on(page)


def test_503_a_service_that_does_not_answer(harness: AppHarness, alice: Browser) -> None:
    fails_with(harness, "GetSIPAccountsCount", Unavailable("no route to 192.0.2.7"))
    page = alice.open("/sip-accounts")
    assert (page.status, page.h1) == (503, "The service does not answer")
    assert "192.0.2.7" not in page.text
    check_way_on(page)


def test_503_a_service_that_says_something_else(harness: AppHarness, alice: Browser) -> None:
    fails_with(harness, "GetSIPAccountsCount", ContractError("<html>"))
    page = alice.open("/sip-accounts")
    assert page.status == 503
    assert "cannot be read" in page.text
    assert "still below" not in page.text
    check_way_on(page)


def test_503_a_store_that_does_not_keep_sessions(harness: AppHarness, alice: Browser) -> None:
    cookie = alice.client.get_cookie("sipsorcery_session")
    with without_table(harness, "browser_sessions"):
        page = alice.open("/sip-accounts")
        assert (page.status, page.h1) == (503, "The service does not answer")
        assert "alice" not in page.text
    assert alice.client.get_cookie("sipsorcery_session") == cookie
    assert alice.open("/sip-accounts").h1 == "SIP accounts"


def test_503_a_store_that_does_not_keep_sip_accounts(harness: AppHarness, alice: Browser) -> None:
    with without_table(harness, "sipaccounts"):
        page = alice.open("/sip-accounts")
        assert (page.status, page.h1) == (503, "The service does not answer")
        assert "sipaccounts" not in page.text
    check_way_on(page)


def test_an_error_at_a_form_leaves_what_was_typed(harness: AppHarness, alice: Browser) -> None:
    for error, status in ((Unavailable("away"), 503), (ContractError("?"), 503), (Refused("The <b> is full."), 422)):
        fails_with(harness, "UpdateCustomer", error)
        page = alice.submit("/account", city="Cork")
        assert (page.status, page.value("city")) == (status, "Cork")
        assert len(page.notes) == 1


def test_a_refusal_in_words_that_nobody_knows_is_shown_once_as_it_came(harness: AppHarness, alice: Browser) -> None:
    fails_with(harness, "UpdateCustomer", Refused('Zone "<b>Nowhere</b>" & more is not served.'))
    page = alice.submit("/account", city="Cork")
    assert page.notes == ['Zone "<b>Nowhere</b>" & more is not served.']
    assert page.text.count("is not served.") == 1


def test_phones_that_the_service_does_not_tell_do_not_hide_the_accounts(harness: AppHarness, alice: Browser) -> None:
    fails_with(harness, "GetSIPRegistrarBindings", Unavailable("away"))
    page = alice.open("/sip-accounts")
    assert (page.status, page.names) == (200, ["alice"])
    assert "Not known" in page.rows[0]


def test_an_account_that_vanishes_while_it_is_changed_is_told(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    fails_with(harness, "UpdateSIPAccount", NotFound("The SIP account was not found."))
    page = alice.submit(f"/sip-accounts/{account.id}", network_id="attic")
    assert (page.status, page.h1) == (404, "front-desk has been deleted meanwhile")
    assert page.follow("Add it as new").value("network_id") == "attic"


def test_a_place_in_the_list_that_cannot_be_found_does_not_undo_what_was_saved(
    harness: AppHarness, alice: Browser
) -> None:
    account = harness.account("alice", "front-desk")
    fails_with(harness, "GetSIPAccountsCount", Unavailable("away"))
    page = alice.submit(f"/sip-accounts/{account.id}", network_id="attic")
    assert page.notes == ["front-desk@sip.example.org is saved."]


def test_signing_out_works_while_the_service_is_away(harness: AppHarness, alice: Browser) -> None:
    fails_with(harness, "Logout", Unavailable("away"))
    assert alice.sign_out().notes == ["You are signed out."]
    assert alice.open("/account").h1 == "Sign in"


def test_a_longer_session_that_the_service_cannot_give_is_not_promised(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=50)
    page = alice.open("/about")
    fails_with(harness, "ExtendSession", Unavailable("away"))
    assert page.submit(action="/session/extend").status == 503
    harness.clock.pass_(minutes=10)
    assert alice.open("/account").h1 == "Sign in"


def test_an_error_page_does_not_say_who_is_there_to_somebody_else(harness: AppHarness, browser: Browser) -> None:
    browser.sign_in("alice", PASSWORD)
    browser.sign_out()
    assert "alice" not in browser.open("/nowhere").text
