"""The link that creates the first administrator."""

from threading import Barrier, Thread

import pytest

from sipsorcery_web.service.first_run import FirstRun
from sipsorcery_web.settings import NewAccounts
from tests.conftest import PASSWORD

from .browser import Browser, Page
from .conftest import HouseWith
from .house import House
from .test_registration import CAROL, NOBODY

ROOT = CAROL | {"customer_username": "root-admin", "email_address": "root@example.org"}


@pytest.fixture
def house(empty_house: House) -> House:
    return empty_house


@pytest.fixture
def link(house: House) -> str:
    return new_link(house)


def new_link(house: House) -> str:
    return f"/setup/{FirstRun(house.service.parts).new_secret()}"


def set_up(browser: Browser, link: str, **details: str) -> Page:
    return browser.submit(link, **(ROOT | details))


def test_the_link_creates_the_first_administrator_who_then_signs_in(house: House, browser: Browser, link: str) -> None:
    house.cast("alice")
    page = set_up(browser, link)
    assert (page.h1, page.notes) == ("Sign in", ["The administrator is made. You can sign in now."])
    page = page.submit(username="root-admin", password=PASSWORD)
    assert {*page.names} == {"alice", "root-admin"}
    assert "as administrator" in page.text


def test_the_page_says_what_it_is_for(browser: Browser, link: str) -> None:
    page = browser.open(link)
    assert page.h1 == "Set up this service"
    assert "administrator" in page.text


def test_the_link_works_once(house: House, browser: Browser, link: str) -> None:
    set_up(browser, link)
    assert browser.open(link).status == 404


def test_a_link_that_two_people_use_at_once_makes_one_administrator(house: House, link: str) -> None:
    pages, both = {}, Barrier(2)

    def use(name: str) -> None:
        page = house.browser().open(link)
        both.wait()
        pages[name] = page.submit(**(ROOT | {"customer_username": name, "email_address": f"{name}@example.org"}))

    threads = [Thread(target=use, args=(name,)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([name for name in pages if house.customer(name) is not None]) == 1
    assert sorted(page.status == 200 for page in pages.values()) == [False, True]


def test_the_link_works_for_thirty_minutes(house: House, browser: Browser, link: str) -> None:
    house.clock.pass_(minutes=29, seconds=59)
    page = browser.open(link)
    assert page.status == 200
    house.clock.pass_(seconds=1)
    assert browser.open(link).status == 404
    assert page.submit(**ROOT).status == 404
    assert house.customer("root-admin") is None


def test_a_newer_link_ends_the_one_before(house: House, browser: Browser, link: str) -> None:
    new_link(house)
    assert browser.open(link).status == 404


def test_a_link_is_over_as_soon_as_there_is_an_administrator(house: House, browser: Browser, link: str) -> None:
    house.cast("root-admin")
    assert browser.open(link).status == 404


@pytest.mark.parametrize("secret", ["guess", "%00", "<script>", "x" * 5000, "..", "%F0%9F%92%A9", "'--"])
def test_a_guess_finds_nothing(house: House, browser: Browser, link: str, secret: str) -> None:
    assert browser.open(f"/setup/{secret}").status == 404


def test_a_form_that_breaks_a_rule_leaves_the_link_good_and_keeps_what_was_typed(browser: Browser, link: str) -> None:
    page = set_up(browser, link, city="")
    assert (page.status, page.errors) == (422, {"city": "Enter your city, or the one nearest to you."})
    assert (page.path, page.value("customer_username")) == (link, "root-admin")
    secrets = {"customer_password": PASSWORD, "retyped_password": PASSWORD, "security_answer": "n1ghtingale"}
    assert page.submit(city="Galway", **secrets).h1 == "Sign in"


def test_every_missing_field_is_told_at_its_place(browser: Browser, link: str) -> None:
    page = browser.submit(link, **dict.fromkeys(ROOT, ""))
    assert (page.status, page.errors) == (422, NOBODY)


def test_a_name_that_a_customer_has_is_refused_at_its_field(house: House, browser: Browser, link: str) -> None:
    house.cast("alice")
    page = set_up(browser, link, customer_username="alice")
    assert page.errors == {"customer_username": "This username is taken. Choose another one."}


@pytest.mark.parametrize("field", ["first_name", "city", "web_site"])
def test_what_the_wire_cannot_carry_is_refused_here_too(house: House, browser: Browser, link: str, field: str) -> None:
    page = browser.force(link, {field: "a\x08b"}, **ROOT)
    assert page.status == 422
    assert house.customer("root-admin") is None


def test_the_set_up_needs_a_token_against_forged_requests(house: House, browser: Browser, link: str) -> None:
    assert browser.post(link, ROOT).status == 400
    assert house.customer("root-admin") is None


def test_over_plain_http_from_elsewhere_the_set_up_is_closed(house: House, link: str) -> None:
    page = house.browser(base_url="http://portal.example.org").open(link)
    assert (page.status, page.h1) == (403, "This page needs https")


def test_a_set_up_is_possible_while_nobody_else_may_register(house_with: HouseWith) -> None:
    house = house_with(cast=False, new_accounts=NewAccounts("closed", chosen=True))
    assert set_up(house.browser(), new_link(house)).h1 == "Sign in"
