"""The settings tell a customer how much may be stored, and for how long records are kept."""

import pytest

from tests.portal.browser import Page, words
from tests.portal.conftest import HarnessWith


def told(page: Page) -> dict[str, str]:
    """The facts of the section about limits."""
    limits = page.one("//section[@aria-labelledby='limits']//dl")
    names, facts = limits.xpath("dt"), limits.xpath("dd")
    return {words(name): words(fact) for name, fact in zip(names, facts, strict=True)}


def test_alice_is_told_how_many_she_has_of_how_many(harness_with: HarnessWith) -> None:
    harness = harness_with(max_accounts=1, max_providers=5, max_dial_plans=0, keep_records=30)
    harness.provider("alice", "blueline")
    harness.provider("bobby", "northline")

    assert told(harness.signed_in("alice").open("/account")) == {
        "SIP accounts": "1 of 1: delete one to add another",
        "SIP providers": "1 of 5",
        "Dial plans": "1, without a limit",
        "Call records": "kept for 30 days",
        "What plans did with calls": "kept for 7 days",
    }


def test_an_administrator_is_told_of_her_own_records_alone(harness_with: HarnessWith) -> None:
    harness = harness_with(max_providers=5)
    harness.provider("alice", "blueline")

    assert told(harness.signed_in("root-admin").open("/account"))["SIP providers"] == "0 of 5"


@pytest.mark.parametrize(
    ("days", "records", "executions"),
    [(0, "kept for ever", "kept for 7 days"), (1, "kept for a day", "kept for a day")],
)
def test_how_long_records_are_kept_is_told(harness_with: HarnessWith, days: int, records: str, executions: str) -> None:
    page = harness_with(keep_records=days).signed_in("alice").open("/account")

    assert told(page)["Call records"] == records
    assert told(page)["What plans did with calls"] == executions


def test_it_is_told_on_a_refused_form_too(harness_with: HarnessWith) -> None:
    page = harness_with(max_providers=5).signed_in("alice").submit("/account", email_address="")

    assert page.status == 422
    assert told(page)["SIP providers"] == "0 of 5"
