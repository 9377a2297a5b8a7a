"""Tokens for programs on their pages."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.portal.http.session import COOKIE
from tests.factories import PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page
from tests.portal.genuine import Front

SHAPE = re.compile(r"sips_[0-9A-Za-z]{36}")
KABUL = "(GMT+04:30) Kabul"


def ask(browser: Browser, *scopes: str, name: str = "office", **more: str) -> Page:
    """Fill in the form and send it."""
    return browser.force("/security/tokens", {"scopes": list(scopes) or None, **more}, name=name)


def told(page: Page) -> str:
    """The token that a page shows."""
    (found,) = SHAPE.findall(page.text)
    return str(found)


def ticked(page: Page) -> list[str]:
    """The scopes whose boxes have a tick."""
    return [str(box.get("value")) for box in page.all("//input[@name='scopes'][@checked]")]


def test_the_start_page_leads_to_the_tokens(harness: AppHarness, alice: Browser) -> None:
    assert "There is no token that is good at present." in alice.open("/security").text
    harness.access_token("alice")
    assert "1 token is good at present." in alice.open("/security").text
    assert alice.open("/security").follow("Tokens for programs").h1 == "Tokens for programs"


def test_the_navigation_and_the_help_lead_there(alice: Browser) -> None:
    page = alice.open("/security/tokens")
    assert page.nav_items["Security"] == "/security"
    assert page.current_nav_items == ["Security"] * len(page.current_nav_items)
    assert page.links["Help with this page"] == "/help#security"


def test_a_new_token_is_shown_once_and_opens_what_was_ticked(harness: AppHarness, alice: Browser) -> None:
    page = ask(alice, "accounts:read", "calls:read")
    assert (page.status, page.h1) == (200, "Token office")
    assert "Read SIP accounts and registrations; Read calls in progress and call records" in page.text
    again = alice.open("/security/tokens")
    assert not SHAPE.search(again.source)
    assert again.rows[0].startswith(
        "office Read SIP accounts and registrations; Read calls in progress and call records Never"
    )
    assert harness.service_fixture.client(told(page)).sip_accounts.count() == 1


def test_a_token_is_good_until_the_chosen_day_is_over_where_the_customer_is(
    harness: AppHarness, alice: Browser
) -> None:
    client = harness.service_fixture.alice
    client.update_customer(client.customer("alice").with_(time_zone=KABUL))
    alice.sign_in("alice")
    ask(alice, "accounts:read", ends="2027-02-28")
    (token,) = client.access_tokens()
    assert token.ends == datetime(2027, 2, 28, 19, 30, tzinfo=UTC)
    assert "01 Mar 2027 00:00:00" in alice.open("/security/tokens").rows[0]


def test_a_day_90_days_from_now_is_proposed(alice: Browser) -> None:
    assert alice.open("/security/tokens").value("ends") == "2027-02-21"


@pytest.mark.parametrize(
    ("scopes", "typed", "errors"),
    [
        (["accounts:read"], {"name": " "}, {"name": "Give the token a name."}),
        ([], {}, {"scopes": "Tick what the token may do."}),
        (
            ["tokens:write"],
            {},
            {"scopes": "There is nothing like that to allow. Tick again what the token may do."},
        ),
        (
            ["calls:read"],
            {"ends": "2026-11-22"},
            {"ends": "Choose a day from today on, a year from now at the latest."},
        ),
        (
            ["calls:read"],
            {"ends": "2027-11-24"},
            {"ends": "Choose a day from today on, a year from now at the latest."},
        ),
        (["calls:read"], {"ends": ""}, {"ends": "This is not a day. One looks like 2027-02-28."}),
        (
            ["calls:read"],
            {"ends": "9999-12-31"},
            {"ends": "Choose a day from today on, a year from now at the latest."},
        ),
        (["calls:read"], {"ends": "tomorrow"}, {"ends": "This is not a day. One looks like 2027-02-28."}),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_nothing_is_made(
    harness: AppHarness, alice: Browser, scopes: list[str], typed: dict[str, str], errors: dict[str, str]
) -> None:
    page = ask(alice, *scopes, **typed)
    assert (page.status, page.errors) == (422, errors)
    assert harness.service_fixture.alice.access_tokens() == []


def test_what_was_ticked_stays_ticked_in_a_form_that_comes_back(alice: Browser) -> None:
    page = ask(alice, "accounts:read", "calls:read", name="")
    assert ticked(page) == ["accounts:read", "calls:read"]


def test_a_form_that_is_sent_a_second_time_makes_no_second_token(harness: AppHarness, alice: Browser) -> None:
    ask(alice, "calls:read")
    page = ask(alice, "calls:read")
    assert page.errors == {"name": "You have a token with this name. Choose another name."}
    assert len(harness.service_fixture.alice.access_tokens()) == 1


def test_with_20_there_is_no_form(harness: AppHarness, alice: Browser) -> None:
    for number in range(20):
        harness.access_token("alice", f"program {number}")
    page = alice.open("/security/tokens")
    assert not page.has("name")
    assert "Delete one before you make another." in page.text


def test_use_is_told_with_its_address(harness: AppHarness, alice: Browser) -> None:
    token = harness.access_token("alice").token
    harness.service_fixture.client(token, "192.0.2.7").sip_accounts.count()
    assert "23 Nov 2026 12:00:00 from 192.0.2.7" in alice.open("/security/tokens").rows[0]


def test_a_token_that_has_ended_says_so(harness: AppHarness, alice: Browser) -> None:
    harness.access_token("alice", ends=harness.clock.now.replace(minute=30))
    harness.clock.pass_(minutes=30)
    assert "Ended" in alice.open("/security/tokens").rows[0]
    assert "There is no token that is good at present." in alice.open("/security").text


def test_alice_deletes_a_token_after_being_asked(harness: AppHarness, alice: Browser) -> None:
    token = harness.access_token("alice", "office")
    page = alice.open("/security/tokens").follow("Delete office")
    assert "It was never used." in page.text
    page = page.submit()
    assert page.notes == ["office is deleted. It opens nothing any more."]
    assert page.rows == []
    with pytest.raises(SessionExpired):
        harness.service_fixture.client(token.token).sip_accounts.count()


def test_bob_sees_nothing_of_alices_tokens(harness: AppHarness, bob: Browser) -> None:
    token = harness.access_token("alice", "office")
    assert bob.open("/security/tokens").rows == []
    address = f"/security/tokens/{token.id}/delete"
    assert bob.open(address).status == 404
    assert bob.post(address, MultiDict({"csrf_token": bob.token()})).status == 404
    assert [each.id for each in harness.service_fixture.alice.access_tokens()] == [token.id]


def test_a_token_in_a_cookie_opens_no_page(harness: AppHarness) -> None:
    token = harness.access_token("alice", scopes="accounts:read customer:read").token or ""
    browser = harness.browser()
    for value in (token, token[5:] + "aa"):
        browser.client.set_cookie(COOKIE, value)
        assert browser.open("/sip-accounts").h1 == "Sign in"


def test_a_token_is_no_password(harness: AppHarness, browser: Browser) -> None:
    token = harness.access_token("alice").token or ""
    assert browser.submit("/login", username="alice", password=token).h1 == "Sign in"


def test_names_are_shown_as_text(harness: AppHarness, alice: Browser) -> None:
    name = "<b>&\"'</b>\u202e"
    page = ask(alice, "calls:read", name=name)
    assert "<b>&\"'</b>[U+202E]" in page.h1
    assert "<b>&\"'</b>[U+202E]" in alice.open("/security/tokens").rows[0]


def test_a_form_that_outlived_its_session_has_what_was_ticked(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/security/tokens")
    harness.clock.pass_(minutes=61)
    ended = alice.force_page(page, {"scopes": ["calls:read"]}, name="office")
    assert "calls:read" in ended.text
    again = ended.submit(username="alice", password=PASSWORD)
    assert again.value("name") == "office"
    assert ticked(again) == ["calls:read"]


def test_in_front_of_another_service_there_is_no_such_place(mysql_front: Front, browser: Browser) -> None:
    elsewhere = mysql_front.signed_in("alice-kelly")
    for address in ("/security/tokens", f"/security/tokens/{uuid4()}/delete"):
        assert elsewhere.open(address).status == 404
    assert "Tokens for programs" not in elsewhere.open("/developers").text
    assert "Tokens for programs" in browser.open("/developers").text
