"""The layout of every page: where one can go, how long the session lasts, how it looks."""

import pytest

from sipsorcery_web.portal.http.session import COOKIE
from sipsorcery_web.version import __version__
from tests.factories import PASSWORD

from ..app_harness import AppHarness
from ..browser import Browser, Page

OFFER = "Stay signed in for 60 more minutes"
LIMIT = "It has reached its longest time."


def offers_more_time(page: Page) -> bool:
    """Return True when the page offers, without scripts, to stay signed in."""
    return OFFER in page.text


def extend(browser: Browser) -> Page:
    return browser.open("/about").submit(action="/session/extend")


# Where one can go


def test_the_navigation_leads_to_what_there_is_and_every_place_of_it_opens(alice: Browser) -> None:
    places = alice.open("/sip-accounts").nav_items
    assert [*places.values()][:5] == ["/sip-accounts", "/providers", "/dial-plans", "/calls", "/account"]
    for address in places.values():
        assert alice.open(address).status == 200


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/sip-accounts", ["SIP accounts"]),
        ("/sip-accounts?page=2&q=x", ["SIP accounts"]),
        ("/sip-accounts/add", ["SIP accounts"]),
        ("/registrations", ["SIP accounts"]),
        ("/providers", ["SIP providers"]),
        ("/provider-registrations", ["SIP providers"]),
        ("/dial-plans", ["Dial plans"]),
        ("/calls", ["Calls"]),
        ("/cdrs", ["Calls"]),
        ("/account", ["Settings"]),
        ("/account/password", ["Settings"]),
        ("/account/delete", ["Settings"]),
        ("/about", []),
        ("/nowhere", []),
    ],
)
def test_the_place_where_one_is_is_marked(alice: Browser, path: str, current: list[str]) -> None:
    assert alice.open(path).current_nav_items == current


