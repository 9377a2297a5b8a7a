"""The link that creates the first administrator."""

from threading import Barrier, Thread

import pytest

from sipsorcery_web.database.address_limit import AN_HOUR
from sipsorcery_web.service.first_run import FirstRun
from sipsorcery_web.settings import NewAccounts
from tests.factories import PASSWORD

from ..app_harness import AppHarness
from ..browser import Browser, Page
from ..conftest import HarnessWith
from .auth.test_register import CAROL, NOBODY

ROOT = CAROL | {"customer_username": "root-admin", "email_address": "root@example.org"}


@pytest.fixture
def harness(empty_harness: AppHarness) -> AppHarness:
    return empty_harness


@pytest.fixture
def link(harness: AppHarness) -> str:
    return new_link(harness)


def new_link(harness: AppHarness) -> str:
    return f"/setup/{FirstRun(harness.service.context).new_secret()}"


def set_up(browser: Browser, link: str, **details: str) -> Page:
    return browser.submit(link, **(ROOT | details))


def test_the_link_creates_the_first_administrator_who_then_signs_in(
    harness: AppHarness, browser: Browser, link: str
) -> None:
    harness.add_users("alice")
    page = set_up(browser, link)
    assert (page.h1, page.notes) == ("Sign in", ["The administrator is made. You can sign in now."])
    page = page.submit(username="root-admin", password=PASSWORD)
    assert {*page.names} == {"alice", "root-admin"}
    assert "as administrator" in page.text


def test_the_page_says_what_it_is_for(browser: Browser, link: str) -> None:
    page = browser.open(link)
    assert page.h1 == "Set up this service"
    assert "administrator" in page.text


def test_the_link_works_once(harness: AppHarness, browser: Browser, link: str) -> None:
    set_up(browser, link)
    assert browser.open(link).status == 404


def test_a_link_that_two_people_use_at_once_makes_one_administrator(harness: AppHarness, link: str) -> None:
    pages, both = {}, Barrier(2)

    def use(name: str) -> None:
        page = harness.browser().open(link)
        both.wait()
        pages[name] = page.submit(**(ROOT | {"customer_username": name, "email_address": f"{name}@example.org"}))

    threads = [Thread(target=use, args=(name,)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([name for name in pages if harness.customer(name) is not None]) == 1
    assert sorted(page.status == 200 for page in pages.values()) == [False, True]


def test_the_link_works_for_thirty_minutes(harness: AppHarness, browser: Browser, link: str) -> None:
    harness.clock.pass_(minutes=29, seconds=59)
    page = browser.open(link)
    assert page.status == 200
    harness.clock.pass_(seconds=1)
    assert browser.open(link).status == 404
    assert page.submit(**ROOT).status == 404
    assert harness.customer("root-admin") is None


def test_a_newer_link_ends_the_one_before(harness: AppHarness, browser: Browser, link: str) -> None:
    new_link(harness)
    assert browser.open(link).status == 404


def test_a_link_is_over_as_soon_as_there_is_an_administrator(harness: AppHarness, browser: Browser, link: str) -> None:
    harness.add_users("root-admin")
    assert browser.open(link).status == 404


@pytest.mark.parametrize("secret", ["guess", "%00", "<script>", "x" * 5000, "..", "%F0%9F%92%A9", "'--"])
def test_a_guess_finds_nothing(harness: AppHarness, browser: Browser, link: str, secret: str) -> None:
    assert browser.open(f"/setup/{secret}").status == 404


def test_more_than_thirty_guesses_an_hour_from_an_address_have_to_wait(
    harness: AppHarness, browser: Browser, link: str
) -> None:
    for _ in range(AN_HOUR):
        assert browser.open("/setup/guess").status == 404
    page = browser.open("/setup/guess")
    assert (page.status, page.response.headers["Retry-After"]) == (429, "3600")
    assert "Too many set-up links were tried from this address." in page.text
    assert browser.open(link).h1 == "Set up this service"
    assert harness.browser(REMOTE_ADDR="127.0.0.2").open("/setup/guess").status == 404


def test_a_form_that_breaks_a_rule_leaves_the_link_good_and_keeps_what_was_typed(browser: Browser, link: str) -> None:
    page = set_up(browser, link, city="")
    assert (page.status, page.errors) == (422, {"city": "Enter your city, or the one nearest to you."})
    assert (page.path, page.value("customer_username")) == (link, "root-admin")
    secrets = {"customer_password": PASSWORD, "retyped_password": PASSWORD, "security_answer": "n1ghtingale"}
    assert page.submit(city="Galway", **secrets).h1 == "Sign in"


def test_every_missing_field_is_told_at_its_place(browser: Browser, link: str) -> None:
    page = browser.submit(link, **dict.fromkeys(ROOT, ""))
    assert (page.status, page.errors) == (422, NOBODY)


def test_a_name_that_a_customer_has_is_refused_at_its_field(harness: AppHarness, browser: Browser, link: str) -> None:
    harness.add_users("alice")
    page = set_up(browser, link, customer_username="alice")
    assert page.errors == {"customer_username": "This username is taken. Choose another one."}


@pytest.mark.parametrize("field", ["first_name", "city", "web_site"])
def test_what_the_wire_cannot_carry_is_refused_here_too(
    harness: AppHarness, browser: Browser, link: str, field: str
) -> None:
    page = browser.force(link, {field: "a\x08b"}, **ROOT)
    assert page.status == 422
    assert harness.customer("root-admin") is None


def test_the_set_up_needs_a_token_against_forged_requests(harness: AppHarness, browser: Browser, link: str) -> None:
    assert browser.post(link, ROOT).status == 400
    assert harness.customer("root-admin") is None


def test_over_plain_http_from_elsewhere_the_set_up_is_closed(harness: AppHarness, link: str) -> None:
    page = harness.browser(base_url="http://portal.example.org").open(link)
    assert (page.status, page.h1) == (403, "This page needs https")


def test_a_set_up_is_possible_while_nobody_else_may_register(harness_with: HarnessWith) -> None:
    harness = harness_with(users=False, new_accounts=NewAccounts("closed", chosen=True))
    assert set_up(harness.browser(), new_link(harness)).h1 == "Sign in"
