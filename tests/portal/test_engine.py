"""The SIP engine in the pages: who may have it act, what is said when it has gone or does not answer, and its state."""

from collections.abc import Callable
from uuid import UUID

import pytest

from .browser import Browser, Page
from .engines import FakeEngine
from .house import House

AWAY = "The SIP engine does not answer. Nothing was changed."
MAY_BE_OLD = "The SIP engine does not answer: what is shown may be old."
LISTS = ("/calls", "/registrations", "/provider-registrations", "/providers")

Made = Callable[[House, str], UUID]


def call(house: House, owner: str, **more: str) -> UUID:
    return house.call(owner, **more)


def phone(house: House, owner: str, **more: str) -> UUID:
    house.cast(owner)
    account = house.account(owner, f"desk-of-{owner}")
    return house.bind(account, **more)


def provider(house: House, owner: str) -> UUID:
    return house.provider(owner, "northline", register_enabled=True, register_contact=f"sip:{owner}@sip.example.org").id


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
    house: House, engine: FakeEngine, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    thing = made(house, "alice")
    page = alice.open(f"{path}?size=50").press(button)
    assert engine.asked == [(verb, thing)]
    assert page.notes == [DONE[verb]]
    assert alice.redirects == [f"{path}?size=50"]


@acts
def test_what_has_gone_meanwhile_is_said_to_have_gone(
    house: House, engine: FakeEngine, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    made(house, "alice")
    engine.controls.gone = True
    assert alice.open(path).press(button).notes == [GONE[verb]]


@acts
def test_an_engine_that_does_not_answer_has_changed_nothing(
    house: House, engine: FakeEngine, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    made(house, "alice")
    page = alice.open(path)
    engine.leave()
    assert page.press(button).notes == [AWAY, MAY_BE_OLD]


@acts
def test_without_an_engine_there_is_no_button(
    house: House, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    made(house, "alice")
    page = alice.open(path)
    assert page.rows
    assert not has(page, button)
    assert not page.all("//form[@id='control']")


@acts
def test_another_customer_neither_sees_nor_reaches_it(
    house: House, engine: FakeEngine, bob: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    thing = made(house, "alice")
    assert not has(bob.open(path), button)
    answer = bob.post(address_of(path, verb, thing), {"csrf_token": bob.token()})
    none_at_all = bob.post(address_of(path, verb, UUID(int=7)), {"csrf_token": bob.token()})
    assert (answer.status, answer.text) == (404, none_at_all.text)
    assert engine.asked == []


@acts
def test_the_administrator_of_all_customers_may_act(
    house: House, engine: FakeEngine, administrator: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    thing = made(house, "alice")
    administrator.open(path).press(button)
    assert engine.asked == [(verb, thing)]


@acts
def test_a_form_that_leads_elsewhere_leads_to_the_list(
    house: House, engine: FakeEngine, alice: Browser, path: str, button: str, verb: str, made: Made
) -> None:
    thing = made(house, "alice")
    alice.post(address_of(path, verb, thing), {"csrf_token": alice.token(), "next": "https://evil.example/"})
    assert alice.redirects == [path]


@pytest.mark.parametrize(
    ("path", "button", "verb", "made"), [each for each in ACTS if each[2] != "register"], ids=["Hang up", "Remove"]
)
def test_an_administrator_of_some_customers_may_only_look(
    house: House, engine: FakeEngine, bob: Browser, path: str, button: str, verb: str, made: Callable[..., UUID]
) -> None:
    house.change_customer("bobby", admin_id="reseller")
    thing = made(house, "alice", admin_member_id="reseller")
    page = bob.open(path)
    assert page.rows
    assert not has(page, button)
    answer = bob.post(address_of(path, verb, thing), {"csrf_token": bob.token()})
    assert answer.status == 404
    assert engine.asked == []


def test_a_call_of_two_legs_is_hung_up_by_one_button(house: House, engine: FakeEngine, alice: Browser) -> None:
    bridge = str(UUID(int=9))
    legs = [house.call("alice", bridge_id=bridge) for _ in range(2)]
    page = alice.open("/calls")
    assert [words for words in page.buttons if words.startswith("Hang up")] == [
        "Hang up the call of +35315550163@northline.example"
    ]
    page.press("Hang up")
    ((verb, leg),) = engine.asked
    assert verb == "hang up"
    assert leg in legs


def test_a_provider_is_registered_with_from_its_own_page(house: House, engine: FakeEngine, alice: Browser) -> None:
    thing = provider(house, "alice")
    alice.open(f"/providers/{thing}").press("Register now")
    assert engine.asked == [("register", thing)]
    assert alice.redirects == [f"/providers/{thing}"]


def test_a_provider_that_is_not_to_be_registered_with_has_no_button(
    house: House, engine: FakeEngine, alice: Browser
) -> None:
    stored = house.provider("alice", "northline")
    assert not has(alice.open(f"/providers/{stored.id}"), "Register now")


@pytest.mark.parametrize("path", LISTS)
def test_lists_say_that_they_may_be_old_while_the_engine_does_not_answer(
    engine: FakeEngine, alice: Browser, path: str
) -> None:
    assert MAY_BE_OLD not in alice.open(path).notes
    engine.leave()
    assert MAY_BE_OLD in alice.open(path).notes


def test_a_monitor_learns_whether_the_engine_answers(engine: FakeEngine, browser: Browser) -> None:
    answer = browser.raw("GET", "/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok", "provisioning": True, "engine": True})
    engine.leave()
    answer = browser.raw("GET", "/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "unavailable", "provisioning": True, "engine": False}


def test_a_crowd_costs_the_engine_one_question(house: House, engine: FakeEngine) -> None:
    for _ in range(10):
        house.browser().raw("GET", "/readyz")
        house.browser().open("/login")
    assert engine.controls.versions == 1


@pytest.mark.parametrize("path", ["/login", "/about"])
def test_the_state_of_the_engine_stands_beside_that_of_the_service(
    engine: FakeEngine, browser: Browser, path: str
) -> None:
    assert "SIP engine Answering" in browser.open(path).text
    engine.leave()
    assert "SIP engine Not answering" in browser.open(path).text


@pytest.mark.parametrize("path", ["/login", "/about", *LISTS])
def test_without_an_engine_nothing_is_said_of_one(alice: Browser, path: str) -> None:
    assert "SIP engine" not in alice.open(path).text
