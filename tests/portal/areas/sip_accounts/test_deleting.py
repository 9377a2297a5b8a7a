"""Deleting a SIP account."""

from sipsorcery_web.contract.records import SIPAccount
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .account_forms import add, row_of


def test_an_account_is_deleted_after_a_question_that_names_it(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = alice.open("/sip-accounts").follow(f"Delete front-desk@{DOMAIN}")
    assert page.h1 == "Delete front-desk?"
    assert f"front-desk@{DOMAIN}" in page.text
    assert harness.stored(desk.id) is not None
    done = page.submit()
    assert (done.h1, done.notes) == ("SIP accounts", [f"front-desk@{DOMAIN} is deleted. Undo until 12:10"])
    assert harness.stored(desk.id) is None
    assert done.names == ["alice"]


def test_keeping_it_leads_back(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    alice.open(f"/sip-accounts/{desk.id}/delete").follow("Keep it")
    assert harness.stored(desk.id) is not None


def test_a_link_cannot_delete(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    alice.open(f"/sip-accounts/{desk.id}/delete?confirm=y")
    assert harness.stored(desk.id) is not None


def test_an_administrator_is_told_whose_account_is_to_be_deleted(administrator: Browser, desk: SIPAccount) -> None:
    page = administrator.open(f"/sip-accounts/{desk.id}/delete")
    assert "of alice" in page.text


def test_its_phones_go_with_it(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.bind(desk)
    alice.submit(f"/sip-accounts/{desk.id}/delete")
    add(alice)
    assert "Not registered" in row_of(alice.open("/sip-accounts"), "front-desk")
