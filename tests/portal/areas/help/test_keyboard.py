"""The keys as the server tells of them: which there are, and that they can be switched off."""

from sipsorcery_web.portal import AREAS
from sipsorcery_web.portal.areas.security.pages import PLACES
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

KEYS = {
    "a": "/sip-accounts",
    "r": "/registrations",
    "p": "/providers",
    "t": "/provider-registrations",
    "d": "/dial-plans",
    "c": "/calls",
    "l": "/cdrs",
    "s": "/account",
    "h": "/help",
}


def keys_of(page: Page) -> dict[str, str]:
    """Return the addresses that the letters lead to on this page."""
    return {link.get("data-key", ""): link.get("href", "") for link in page.all("//*[@data-keys]//a[@data-key]")}


def sentence(page: Page) -> str:
    return words(page.one("//form[@action='/help/keyboard']/p"))


def test_every_letter_leads_to_a_page_that_there_is(alice: Browser) -> None:
    keys = keys_of(alice.open("/sip-accounts"))
    assert keys.items() >= KEYS.items()
    for address in keys.values():
        assert alice.open(address).status == 200


def test_every_screen_has_a_letter_of_its_own() -> None:
    """The places that the pages on security and customers, a call's record, a line of the console and a ladder lead to
    have none."""
    without = (*PLACES, "invites", "ladders", "console_ladders", "ladder_links")
    letters = [area.key for area in AREAS if (area.help or area.nav) and area.name not in without]
    assert all(letters)
    assert len({*letters, "g"}) == len(letters) + 1


def test_without_scripts_the_list_of_keys_stays_out_of_sight(alice: Browser) -> None:
    keys = alice.open("/sip-accounts").one("//dialog[@data-keys]")
    assert keys.get("hidden") is not None
    assert keys.get("open") is None


def test_the_help_tells_every_key(alice: Browser) -> None:
    section = alice.open("/help").one("//section[.//h2[@id='keyboard']]")
    told = ["".join(words(term).split()) for term in section.xpath(".//dt")]
    letters = [area.key for area in AREAS if area.key and not area.is_here]
    assert {*letters} >= KEYS.keys()
    assert told == ["/", "n", "?", *(f"g{key}" for key in letters)]


def test_a_stranger_has_no_keys_and_nothing_to_switch(browser: Browser) -> None:
    page = browser.open("/help")
    assert keys_of(page) == {}
    assert not page.all("//dialog")
    assert not page.all("//form[@action='/help/keyboard']")


def test_the_keys_can_be_switched_off_and_on_again(alice: Browser) -> None:
    page = alice.open("/help")
    assert sentence(page).startswith("The keys are on in this browser.")
    page = page.submit("/help/keyboard", button="Switch the keys off")
    assert alice.redirects == ["/help"]
    assert sentence(page) == "The keys are off in this browser."
    for path in KEYS.values():
        assert not alice.open(path).all("//*[@data-keys]"), path
    page = page.submit("/help/keyboard", button="Switch the keys on")
    assert sentence(page).startswith("The keys are on in this browser.")
    assert keys_of(alice.open("/sip-accounts")).items() >= KEYS.items()


def test_the_switch_leads_back_to_where_it_stands(alice: Browser) -> None:
    answer = alice.raw("POST", "/help/keyboard", data={"csrf_token": alice.token(), "keyboard": "off"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/help#keyboard"


def test_the_choice_is_this_browsers_and_outlives_the_session(
    harness: AppHarness, alice: Browser, bob: Browser
) -> None:
    alice.open("/help").submit("/help/keyboard", button="Switch the keys off")
    alice.sign_out()
    alice.sign_in("alice")
    assert not alice.open("/calls").all("//*[@data-keys]")
    assert keys_of(bob.open("/calls")).items() >= KEYS.items()


def test_a_choice_that_there_is_not_changes_nothing(alice: Browser) -> None:
    alice.post("/help/keyboard", {"csrf_token": alice.token(), "keyboard": "<b>loud</b>"})
    assert keys_of(alice.open("/help")).items() >= KEYS.items()


def test_another_site_cannot_switch_them(alice: Browser) -> None:
    assert alice.raw("POST", "/help/keyboard", data={"keyboard": "off"}).status_code == 400
    assert keys_of(alice.open("/help")).items() >= KEYS.items()
