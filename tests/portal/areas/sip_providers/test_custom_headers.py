"""The custom headers of a SIP provider."""

import pytest

from sipsorcery_web.contract.records import SIPProvider
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .provider_forms import ADD, SAVED, SECRET, change, stored_in


@pytest.mark.parametrize(
    ("stored", "rows"),
    [
        (None, [""]),
        ("X-A: 1", ["X-A: 1", ""]),
        ("X-A: 1|X-B: 2", ["X-A: 1", "X-B: 2", ""]),
        ("|X-A: 1|| X-B: 2 |", ["X-A: 1", "X-B: 2", ""]),
    ],
)
def test_headers_have_a_row_each_and_stay_as_they_are_stored(
    harness: AppHarness, alice: Browser, northline: SIPProvider, stored: str | None, rows: list[str]
) -> None:
    change(harness, northline, custom_headers=stored)
    page = alice.open(f"/providers/{northline.id}")
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == rows
    page = alice.force(f"/providers/{northline.id}", {"custom_headers": rows}, provider_username="me")
    assert SAVED in page.notes
    after = stored_in(harness, northline)
    assert (after.custom_headers, after.provider_username) == (stored, "me")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["X-A: 1", "X-B: 2", "X-C: 3"], "X-A: 1|X-B: 2|X-C: 3"),
        (["X-A: 9", " X-B: 2 ", ""], "X-A: 9|X-B: 2"),
        (["", "X-B: 2", ""], "X-B: 2"),
        (["", "", ""], None),
    ],
)
def test_headers_are_added_changed_and_removed(
    harness: AppHarness, alice: Browser, northline: SIPProvider, typed: list[str], stored: str | None
) -> None:
    change(harness, northline, custom_headers="X-A: 1|X-B: 2")
    alice.force(f"/providers/{northline.id}", {"custom_headers": typed}, provider_username="me")
    after = stored_in(harness, northline)
    assert after.custom_headers == stored


def test_one_more_row_is_given_without_saving_anything(harness: AppHarness, alice: Browser) -> None:
    page = alice.open(ADD).submit(
        button="Add a header", provider_name="northline", custom_headers="X-A: 1", provider_password=SECRET
    )
    assert page.status == 200
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == ["X-A: 1", "", ""]
    assert len(page.all("//input[@name='custom_headers'][@autofocus]")) == 1
    assert (page.value("provider_name"), page.errors) == ("northline", {})
    assert page.one("//details[@class='more-fields']").get("open") is not None
    assert "Type it again: it is not kept in the page." in page.text
    assert not harness.stored_providers("alice")


def test_one_more_row_is_given_for_a_stored_provider_too(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    page = alice.open(f"/providers/{northline.id}").submit(button="Add a header", provider_username="me")
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == ["", ""]
    assert harness.stored_provider(northline.id) == northline


def test_what_enter_presses_saves_and_does_not_add_a_row(alice: Browser) -> None:
    first = alice.open(ADD).all("//main//form[@method='post']//button[not(@type='button')]")[0]
    assert first.get("name") is None


def test_every_row_that_was_refused_stays(harness: AppHarness, alice: Browser) -> None:
    page = alice.force(
        ADD,
        {"custom_headers": ["X-A: 1", "X-B: 2|X-C: 3", "nonsense"]},
        provider_name="northline",
        provider_server="sip.northline.example",
    )
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == ["X-A: 1", "X-B: 2|X-C: 3", "nonsense", ""]
