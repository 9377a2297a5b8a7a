"""The SIP engine in the pages: who may have it act, what is said when it has gone or does not answer, and its state."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from ..app_harness import AppHarness
from ..browser import Browser, Page
from ..fake_sip_engine import FakeEngine
from ..same_pages import text_of_any

AWAY = "The SIP engine does not answer. Nothing was changed."
MAY_BE_OLD = "The SIP engine does not answer: what is shown may be old."
LISTS = ("/calls", "/registrations", "/provider-registrations", "/providers")

Made = Callable[[AppHarness, str], UUID]


def call(harness: AppHarness, owner: str, **more: str) -> UUID:
    return harness.call(owner, **more)


def phone(harness: AppHarness, owner: str, **more: str) -> UUID:
    harness.add_users(owner)
    account = harness.account(owner, f"desk-of-{owner}")
    return harness.bind(account, **more)


def provider(harness: AppHarness, owner: str) -> UUID:
    return harness.provider(
        owner, "northline", register_enabled=True, register_contact=f"sip:{owner}@sip.example.org"
    ).id


ACTS: list[tuple[str, str, str, Made]] = [
    ("/calls", "Hang up", "hang up", call),
    ("/registrations", "Remove", "remove", phone),
    ("/provider-registrations", "Register now", "register", provider),
]
acts = pytest.mark.parametrize(("path", "button", "verb", "made"), ACTS, ids=[each[1] for each in ACTS])
DONE = {
    "hang up": "The call is hung up.",
    "remove": "The registration of desk-of-alice@sip.example.org is removed. A phone that is switched on registers again when its time is up.",
    "register": "The engine registers with northline now. What comes of it is shown in a moment.",
}
GONE = {
    "hang up": "This call has ended already.",
    "remove": "This registration of desk-of-alice@sip.example.org has ended already.",
    "register": "northline is not registered with: that is switched off.",
}


def address_of(path: str, verb: str, thing: UUID) -> str:
    return f"{path}/{thing}/{verb.replace(' ', '-')}"


def has(page: Page, button: str) -> bool:
    return any(words.startswith(button) for words in page.buttons)


@acts
def test_the_owner_has_the_engine_act_and_is_back_in_the_list(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    thing = made(harness, "alice")
    page = alice.open(f"{path}?size=50").press(button)
    assert sip_engine.asked == [(verb, thing)]
    assert page.notes == [DONE[verb]]
    assert alice.redirects == [f"{path}?size=50"]


@acts
def test_what_has_gone_meanwhile_is_said_to_have_gone(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    made(harness, "alice")
    sip_engine.controls.gone = True
    assert alice.open(path).press(button).notes == [GONE[verb]]


@acts
def test_an_engine_that_does_not_answer_has_changed_nothing(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    made(harness, "alice")
    page = alice.open(path)
    sip_engine.leave()
    assert page.press(button).notes == [AWAY, MAY_BE_OLD]


@acts
def test_without_an_engine_there_is_no_button(
    harness: AppHarness, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    made(harness, "alice")
    page = alice.open(path)
    assert page.rows
    assert not has(page, button)
    assert not page.all("//form[@id='control']")


@acts
def test_another_customer_neither_sees_nor_reaches_it(
    harness: AppHarness, sip_engine: FakeEngine, bob: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    thing = made(harness, "alice")
    assert not has(bob.open(path), button)
    answer = bob.post(address_of(path, verb, thing), {"csrf_token": bob.token()})
    none_at_all = bob.post(address_of(path, verb, UUID(int=7)), {"csrf_token": bob.token()})
    assert (answer.status, text_of_any(answer)) == (404, text_of_any(none_at_all))
    assert sip_engine.asked == []


@acts
def test_the_administrator_of_all_customers_may_act(
    harness: AppHarness, sip_engine: FakeEngine, administrator: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    thing = made(harness, "alice")
    administrator.open(path).press(button)
    assert sip_engine.asked == [(verb, thing)]


@acts
def test_a_form_that_leads_elsewhere_leads_to_the_list(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    thing = made(harness, "alice")
    alice.post(address_of(path, verb, thing), {"csrf_token": alice.token(), "next": "https://evil.example/"})
    assert alice.redirects == [path]


@pytest.mark.parametrize(
    ("path", "button", "verb", "made"), [each for each in ACTS if each[2] != "register"], ids=["Hang up", "Remove"]
)
def test_an_administrator_of_some_customers_may_only_look(
    harness: AppHarness,
    sip_engine: FakeEngine,
    bob: Browser,
    path: str,
    button: str,
    verb: str,
    made: Callable[..., UUID],
) -> None:
    harness.change_customer("bobby", admin_id="reseller")
    thing = made(harness, "alice", admin_member_id="reseller")
    page = bob.open(path)
    assert page.rows
    assert not has(page, button)
    answer = bob.post(address_of(path, verb, thing), {"csrf_token": bob.token()})
    assert answer.status == 404
    assert sip_engine.asked == []


def test_a_call_of_two_legs_is_hung_up_by_one_button(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser
) -> None:
    bridge = str(UUID(int=9))
    legs = [harness.call("alice", bridge_id=bridge) for _ in range(2)]
    page = alice.open("/calls")
    assert [words for words in page.buttons if words.startswith("Hang up")] == [
        "Hang up the call of +35315550163@northline.example"
    ]
    page.press("Hang up")
    ((verb, leg),) = sip_engine.asked
    assert verb == "hang up"
    assert leg in legs


def test_a_provider_is_registered_with_from_its_own_page(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser
) -> None:
    thing = provider(harness, "alice")
    alice.open(f"/providers/{thing}").press("Register now")
    assert sip_engine.asked == [("register", thing)]
    assert alice.redirects == [f"/providers/{thing}"]


def test_a_provider_that_is_not_to_be_registered_with_has_no_button(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser
) -> None:
    stored = harness.provider("alice", "northline")
    assert not has(alice.open(f"/providers/{stored.id}"), "Register now")


@pytest.mark.parametrize("path", LISTS)
def test_lists_say_that_they_may_be_old_while_the_engine_does_not_answer(
    sip_engine: FakeEngine, alice: Browser, path: str
) -> None:
    assert MAY_BE_OLD not in alice.open(path).notes
    sip_engine.leave()
    assert MAY_BE_OLD in alice.open(path).notes


def test_a_monitor_learns_whether_the_engine_answers(sip_engine: FakeEngine, browser: Browser) -> None:
    answer = browser.raw("GET", "/readyz")
    stores = {"store": True, "sessions": True}
    ready = {"status": "ok", "provisioning": True, **stores, "engine": True, "call_control": True}
    assert (answer.status_code, answer.get_json()) == (200, ready)
    sip_engine.leave()
    answer = browser.raw("GET", "/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == ready | {"status": "unavailable", "engine": False, "call_control": False}


def test_a_monitor_and_the_about_page_tell_that_nobody_decides_about_calls(
    sip_engine: FakeEngine, browser: Browser
) -> None:
    assert "Call control" not in browser.open("/about").text
    sip_engine.lose_call_control()
    answer = browser.raw("GET", "/readyz")
    assert (answer.status_code, answer.get_json()["call_control"]) == (503, False)
    assert "Call control is away: calls that follow dial plans are refused" in browser.open("/about").text


def test_a_crowd_costs_the_engine_one_question(harness: AppHarness, sip_engine: FakeEngine) -> None:
    for _ in range(10):
        harness.browser().raw("GET", "/readyz")
        harness.browser().open("/login")
    assert sip_engine.controls.versions == 1


@pytest.mark.parametrize("path", ["/login", "/about"])
def test_the_state_of_the_engine_stands_beside_that_of_the_service(
    sip_engine: FakeEngine, browser: Browser, path: str
) -> None:
    assert "SIP engine Answering" in browser.open(path).text
    sip_engine.leave()
    assert "SIP engine Not answering" in browser.open(path).text


@pytest.mark.parametrize("path", ["/login", "/about", *LISTS])
def test_without_an_engine_nothing_is_said_of_one(alice: Browser, path: str) -> None:
    assert not re.search("SIP engine (A|Not a)nswering", alice.open(path).text)