def test_a_page_about_an_account_belongs_to_the_accounts(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    for path in (f"/sip-accounts/{account.id}", f"/sip-accounts/{account.id}/delete"):
        assert alice.open(path).current_nav_items == ["SIP accounts"]


def test_a_stranger_sees_no_navigation_and_no_name(browser: Browser) -> None:
    for path in ("/login", "/register", "/about", "/nowhere"):
        page = browser.open(path)
        assert page.nav_items == {}
        assert "Sign out" not in page.text


def test_every_page_names_who_has_signed_in_and_the_zone_of_its_times(alice: Browser) -> None:
    for path in ("/sip-accounts", "/sip-accounts/add", "/account", "/about", "/nowhere"):
        page = alice.open(path)
        assert "Signed in as alice" in page.text
        assert "All times are Dublin time (GMT)." in page.text


def test_the_first_thing_on_a_page_leads_to_its_content(alice: Browser) -> None:
    first = alice.open("/sip-accounts").all("//a")[0]
    assert first.get("href") == "#main"


def test_a_note_is_told_once(alice: Browser) -> None:
    assert alice.submit("/account", city="Cork").notes == ["Your settings are saved."]
    assert alice.open("/account").notes == []


def test_notes_of_success_warning_and_error_are_told_apart_by_eye_and_ear(alice: Browser) -> None:
    def levels(page: Page) -> list[tuple[str, str]]:
        notes = page.all("//main//*[contains(@class, 'note ')][not(@hidden)]")
        return [(note.get("class", "").split()[1], note.get("role", "")) for note in notes]

    assert levels(alice.submit("/account", city="Cork")) == [("note-success", "status")]
    assert levels(alice.submit("/account", city="")) == [("note-error", "alert")]
    fields = {"sip_username": "front-desk", "sip_password": "bl4ckbird!", "ip_address_acl": "^203("}
    warned = alice.submit("/sip-accounts/add", **fields)
    assert levels(warned) == [("note-success", "status"), ("note-warning", "status")]


def test_the_page_about_this_portal_can_be_read_by_anybody(alice: Browser, browser: Browser) -> None:
    for page in (alice.open("/about"), browser.open("/about")):
        assert page.h1 == "About"
        assert f"SIPSorcery Web {__version__}" in page.text
        assert "Copyright the SIPSorcery Web authors." in page.text
        assert page.links["github.com/sipsorcery-org/sipsorcery"] == "https://github.com/sipsorcery-org/sipsorcery"
        assert "Answering" in page.text
    assert browser.open("/about").follow("Sign in").h1 == "Sign in"
    for page in (alice.open("/sip-accounts"), browser.open("/login")):
        assert f"SIPSorcery Web {__version__}" in page.text
        assert "/about" in page.links.values()


# How long the session lasts


@pytest.mark.parametrize(("minutes", "left", "offered"), [(0, 60, False), (54, 6, False), (55, 5, True), (59, 1, True)])
def test_more_time_is_offered_in_the_last_five_minutes(
    harness: AppHarness, alice: Browser, minutes: int, left: int, offered: bool
) -> None:
    harness.clock.pass_(minutes=minutes)
    page = alice.open("/about")
    assert f"{left} min left" in page.text
    assert "ends 13:00" in page.text
    assert offers_more_time(page) == offered


def test_the_time_that_is_left_is_never_told_as_more_than_it_is(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=44, seconds=59)
    assert "15 min left" in alice.open("/about").text
    harness.clock.pass_(minutes=15)
    assert "0 min left" in alice.open("/about").text
    harness.clock.pass_(seconds=1)
    assert alice.open("/account").h1 == "Sign in"


def test_a_session_can_be_made_60_minutes_longer_and_one_stays_where_one_was(
    harness: AppHarness, alice: Browser
) -> None:
    harness.clock.pass_(minutes=50)
    page = alice.open("/help?topic=calls").submit(action="/session/extend")
    assert page.notes[0] == "You stay signed in for another 60 minutes."
    assert alice.redirects == ["/help?topic=calls"]
    assert not offers_more_time(page)
    harness.clock.pass_(minutes=59)
    assert alice.open("/sip-accounts").h1 == "SIP accounts"


def test_the_service_knows_of_the_longer_session(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=50)
    extend(alice)
    harness.clock.pass_(minutes=30)
    assert alice.submit("/account", city="Cork").notes == ["Your settings are saved."]


@pytest.mark.parametrize(("beside", "h1"), [(-1, "About"), (0, "Your session has ended.")])
def test_the_end_that_is_shown_is_the_end(harness: AppHarness, alice: Browser, beside: int, h1: str) -> None:
    harness.clock.pass_(minutes=50)
    page = extend(alice)
    session = page.one("//section[@data-session]")
    assert session.get("data-ends") == "2026-11-23T13:50:00+00:00"
    assert session.get("data-minutes-left") == "60"
    harness.clock.pass_(minutes=60 + beside)
    assert page.submit(action="/session/extend").h1 == h1


def test_nobody_stays_longer_than_ten_hours(harness: AppHarness, alice: Browser) -> None:
    for _ in range(9):
        harness.clock.pass_(minutes=50)
        extend(alice)
    harness.clock.pass_(minutes=50)
    alice.open("/account")
    harness.clock.pass_(minutes=50)
    page = alice.open("/account")
    assert not offers_more_time(page)
    assert page.text.count("22:00") >= 1
    forced = alice.post("/session/extend", {"csrf_token": alice.token()})
    assert any("10 hours" in note for note in forced.notes)
    alice.open("/account")
    harness.clock.pass_(minutes=45)
    page = alice.open("/account")
    assert LIMIT in page.text
    assert not offers_more_time(page)
    harness.clock.pass_(minutes=5)
    assert alice.open("/account").h1 == "Sign in"


def test_a_longer_session_needs_a_session(browser: Browser) -> None:
    page = browser.post("/session/extend", {"csrf_token": browser.token()})
    assert page.h1 == "Sign in"


# How it looks


@pytest.mark.parametrize(("button", "theme"), [("Light", "light"), ("Dark", "dark"), ("As my device", None)])
def test_the_appearance_is_chosen_in_the_footer_and_stays(browser: Browser, button: str, theme: str | None) -> None:
    page = browser.open("/about").submit(action="/appearance", button=button)
    assert browser.redirects == ["/about"]
    assert page.tree.get("data-theme") == theme
    pressed = page.all("//form[@action='/appearance']//button[@aria-pressed='true']")
    assert [" ".join(each.text_content().split()) for each in pressed] == [button]
    assert browser.open("/login").tree.get("data-theme") == theme


def test_the_appearance_belongs_to_the_browser_and_outlives_the_session(harness: AppHarness, alice: Browser) -> None:
    alice.open("/account").submit(action="/appearance", button="Dark")
    alice.sign_out()
    assert alice.open("/login").tree.get("data-theme") == "dark"
    assert harness.signed_in("bobby").open("/account").tree.get("data-theme") is None


def test_the_cookie_of_the_appearance_is_kept_for_a_year_and_holds_nothing_else(browser: Browser) -> None:
    browser.open("/about").submit(action="/appearance", button="Dark")
    cookie = browser.client.get_cookie("theme")
    assert cookie is not None
    assert (cookie.value, cookie.http_only, cookie.same_site, cookie.max_age) == ("dark", True, "Lax", 365 * 24 * 3600)


@pytest.mark.parametrize("theme", ["", "pink", '"><script>alert(1)</script>', "dark\r\nX: y", "x" * 1000])
def test_an_appearance_that_there_is_not_changes_nothing(browser: Browser, theme: str) -> None:
    page = browser.post("/appearance", {"csrf_token": browser.token(), "theme": theme})
    assert page.status == 200
    assert browser.client.get_cookie("theme") is None
    browser.client.set_cookie("theme", theme.replace("\r\n", ""))
    assert browser.open("/about").tree.get("data-theme") is None


def test_signing_in_keeps_the_appearance_and_the_session_keeps_its_cookie(browser: Browser) -> None:
    browser.open("/about").submit(action="/appearance", button="Light")
    browser.sign_in("alice", PASSWORD)
    before = browser.client.get_cookie(COOKIE)
    page = browser.open("/account").submit(action="/appearance", button="Dark")
    assert (page.h1, page.tree.get("data-theme")) == ("Settings", "dark")
    assert browser.client.get_cookie(COOKIE) == before
