"""Values typed into a form whose request could not be handled: given back to whoever typed it, and to nobody else."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.errors import ContractError, OutcomeUnknown, Unavailable
from sipsorcery_web.portal.storage.saved_forms import SavedForms
from sipsorcery_web.settings import NewAccounts
from tests.factories import PASSWORD

from .app_harness import AppHarness
from .areas.test_setup import new_link
from .browser import Browser
from .conftest import HarnessWith
from .origins import FROM_ELSEWHERE
from .test_error_handlers import fails_with, without_table
from .typed_forms import (
    ADDED,
    EDITED,
    Filled,
    added,
    check_in_form,
    check_shown,
    edited,
    everywhere,
    forget_the_session,
    of,
    sign_in_again,
    table,
)

STILL_HERE = "You are not signed in. What you typed is still here."
MADE_FOR_ANOTHER = "This form was made for another session."


@pytest.fixture
def ids(harness: AppHarness) -> dict[str, UUID]:
    return harness.one_of_each("alice")


def sign_out_elsewhere(browser: Browser) -> None:
    browser.sign_out()


# Without a session that anybody knows


@pytest.mark.parametrize("lose", [sign_out_elsewhere, forget_the_session])
@everywhere
def test_alice_who_is_not_signed_in_any_more_has_what_she_typed_and_goes_on_with_it(
    harness: AppHarness, alice: Browser, ids: dict[str, UUID], filled: Filled, lose: Callable[[Browser], None]
) -> None:
    page = alice.open(of(filled, ids))
    lose(alice)
    message_page = page.submit(**filled.typed)
    assert (message_page.status, message_page.h1, message_page.value("username")) == (403, STILL_HERE, "")
    check_shown(message_page, filled)
    assert harness.saved_forms() == 0
    form = sign_in_again(message_page)
    assert form.path.partition("?")[0] == of(filled, ids).partition("?")[0]
    check_in_form(form, filled)


def test_a_wrong_password_does_not_lose_what_only_the_page_holds(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/account")
    forget_the_session(alice)
    refused = page.submit(city="Cork").submit(username="alice", password="n1ghtingale")
    assert refused.status == 422
    assert harness.saved_forms() == 0
    assert sign_in_again(refused).value("city") == "Cork"


def test_secrets_are_not_given_back_but_named(alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    forget_the_session(alice)
    message_page = page.submit(sip_username="front-desk", sip_password="bl4ckbird!")
    assert table(message_page)["Password"].startswith("You typed one.")
    assert sign_in_again(message_page).value("sip_password") == ""


@everywhere
def test_another_site_gets_nothing_back(
    harness: AppHarness, browser: Browser, ids: dict[str, UUID], filled: Filled
) -> None:
    page = browser.post(of(filled, ids), MultiDict(filled.typed), headers=FROM_ELSEWHERE)
    assert page.h1 == "Sign in"
    assert not [text for text in filled.typed.values() if text in page.source and len(text) > 4]
    assert harness.saved_forms() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null", "Referer": "http://localhost/"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost@evil.example"},
        {"Origin": "http://["},
        {"Referer": "http://evil.example/?http://localhost/"},
        {"Referer": ""},
    ],
    ids=str,
)
def test_only_this_very_origin_counts(harness: AppHarness, browser: Browser, headers: dict[str, str]) -> None:
    page = browser.post("/account", {"city": "Corktown"}, headers=headers)
    assert "Corktown" not in page.source
    assert harness.saved_forms() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
        {"Referer": "http://localhost/account?x=1"},
    ],
    ids=str,
)
def test_each_way_in_which_browsers_name_this_origin_counts(browser: Browser, headers: dict[str, str]) -> None:
    page = browser.post("/account", {"city": "Corktown"}, headers=headers)
    assert table(page)["City"] == "Corktown"


@pytest.mark.parametrize(
    "carried", ["", "[]", "{", "null", '{"city": "Cork"}', '{"city": [1, {}]}', "[" * 9999, '{"nobody": ["x"]}', "\0"]
)
def test_what_a_sign_in_brings_along_is_read_with_care(harness: AppHarness, browser: Browser, carried: str) -> None:
    page = browser.force("/login?next=/account", {"carried": carried}, username="alice", password=PASSWORD)
    assert (page.status, page.value("city")) == (200, "Galway")
    assert harness.saved_forms() == 0


@pytest.mark.parametrize("target", ["/sip-accounts", "/logout", "/login", "/nowhere", "/undo", "//evil.example/"])
def test_a_sign_in_brings_nothing_to_a_page_without_such_a_form(
    harness: AppHarness, browser: Browser, target: str
) -> None:
    hostile = {"carried": '{"city": ["Cork"]}', "next": target}
    page = browser.force("/login", hostile, username="alice", password=PASSWORD)
    assert "kept" not in page.path
    assert harness.saved_forms() == 0


def test_a_sign_in_brings_neither_secrets_nor_fields_that_the_page_does_not_have(
    harness: AppHarness, browser: Browser
) -> None:
    carried = '{"city": ["Cork"], "security_answer": ["teal"], "admin_id": ["*"]}'
    page = browser.force("/login?next=/account", {"carried": carried}, username="alice", password=PASSWORD)
    kept = SavedForms(harness.database, harness.keyring, harness.clock)
    assert kept.load(page.path.partition("kept=")[2], "alice", "/account") == {"city": ["Cork"]}


# With the session of somebody who is known


def test_a_late_form_keeps_its_own_fields_and_no_others(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    harness.clock.pass_(minutes=61)
    strange = {
        "one_time_secret": "one-two-three",
        "city": "Corktown",
        "security_answer": "teal-green",
        "opened": "f" * 64,
    }
    message_page = alice.force_page(page, strange, sip_username="front-desk")
    assert not [text for text in strange.values() if text in message_page.source]
    kept = SavedForms(harness.database, harness.keyring, harness.clock)
    form = kept.load(message_page.value("kept"), "alice", "/sip-accounts/add")
    assert form is not None
    assert form["sip_username"] == ["front-desk"]
    assert not strange.keys() & form.keys()


def test_a_form_of_before_that_comes_after_the_end_of_another_session_is_given_back_and_not_stored(
    harness: AppHarness, alice: Browser
) -> None:
    page = alice.open("/sip-accounts/add")
    alice.sign_out()
    alice.sign_in("bobby")
    harness.clock.pass_(minutes=61)
    message_page = page.submit(sip_username="front-desk")
    assert message_page.h1 == "Your session has ended. What you typed has not."
    assert table(message_page)["Username"] == "front-desk"
    assert harness.saved_forms() == 0


@pytest.fixture
def by_name(harness_with: HarnessWith) -> AppHarness:
    """A house that is reached over plain http by a name, where browsers leave `Sec-Fetch-Site` out."""
    return harness_with(insecure_http=True)


@added
def test_over_plain_http_by_a_name_the_form_comes_back_when_bob_has_signed_in_meanwhile(
    by_name: AppHarness, filled: Filled
) -> None:
    browser = by_name.browser(base_url="http://portal.example.org")
    browser.sign_in("alice")
    page = browser.open(filled.path)
    browser.sign_out()
    browser.sign_in("bobby")
    again = page.submit(**filled.typed)
    assert again.status == 400
    assert again.notes[0].startswith(f"{MADE_FOR_ANOTHER} You are signed in as bobby. Nothing was saved yet.")
    check_in_form(again, filled)
    assert by_name.saved_forms() == 0


@edited
def test_bob_who_has_signed_in_meanwhile_does_not_reach_alices_record_and_the_text_is_given_back(
    harness: AppHarness, alice: Browser, ids: dict[str, UUID], filled: Filled
) -> None:
    page = alice.open(of(filled, ids))
    alice.sign_out()
    alice.sign_in("bobby")
    answer = page.submit(**filled.typed)
    assert (answer.status, answer.h1) == (404, "There is nothing here")
    check_shown(answer, filled)
    assert "What you typed is stored nowhere." in answer.text
    assert harness.saved_forms() == 0


@pytest.mark.parametrize("token", [None, "", "made-up"])
@everywhere
def test_a_form_whose_token_is_no_good_comes_back_as_it_was_typed(
    harness: AppHarness, alice: Browser, ids: dict[str, UUID], filled: Filled, token: str | None
) -> None:
    again = alice.force(of(filled, ids), {"csrf_token": token}, **filled.typed)
    assert again.status == 400
    assert again.notes[0].startswith(MADE_FOR_ANOTHER)
    check_in_form(again, filled)
    assert harness.saved_forms() == 0
    assert not {each for each in harness.calls if each.startswith(("Add", "Update", "Delete"))}


@everywhere
def test_a_form_without_a_good_token_from_another_site_gets_nothing_back(
    alice: Browser, ids: dict[str, UUID], filled: Filled
) -> None:
    page = alice.post(of(filled, ids), MultiDict(filled.typed), headers=FROM_ELSEWHERE)
    assert (page.status, page.h1) == (400, "This form is out of date")
    assert table(page) == {}


def test_a_form_that_comes_back_is_saved_with_the_next_press(harness: AppHarness, alice: Browser) -> None:
    again = alice.force("/account", {"csrf_token": "made-up"}, city="Cork")
    assert again.submit().notes == ["Your settings are saved."]
    stored = harness.customer("alice")
    assert stored is not None
    assert stored.city == "Cork"


def test_a_change_by_others_is_still_noticed_when_a_form_has_come_back(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    again = alice.force(f"/sip-accounts/{account.id}", {"csrf_token": "made-up"}, network_id="attic")
    harness.service_fixture.administrator.sip_accounts.update(account.with_(network_id="cellar"))
    assert again.submit().h1 == "This has changed meanwhile"


def test_a_question_whether_to_delete_is_not_answered_by_a_form_without_a_token(
    harness: AppHarness, alice: Browser
) -> None:
    account = harness.account("alice", "front-desk")
    page = alice.post(f"/sip-accounts/{account.id}/delete", {})
    assert (page.status, page.h1) == (400, "This form is out of date")
    assert harness.stored(account.id) == account


def test_a_name_that_confirms_a_deletion_is_typed_anew(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/account/delete")
    forget_the_session(alice)
    asked = page.submit(customer_username="alice")
    assert asked.notes == ["You are not signed in. Nothing was saved."]
    assert sign_in_again(asked).value("customer_username") == ""
    assert harness.customer("alice") is not None


# Other ways in which nothing comes of it


@pytest.mark.parametrize(
    "error", [Unavailable("away"), OutcomeUnknown("late"), ContractError("?"), ZeroDivisionError()]
)
@pytest.mark.parametrize("filled", [one for one in [*ADDED.values(), *EDITED.values()] if one.noun])
def test_a_service_that_is_away_or_an_error_leaves_a_way_back_to_the_form(
    harness: AppHarness, alice: Browser, ids: dict[str, UUID], filled: Filled, error: Exception
) -> None:
    page = alice.open(of(filled, ids))
    fails_with(harness, f"Get{filled.noun}", error)
    answer = page.submit(**filled.typed)
    assert answer.status in (500, 503)
    check_shown(answer, filled)
    check_in_form(answer.follow("Back to the form"), filled)


@added
def test_a_store_without_sessions_loses_nothing_either(harness: AppHarness, alice: Browser, filled: Filled) -> None:
    page = alice.open(filled.path)
    with without_table(harness, "browser_sessions"):
        answer = page.submit(**filled.typed)
        assert answer.status == 503
        check_shown(answer, filled)
        assert "What you typed is stored nowhere." in answer.text


def test_where_nothing_can_be_kept_it_is_shown(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/account")
    fails_with(harness, "GetCustomer", Unavailable("away"))
    with without_table(harness, "kept_forms"):
        answer = page.submit(city="Cork")
    assert table(answer)["City"] == "Cork"
    assert "What you typed is stored nowhere." in answer.text


def test_more_than_is_taken_is_given_back_as_far_as_it_was_read(harness_with: HarnessWith) -> None:
    alice = harness_with(request_limit=20_000).signed_in("alice")
    page = alice.open("/dial-plans/add")
    answer = page.submit(dial_plan_name="night", dial_plan_script="x" * 30_000)
    assert answer.status == 413
    assert table(answer)["Script"] == "x" * 30_000
    assert "x" * 100 not in page.submit(dial_plan_script="x" * 50_000).text


def test_too_many_tries_name_what_has_to_be_typed_again(alice: Browser) -> None:
    for _ in range(6):
        page = alice.submit(
            "/account/password", old_password="n1ghtingale", new_password=PASSWORD, retyped_password=PASSWORD
        )
    assert page.status == 429
    assert {*table(page)} == {"Present password", "New password", "Retype new password"}


# Before signing in


CUSTOMER: dict[str, Any] = {
    "first_name": "Carol",
    "last_name": "Example",
    "email_address": "carol@example.org",
    "customer_username": "carol",
    "city": "Galway",
}


def test_a_registration_without_its_cookie_comes_back_as_it_was_typed(browser: Browser) -> None:
    page = browser.open("/register")
    forget_the_session(browser)
    again = page.submit(**CUSTOMER, customer_password="bl4ckbird!")
    assert again.status == 400
    assert again.notes[0].startswith("The browser sent no cookie: it refuses cookies, or has deleted this one.")
    assert {name: again.value(name) for name in CUSTOMER} == CUSTOMER
    assert again.value("customer_password") == ""
    done = again.submit(customer_password=PASSWORD, retyped_password=PASSWORD, security_answer="teal")
    assert done.notes == ["The account carol is made. You can sign in now."]


def test_a_registration_of_another_site_does_not_come_back(browser: Browser) -> None:
    page = browser.post("/register", CUSTOMER, headers=FROM_ELSEWHERE)
    assert (page.status, "Carol" in page.source) == (400, False)


def test_an_invite_code_comes_back(harness_with: HarnessWith) -> None:
    browser = harness_with(new_accounts=NewAccounts("invite", chosen=True)).browser()
    page = browser.open("/login")
    forget_the_session(browser)
    again = page.submit(invite_code="1c1f7d4e-6a0b")
    assert (again.status, again.h1, again.value("invite_code")) == (400, "Sign in", "1c1f7d4e-6a0b")


def test_a_sign_in_of_another_site_comes_back_empty(browser: Browser) -> None:
    typed = {"username": "mallory", "password": PASSWORD, "next": "/account"}
    page = browser.post("/login", typed, headers=FROM_ELSEWHERE)
    assert (page.status, page.h1, page.value("username"), page.value("next")) == (400, "Sign in", "", "")


def test_a_set_up_link_that_is_over_gives_back_what_was_typed(empty_harness: AppHarness) -> None:
    browser = empty_harness.browser()
    page = browser.open(new_link(empty_harness))
    empty_harness.clock.pass_(minutes=31)
    answer = page.submit(**CUSTOMER)
    assert answer.status == 404
    assert table(answer)["First name"] == "Carol"
