"""Sessions that are renewed by work."""

from datetime import timedelta

import pytest

from sipsorcery_web.contract.errors import InternalFault, Unavailable
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.portal.live.views import HEADER
from tests.conftest import HOME
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page


def ends_at(page: Page) -> str:
    return str(page.one("//section[@data-session]").get("data-ends"))[11:16]


def renewals(harness: AppHarness) -> int:
    return harness.calls.count("ExtendSession")


@pytest.mark.parametrize(("minutes", "end"), [(0, "13:00"), (44, "13:00"), (45, "13:00"), (46, "13:46"), (59, "13:59")])
def test_work_in_the_last_quarter_of_an_hour_makes_a_session_an_hour_longer(
    harness: AppHarness, alice: Browser, minutes: int, end: str
) -> None:
    alice.open("/account")
    harness.clock.pass_(minutes=minutes)
    assert ends_at(alice.open("/account")) == end
    assert ends_at(alice.open("/account")) == end
    assert renewals(harness) == (end != "13:00")


def test_a_form_that_is_sent_is_work(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/account")
    harness.clock.pass_(minutes=50)
    assert ends_at(page.submit(city="Cork")) == "13:50"
    assert renewals(harness) == 1


def test_who_works_on_is_not_asked_to_sign_in(harness: AppHarness, alice: Browser) -> None:
    for _ in range(42):
        harness.clock.pass_(minutes=14)
        assert alice.open("/account").h1 == "Settings"
    harness.clock.pass_(minutes=11, seconds=59)
    assert alice.open("/account").h1 == "Settings"
    harness.clock.pass_(seconds=1)
    assert alice.open("/account").h1 == "Sign in"


def test_the_service_knows_of_it_until_ten_hours_are_over(harness: AppHarness, alice: Browser) -> None:
    for _ in range(42):
        harness.clock.pass_(minutes=14)
        alice.open("/account")
    harness.clock.pass_(minutes=11)
    assert "Your settings are saved." in alice.submit("/account", city="Cork").notes


def test_to_look_on_makes_no_session_longer(harness: AppHarness, alice: Browser) -> None:
    alice.open("/sip-accounts")
    harness.clock.pass_(minutes=50)
    assert alice.raw("GET", "/sip-accounts", headers={HEADER: "1"}).status_code == 200
    assert renewals(harness) == 0
    harness.clock.pass_(minutes=10)
    assert alice.raw("GET", "/sip-accounts", headers={HEADER: "1"}).headers["Live-State"] == "ended"


@pytest.mark.parametrize("path", ["/about", "/help", "/assets/nothing.css", "/healthz"])
def test_what_needs_no_session_makes_none_longer(harness: AppHarness, alice: Browser, path: str) -> None:
    harness.clock.pass_(minutes=50)
    alice.raw("GET", path)
    assert renewals(harness) == 0


def test_a_form_of_another_site_makes_no_session_longer(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=50)
    alice.raw("POST", "/account", headers={"Origin": "https://evil.example"}, data={"city": "Cork"})
    assert renewals(harness) == 0


def test_of_two_requests_at_once_one_makes_it_longer(harness: AppHarness, alice: Browser) -> None:
    alice.open("/account")
    harness.clock.pass_(minutes=50)
    meanwhile = [lambda: alice.client.get("/account")]
    harness.watched.before["ExtendSession"] = lambda: [meanwhile.pop()() for _ in meanwhile[:1]]
    alice.open("/account")
    assert meanwhile == []
    assert renewals(harness) == 1
    assert ends_at(alice.open("/account")) == "13:50"


@pytest.mark.parametrize("failure", [Unavailable("away"), InternalFault("an error")])
def test_where_the_service_cannot_renew_it_the_session_ends_as_before(
    harness: AppHarness, alice: Browser, failure: Exception
) -> None:
    def fail() -> None:
        raise failure

    harness.clock.pass_(minutes=50)
    harness.watched.before["ExtendSession"] = fail
    page = alice.open("/account")
    assert (page.h1, ends_at(page)) == ("Settings", "13:00")
    harness.watched.before.clear()
    assert ends_at(alice.open("/account")) == "13:50"


def test_a_token_that_is_over_at_the_service_leads_to_the_sign_in(harness: AppHarness, alice: Browser) -> None:
    alice.open("/account")
    harness.clock.pass_(minutes=50)
    (token,) = {each for each in harness.watched.tokens if _is_of(harness, each, "alice")}
    harness.service.call(OPERATIONS["Logout"], token, HOME, {})
    assert alice.open("/account").h1 == "Sign in"


def _is_of(harness: AppHarness, token: str, username: str) -> bool:
    try:
        harness.service.call(OPERATIONS["GetCustomer"], token, HOME, {"username": username})
    except Exception:
        return False
    return True


def test_what_is_left_is_no_longer_than_the_longest_session(harness: AppHarness, alice: Browser) -> None:
    for _ in range(9):
        harness.clock.pass_(minutes=59)
        alice.open("/account")
    harness.clock.pass_(minutes=59)
    page = alice.open("/account")
    assert ends_at(page) == "22:00"
    assert renewals(harness) == 9
    assert harness.clock.now + timedelta(minutes=10) == harness.clock.now.replace(hour=22, minute=0)
