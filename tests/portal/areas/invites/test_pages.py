"""Invite codes on their pages: made and shown once, listed, withdrawn."""

import csv
import io
import re
from datetime import timedelta

import pytest

from sipsorcery_web.contract.extensions import Invite
from sipsorcery_web.portal.http.recent_proof import HOLDS_FOR
from tests.portal.app_harness import ADMINISTRATOR, AppHarness
from tests.portal.browser import Browser

LIST = "/admin/invites"
CODE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def codes_of(browser: Browser, **fields: str) -> list[str]:
    """Make codes and return those that the page shows."""
    page = browser.submit(f"{LIST}/add", **fields)
    assert page.status == 200
    return [str(item.text_content()) for item in page.all("//ul[@id='new-codes']/li")]


def test_codes_are_shown_once_and_are_good(harness: AppHarness, administrator: Browser) -> None:
    codes = codes_of(administrator, count="3", note="third floor")
    assert len(set(codes)) == 3
    assert [harness.service_fixture.stranger.invite_complaint(code) for code in codes] == [None] * 3
    page = administrator.open(LIST)
    assert not [code for code in codes if code in page.source]
    assert [row.count("third floor by root-admin Not used Never") for row in page.rows] == [1, 1, 1]


def test_codes_come_as_a_file_where_that_is_asked(administrator: Browser) -> None:
    form = administrator.open(f"{LIST}/add")
    values = {"csrf_token": administrator.token(), "count": "2", "note": "=1+1", "as_file": "y"}
    response = administrator.raw("POST", form.path, data=values)
    rows = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert rows[0] == ["Invite code", "Note"]
    assert [bool(CODE.fullmatch(code)) for code, _ in rows[1:]] == [True, True]
    assert {note for _, note in rows[1:]} == {"'=1+1"}
    assert "attachment" in response.headers["Content-Disposition"]


def test_a_code_is_good_until_the_last_day_is_over(harness: AppHarness, administrator: Browser) -> None:
    (code,) = codes_of(administrator, ends="2026-11-24")
    stranger = harness.service_fixture.stranger
    harness.clock.pass_(hours=35)
    assert stranger.invite_complaint(code) is None
    harness.clock.pass_(hours=2)
    assert stranger.invite_complaint(code) == "The invite code has ended."


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"count": "0"}, "count"),
        ({"count": "many"}, "count"),
        ({"ends": "2026-11-22"}, "ends"),
        ({"note": "x" * 129}, "note"),
    ],
)
def test_what_breaks_a_rule_is_told_at_its_field(
    harness: AppHarness, administrator: Browser, typed: dict[str, str], field: str
) -> None:
    page = administrator.submit(f"{LIST}/add", **typed)
    assert (page.status, list(page.errors)) == (422, [field])
    assert harness.service_fixture.administrator.invites.count() == 0


def test_making_codes_asks_who_it_is(harness: AppHarness, administrator: Browser) -> None:
    harness.clock.pass_(seconds=(HOLDS_FOR + timedelta(minutes=1)).total_seconds())
    assert administrator.submit(f"{LIST}/add", count="1").has("proof_password")
    assert harness.service_fixture.administrator.invites.count() == 0


def test_a_code_is_withdrawn_after_asking(harness: AppHarness, administrator: Browser) -> None:
    (made,) = harness.service_fixture.administrator.add_invites(Invite(note="lost"), 1)
    page = administrator.open(LIST).follow("Withdraw")
    assert "“lost”" in page.text
    assert page.submit().notes == ["The invite code is withdrawn. It opens no account any more."]
    assert harness.service_fixture.stranger.invite_complaint(made.code or "") == "The invite code was not recognised."


@pytest.mark.parametrize(
    ("asked", "count"), [("?q=THIRD", 2), ("?q=nothing", 0), ("?state=unused", 3), ("?state=used", 0)]
)
def test_invites_are_found(harness: AppHarness, administrator: Browser, asked: str, count: int) -> None:
    harness.service_fixture.administrator.add_invites(Invite(note="third floor"), 2)
    harness.service_fixture.administrator.add_invites(Invite(), 1)
    assert len(administrator.open(LIST + asked).rows) == count
    assert administrator.raw("GET", f"{LIST}.json{asked}").text.count('"made_by"') == count


def test_a_customer_finds_no_such_place(harness: AppHarness, alice: Browser) -> None:
    (made,) = harness.service_fixture.administrator.add_invites(Invite(), 1)
    for place in ("", ".csv", "/add", f"/{made.id}/delete"):
        assert alice.raw("GET", LIST + place).status_code == 404
    values = {"csrf_token": alice.token(), "count": "1"}
    for place in ("/add", f"/{made.id}/delete"):
        assert alice.post(LIST + place, values).status == 404
    assert harness.service_fixture.administrator.invites.count() == 1


def test_the_place_stands_beside_customers(administrator: Browser) -> None:
    page = administrator.open("/admin/customers").follow("Invites")
    assert (page.h1, page.current_nav_items) == ("Invites", ["Customers"] * len(page.current_nav_items))
    assert ADMINISTRATOR in administrator.open("/admin/customers").names
