"""The help: a topic for each screen, reached from its pages, readable by anybody."""

import pytest
from lxml import html

from sipsorcery_web.portal import AREAS
from sipsorcery_web.portal.areas.help.topics import topics
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

SCREENS = {
    "/sip-accounts": "sip-accounts",
    "/registrations": "registrations",
    "/providers": "providers",
    "/provider-registrations": "provider-registrations",
    "/dial-plans": "dial-plans",
    "/calls": "calls",
    "/cdrs": "cdrs",
    "/account": "settings",
}
LINK = "Help with this page"


def topic(page: Page, anchor: str) -> html.HtmlElement:
    """A section by the address that leads to it."""
    return page.one(f"//section[.//h2[@id='{anchor}']]")


def test_the_help_is_one_of_the_places(alice: Browser) -> None:
    page = alice.open("/help")
    assert page.h1 == "Help"
    assert page.nav_items["Help"] == "/help"
    assert page.current_nav_items == ["Help"]


def test_a_stranger_finds_it_from_the_sign_in_and_can_read_it(browser: Browser) -> None:
    page = browser.open("/login").follow("help")
    assert page.h1 == "Help"
    assert page.nav_items == {}
    assert "Sign out" not in page.text


def test_every_screen_is_explained_with_an_example(alice: Browser) -> None:
    page = alice.open("/help")
    for anchor in SCREENS.values():
        section = topic(page, anchor)
        assert section.xpath(".//*[@class='example'] | .//pre"), anchor
        assert "old client" in words(section), anchor


def test_the_contents_lead_to_every_topic(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/help")
    contents = {words(link): link.get("href") for link in page.all("//nav[@aria-label='Topics']//a")}
    with harness.app.test_request_context():
        assert contents == {each.title: f"#{each.anchor}" for each in topics()}
    assert [words(heading) for heading in page.all("//main//h2")] == [*contents]


@pytest.mark.parametrize(("path", "anchor"), SCREENS.items())
def test_a_screen_leads_to_what_explains_it_and_the_help_back_to_the_screen(
    alice: Browser, path: str, anchor: str
) -> None:
    assert alice.open(path).links[LINK] == f"/help#{anchor}"
    assert topic(alice.open("/help"), anchor).xpath(".//header/a/@href") == [path]


def test_forms_lead_to_the_help_too(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    for path in ("/sip-accounts/add", f"/sip-accounts/{account.id}", f"/sip-accounts/{account.id}/delete"):
        assert alice.open(path).links[LINK] == "/help#sip-accounts", path


@pytest.mark.parametrize("path", ["/help", "/about", "/developers", "/nowhere"])
def test_a_page_that_the_help_does_not_explain_has_no_link_to_it(alice: Browser, path: str) -> None:
    assert LINK not in alice.open(path).links


def test_no_place_is_without_help() -> None:
    explained = {each.name for each in AREAS if each.help}
    areas = {name for each in AREAS if each.nav for name in (each.name, *each.nav.beside)}
    assert areas - {"help", "made_calls"} <= explained  # which the topic of calls tells of


@pytest.mark.parametrize(
    ("anchor", "fact"),
    [
        ("sip-accounts", "Every 15 seconds a small packet goes to the phone"),
        ("sip-accounts", "Without one, every phone that is registered with the account rings, all at once."),
        ("sip-accounts", "A match lets the call in without a password"),
        ("dial-plans", "dt=5 Waits 5 seconds before it rings."),
        ("dial-plans", "A plan has room for 30,000 characters."),
        ("cdrs", "486 Busy Here Busy. They were on another call, or declined this one"),
        ("settings", "Signing in holds for 60 minutes."),
        ("words", "“Address of record”"),
    ],
)
def test_the_facts_that_people_ask_for_are_there(alice: Browser, anchor: str, fact: str) -> None:
    assert fact in words(topic(alice.open("/help"), anchor))


def test_both_kinds_of_dial_plan_have_an_example_that_can_be_copied(alice: Browser) -> None:
    section = topic(alice.open("/help"), "dial-plans")
    ruby, lines = [listing.text_content() for listing in section.iter("pre")]
    assert 'sys.Dial "front-desk-1@local", 20' in ruby
    assert "exten => _0X.,1,Dial(${EXTEN}@blueline)" in lines


def test_it_asks_nothing_of_the_service(harness: AppHarness, alice: Browser) -> None:
    harness.forget_calls()
    alice.open("/help")
    assert [*harness.calls] == []
