"""The sign-ins of a customer on their page."""

import json
from uuid import uuid4

from sipsorcery_web.service.store.sign_ins import SignInRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

LIST = "/security/sign-ins"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"
CAFE = "203.0.113.9"


def try_to_sign_in(harness: AppHarness, times: int = 1, username: str = "alice") -> Browser:
    browser = harness.browser(REMOTE_ADDR=CAFE, HTTP_USER_AGENT=FIREFOX)
    for _ in range(times):
        browser.submit("/login", username=username, password="closesesame8")
    return browser


def test_alice_sees_who_signed_in_and_who_tried_to(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=1)
    try_to_sign_in(harness, times=2)
    newest, *others = alice.open(LIST).rows
    assert newest == (
        f"23 Nov 2026 12:01:00 Wrong password 2 times within the hour, the last one then {CAFE} Firefox on Windows"
    )
    assert len(others) == 2
    assert "Signed in 127.0.0.1 SOAP: Not told" in " ".join(others)
    assert "Signed in 127.0.0.1 Werkzeug" in " ".join(others)


def test_who_guesses_is_locked_out_and_alice_sees_it(harness: AppHarness, alice: Browser) -> None:
    try_to_sign_in(harness, times=7)
    page = alice.open(f"{LIST}?result=failed")
    assert len(page.rows) == 2
    assert any("Locked out" in row for row in page.rows)
    assert any("Wrong password 5 times" in row for row in page.rows)


def test_the_list_can_be_narrowed_to_what_failed_and_to_what_did_not(harness: AppHarness, alice: Browser) -> None:
    try_to_sign_in(harness)
    page = alice.open(LIST)
    assert [len(page.follow(words).rows) for words in ("All", "Failed", "Signed in")] == [3, 1, 2]


def test_the_list_has_pages(harness: AppHarness, alice: Browser) -> None:
    with harness.database.write() as session:
        for number in range(30):
            session.add(SignInRow(**values_of(harness, number)))
    page = alice.open(LIST)
    assert "1 to 25 of 32" in page.text
    assert len(page.follow("Next").rows) == 7


def test_the_list_comes_as_csv_and_json(harness: AppHarness, alice: Browser) -> None:
    try_to_sign_in(harness)
    table = alice.raw("GET", f"{LIST}.csv?result=failed").text
    assert "Wrong password,1," in table
    assert "Firefox on Windows" in table
    (row,) = json.loads(alice.raw("GET", f"{LIST}.json?result=failed").text)
    assert (row["result"], row["times"], row["address"]) == ("Wrong password", 1, CAFE)
    assert (row["with"], row["device"]) == ("Firefox on Windows", FIREFOX)


def test_bob_and_the_administrator_see_nothing_of_alices_sign_ins(
    harness: AppHarness, bob: Browser, administrator: Browser
) -> None:
    try_to_sign_in(harness)
    for browser in (bob, administrator):
        assert CAFE not in browser.open(LIST).text
        assert CAFE not in browser.raw("GET", f"{LIST}.json").text


def test_the_start_page_leads_there(alice: Browser) -> None:
    assert alice.open("/security").follow("Sign-ins").h1 == "Sign-ins"


def values_of(harness: AppHarness, number: int) -> dict[str, object]:
    at = harness.clock()
    said = {"device": "curl/8.5", "way": "SOAP", "result": "WrongPassword", "times": 1}
    address = f"198.51.100.{number}"
    return {"id": uuid4(), "owner": "alice", "at": at, "hour": at, "network": address, "ip_address": address, **said}
