"""The reason of an administrator who changes or deletes what is another's; its owner reads it."""

import pytest

from sipsorcery_web.contract.extensions import AuditEntry
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

WHY = "a phone that rings at night"


def told(harness: AppHarness) -> AuditEntry:
    """Return what alice is told last."""
    return harness.service_fixture.alice.audit.page(count=1)[0]


@pytest.fixture
def pages(harness: AppHarness) -> dict[str, str]:
    """The pages of things of alice's, by the operation that changes them."""
    plan = harness.service_fixture.alice.dial_plans.page()[0]
    return {
        "SIPAccount": f"/sip-accounts/{harness.account('alice', 'front-desk').id}",
        "SIPProvider": f"/providers/{harness.provider('alice', 'northline').id}",
        "DialPlan": f"/dial-plans/{plan.id}",
    }


@pytest.mark.parametrize("noun", ["SIPAccount", "SIPProvider", "DialPlan"])
def test_an_administrators_reason_is_told_to_the_owner(
    harness: AppHarness, administrator: Browser, pages: dict[str, str], noun: str
) -> None:
    administrator.submit(pages[noun], change_reason=WHY)
    assert (told(harness).operation, told(harness).reason) == (f"Update{noun}", WHY)

    administrator.submit(f"{pages[noun]}/delete", reason=WHY)
    assert (told(harness).operation, told(harness).reason) == (f"Delete{noun}", WHY)
    assert told(harness).actor == "root-admin"


@pytest.mark.parametrize("noun", ["SIPAccount", "SIPProvider", "DialPlan"])
def test_owners_are_not_asked_for_reasons(alice: Browser, pages: dict[str, str], noun: str) -> None:
    assert not alice.open(pages[noun]).has("change_reason")
    assert not alice.open(f"{pages[noun]}/delete").has("reason")


def test_nobody_is_asked_where_a_record_is_new(administrator: Browser) -> None:
    for address in ("/sip-accounts/add", "/providers/add", "/dial-plans/add"):
        assert not administrator.open(address).has("change_reason")


def test_a_reason_without_a_change_of_the_record_is_no_conflict(
    harness: AppHarness, administrator: Browser, pages: dict[str, str]
) -> None:
    page = administrator.open(pages["SIPAccount"])
    administrator.submit(pages["SIPAccount"], change_reason="first")
    page = page.submit(change_reason="second")
    assert page.h1 == "SIP accounts"


def test_a_reason_of_two_lines_is_refused_at_its_field(
    harness: AppHarness, administrator: Browser, pages: dict[str, str]
) -> None:
    page = administrator.force(pages["SIPAccount"], {"change_reason": ["a\x07b"]})
    assert "change_reason" in page.errors
