"""A deletion is undone with one button, by its owner, within ten minutes."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text, update

from sipsorcery_web.contract.errors import OutcomeUnknown, Unavailable
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.factories import DOMAIN

from ..app_harness import AppHarness
from ..browser import Browser, Page

NAME = f"front-desk@{DOMAIN}"
TOO_LATE = "This deletion cannot be undone any more. A deleted record is kept for 10 minutes."


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    """An account of alice with much in it."""
    return harness.account(
        "alice", "front-desk", network_id="5th-floor", ip_address_acl="^203\\.<&", send_nat_keep_alives=True
    )


def delete(browser: Browser, account: SIPAccount) -> Page:
    return browser.submit(f"/sip-accounts/{account.id}/delete")


def undo(page: Page) -> Page:
    """Press the button in the note."""
    return page.submit(action="/undo")


def undo_of(browser: Browser, account: SIPAccount, **more: Any) -> Page:
    """Press a button that the page does not have."""
    return browser.post("/undo", {"csrf_token": browser.token(), "id": str(account.id), **more})


def test_a_deleted_account_comes_back_whole_under_its_id(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = delete(alice, desk)
    assert page.notes == [f"{NAME} is deleted. Undo until 12:10"]
    assert harness.stored(desk.id) is None
    back = undo(page)
    assert (back.h1, back.notes) == ("SIP accounts", [f"{NAME} is back."])
    assert harness.stored(desk.id) == desk


def test_a_time_that_cannot_be_put_back_is_told(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.clock.pass_(minutes=5)
    back = undo(delete(alice, desk))
    assert back.notes == [f"{NAME} is back. It counts as created now."]
    assert harness.stored(desk.id) == desk.with_(inserted=harness.clock())


def test_an_id_that_was_taken_meanwhile_is_told(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = delete(alice, desk)
    bobs = harness.account("bobby", "bobs-line")
    with harness.database.write() as session:
        session.execute(update(SIPAccountRow).where(SIPAccountRow.id == bobs.id).values(id=desk.id))
    assert undo(page).notes == [f"{NAME} is back. It has a new id."]
    stored = harness.stored_accounts("alice")["front-desk"]
    assert stored == desk.with_(id=stored.id)


def test_the_note_says_until_when_in_the_visitors_time(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    alice.submit("/account", time_zone="(GMT+04:30) Kabul")
    assert delete(alice, desk).notes == [f"{NAME} is deleted. Undo until 16:40"]


def test_undoing_leads_back_to_where_the_button_was(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = alice.open("/sip-accounts?q=desk").follow(f"Delete {NAME}").submit()
    undo(page)
    assert alice.redirects == ["/sip-accounts?q=desk"]


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", ""])
def test_undoing_leads_to_no_other_site(alice: Browser, desk: SIPAccount, elsewhere: str) -> None:
    delete(alice, desk)
    undo_of(alice, desk, next=elsewhere)
    assert alice.redirects == ["/sip-accounts"]


def test_undoing_twice_says_that_it_is_back_already_and_adds_one(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = delete(alice, desk)
    undo(page)
    assert undo(page).notes == [f"{NAME} is back already."]
    assert harness.calls.count("AddSIPAccount") == 1


def test_after_ten_minutes_it_is_too_late(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = delete(alice, desk)
    harness.clock.pass_(minutes=10)
    assert undo(page).notes == [TOO_LATE]
    assert harness.stored(desk.id) is None


def test_what_is_back_can_be_deleted_and_undone_again(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    undo(delete(alice, desk))
    undo(delete(alice, desk))
    assert harness.stored(desk.id) == desk


def test_a_name_that_was_taken_meanwhile_is_told_and_nothing_is_written_over(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = delete(alice, desk)
    taken = harness.account("bobby", "front-desk")
    note = "It could not be put back. This name is taken on this domain. Choose another name or another domain."
    assert undo(page).notes == [note]
    assert harness.stored(taken.id) == taken
    harness.service_fixture.bob.sip_accounts.delete(taken)
    assert undo(page).notes == [f"{NAME} is back."]


@pytest.mark.parametrize(
    "record_id", ["", "nonsense", "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11", "00000000-0000-0000-0000-000000000000"]
)
def test_what_was_never_deleted_cannot_be_put_back(alice: Browser, record_id: str) -> None:
    page = alice.post("/undo", {"csrf_token": alice.token(), "id": record_id})
    assert page.notes == [TOO_LATE]


# Who may


def test_bob_cannot_undo_what_alice_has_deleted(
    harness: AppHarness, alice: Browser, bob: Browser, desk: SIPAccount
) -> None:
    delete(alice, desk)
    assert undo_of(bob, desk).notes == [TOO_LATE]
    assert harness.stored(desk.id) is None
    assert "AddSIPAccount" not in harness.calls


def test_an_administrator_is_told_beforehand_that_another_owners_account_cannot_come_back(
    harness: AppHarness, administrator: Browser, desk: SIPAccount
) -> None:
    page = administrator.open(f"/sip-accounts/{desk.id}/delete")
    assert "This cannot be undone: only alice could add it again." in page.text
    assert page.submit().notes == [f"{NAME} is deleted."]
    assert undo_of(administrator, desk).notes == [TOO_LATE]
    assert harness.stored(desk.id) is None


def test_an_owner_is_told_beforehand_for_how_long_it_can_come_back(alice: Browser, desk: SIPAccount) -> None:
    assert "You can undo this for 10 minutes." in alice.open(f"/sip-accounts/{desk.id}/delete").text


def test_an_administrator_undoes_the_deletion_of_an_account_of_their_own(
    harness: AppHarness, administrator: Browser
) -> None:
    own = harness.account("root-admin", "operator-desk")
    undo(delete(administrator, own))
    assert harness.stored(own.id) == own


def test_a_link_cannot_undo(alice: Browser, desk: SIPAccount) -> None:
    delete(alice, desk)
    assert alice.open(f"/undo?id={desk.id}").status == 405


# What goes wrong on the way


def test_deleting_twice_says_that_it_is_deleted_already_and_offers_the_same(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}/delete")
    page.submit()
    again = page.submit()
    assert (again.h1, again.notes) == ("SIP accounts", [f"{NAME} is deleted already. Undo until 12:10"])
    undo(again)
    assert harness.stored(desk.id) == desk


def test_an_administrator_who_deletes_twice_is_told_the_same(
    harness: AppHarness, administrator: Browser, desk: SIPAccount
) -> None:
    page = administrator.open(f"/sip-accounts/{desk.id}/delete")
    page.submit()
    assert page.submit().notes == [f"{NAME} is deleted already."]


def test_what_somebody_else_has_deleted_is_not_there(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}/delete")
    harness.service_fixture.alice.sip_accounts.delete(desk)
    assert page.submit().status == 404


def test_after_ten_minutes_deleting_again_finds_nothing(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}/delete")
    page.submit()
    harness.clock.pass_(minutes=10)
    assert page.submit().status == 404


def test_a_deletion_whose_answer_never_came_can_be_undone(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    def delete_and_say_nothing() -> None:
        del harness.watched.before["DeleteSIPAccount"]
        harness.service_fixture.alice.sip_accounts.delete(desk)
        raise OutcomeUnknown("no answer")

    page = alice.open(f"/sip-accounts/{desk.id}/delete")
    harness.watched.before["DeleteSIPAccount"] = delete_and_say_nothing
    assert page.submit().status == 503
    undo(page.submit())
    assert harness.stored(desk.id) == desk


def test_an_undoing_that_the_service_did_not_answer_can_be_tried_again(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    def be_away() -> None:
        del harness.watched.before["AddSIPAccount"]
        raise Unavailable("away")

    page = delete(alice, desk)
    harness.watched.before["AddSIPAccount"] = be_away
    assert undo(page).status == 503
    assert undo(page).notes == [f"{NAME} is back."]


def test_an_undoing_after_the_end_of_the_session_is_not_carried_out(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = delete(alice, desk)
    harness.revoke("alice")
    assert undo(page).h1 == "Your session has ended."
    assert harness.stored(desk.id) is None


@pytest.fixture
def kept(harness: AppHarness) -> Iterator[list[str]]:
    """Return the rows of deleted records, once the test is over."""
    found: list[str] = []
    yield found
    with harness.database.read() as session:
        raw = repr(session.execute(text("SELECT * FROM deleted_records")).all())
    assert not [secret for secret in found if secret in raw]


def test_what_is_kept_cannot_be_read_where_it_lies(alice: Browser, desk: SIPAccount, kept: list[str]) -> None:
    kept += ["bl4ckbird!", "5th-floor", str(desk.id)]
    delete(alice, desk)
