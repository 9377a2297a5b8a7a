"""Customers on their pages: found, changed, suspended, let in again, given a password, deleted."""

import csv
import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from sipsorcery_web.portal.http.recent_proof import HOLDS_FOR
from sipsorcery_web.service.store.models import CustomerRow
from tests.factories import PASSWORD
from tests.factories.records import sip_account
from tests.portal.app_harness import ADMINISTRATOR, AppHarness
from tests.portal.browser import Browser
from tests.portal.genuine import Front

LIST = "/admin/customers"
LABEL = "partner"


def address_of(harness: AppHarness, username: str, place: str = "") -> str:
    """The address of a customer's page."""
    row = harness.customer(username)
    assert row is not None
    return f"{LIST}/{row.id}{place}"


@pytest.fixture
def partner(harness: AppHarness) -> Browser:
    """A browser in which the administrator of alice's label has signed in."""
    harness.add_users("alice", "bobby", "partner-admin")
    harness.change_customer("partner-admin", admin_id=LABEL)
    harness.change_customer("alice", admin_member_id=LABEL)
    browser = harness.browser()
    browser.sign_in("partner-admin")
    return browser


def test_the_navigation_leads_administrators_there_and_nobody_else(
    alice: Browser, administrator: Browser, partner: Browser
) -> None:
    for browser in (administrator, partner):
        assert browser.open("/sip-accounts").follow("Customers").h1 == "Customers"
        assert browser.open(LIST).links["Help with this page"] == "/help#customers"
    assert "Customers" not in alice.open("/sip-accounts").nav_items
    assert 'id="customers"' not in alice.open("/help").source


def test_every_customer_stands_in_the_list_with_their_state(harness: AppHarness, administrator: Browser) -> None:
    harness.change_customer("bobby", suspended=True, suspended_reason="unpaid")
    harness.change_customer("alice", last_sign_in=None)
    page = administrator.open(LIST)
    assert page.names == ["alice", "bobby", ADMINISTRATOR]
    assert "May sign in Never" in page.rows[0]
    assert "Suspended unpaid" in page.rows[1]
    assert "administrator" in page.rows[2]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("?q=ALIC", ["alice"]),
        ("?q=bobby@example", ["bobby"]),
        ("?q=reception", ["bobby"]),
        ("?q=reception@sip.example.org", ["bobby"]),
        ("?state=suspended", ["bobby"]),
        ("?state=never", ["alice"]),
        ("?state=one-factor&q=alice", []),
        ("?q=%25", []),
    ],
)
def test_customers_are_found(harness: AppHarness, administrator: Browser, asked: str, names: list[str]) -> None:
    harness.service_fixture.bob.sip_accounts.add(sip_account("reception"))
    harness.change_customer("bobby", suspended=True)
    harness.change_customer("alice", last_sign_in=None, has_second_factor=True)
    assert administrator.open(LIST + asked).names == names


def test_the_list_is_a_file_too_without_anything_that_lets_somebody_in(administrator: Browser) -> None:
    response = administrator.raw("GET", f"{LIST}.csv?q=alice")
    (row,) = csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert (row["Username"], row["E-mail address"]) == ("alice", "alice@example.org")
    assert not [name for name in row if "assword" in name or "nswer" in name]


def test_a_partner_finds_members_alone_and_is_told_of_others_that_there_are_none(
    harness: AppHarness, partner: Browser
) -> None:
    assert partner.open(LIST).names == ["alice"]
    assert partner.open(address_of(harness, "alice")).h1 == "alice"
    for place in ("", "/suspend", "/password", "/delete"):
        answers = [partner.open(f"{LIST}/{id}{place}") for id in (_id(harness, "bobby"), uuid4())]
        assert [page.status for page in answers] == [404, 404]
        assert answers[0].h1 == answers[1].h1


@pytest.mark.parametrize("place", ["", "/suspend", "/resume", "/password", "/delete"])
def test_a_customer_finds_no_such_place_and_changes_nobody(harness: AppHarness, alice: Browser, place: str) -> None:
    address = address_of(harness, "bobby", place)
    assert alice.open(LIST).status == alice.raw("GET", f"{LIST}.json").status_code == 404
    values = {"csrf_token": alice.token(), "customer_username": "bobby", "reason": "spite"}
    assert alice.post(address, values).status == 404
    assert not _row(harness, "bobby").suspended


@pytest.mark.parametrize("place", ["", "/suspend", "/resume", "/password", "/delete"])
def test_a_partner_changes_no_customer_of_others(harness: AppHarness, partner: Browser, place: str) -> None:
    before = vars(_row(harness, "bobby")).copy()
    values = {"csrf_token": partner.token(), "customer_username": "bobby", "reason": "spite", "city": "Cork"}
    assert partner.post(address_of(harness, "bobby", place), values).status == 404
    after = vars(_row(harness, "bobby"))
    assert {name: after[name] for name in before if name[0] != "_"} == {
        name: value for name, value in before.items() if name[0] != "_"
    }


def test_a_customers_page_says_what_there_is_and_leads_to_it(harness: AppHarness, administrator: Browser) -> None:
    harness.service_fixture.alice.sip_accounts.add(sip_account("reception"))
    page = administrator.open(address_of(harness, "alice"))
    address = page.one("//dl[contains(@class, 'customer-facts')]//a[text()='SIP accounts']").get("href", "")
    assert address == "/sip-accounts?q=alice"
    assert administrator.open(address).names == ["alice", "reception"]
    assert "SIP account added reception@sip.example.org, by alice" in page.text


def test_details_are_changed_under_the_rules(harness: AppHarness, administrator: Browser) -> None:
    address = address_of(harness, "alice")
    refused = administrator.submit(address, city="", first_name="Alicia")
    assert (refused.status, list(refused.errors)) == (422, ["city"])
    saved = administrator.submit(address, city="Cork", first_name="Alicia")
    assert saved.notes == ["alice is saved."]
    assert (_row(harness, "alice").city, _row(harness, "alice").first_name) == ("Cork", "Alicia")


def test_an_address_that_somebody_else_has_is_told_at_the_field(harness: AppHarness, administrator: Browser) -> None:
    page = administrator.submit(address_of(harness, "alice"), email_address="bobby@example.org")
    assert (page.status, list(page.errors)) == (422, ["email_address"])
    assert _row(harness, "alice").email_address == "alice@example.org"


def test_another_address_is_changed_by_who_has_just_proven_who_they_are(
    harness: AppHarness, administrator: Browser
) -> None:
    harness.clock.pass_(seconds=(HOLDS_FOR + timedelta(minutes=1)).total_seconds())
    page = administrator.submit(address_of(harness, "alice"), email_address="new@example.org")
    assert page.has("proof_password")
    assert _row(harness, "alice").email_address == "alice@example.org"
    assert page.submit(proof_password=PASSWORD).notes == ["alice is saved."]
    assert _row(harness, "alice").email_address == "new@example.org"


def test_a_customer_is_suspended_with_a_reason_and_let_in_again(
    harness: AppHarness, alice: Browser, administrator: Browser
) -> None:
    page = administrator.open(address_of(harness, "alice")).follow("Suspend").submit(reason="calls to 00 882")
    assert page.notes[0] == "alice is suspended."
    assert "“calls to 00 882”" in page.text
    assert alice.open("/sip-accounts").path.startswith("/login")
    again = page.submit(action=address_of(harness, "alice", "/resume"))
    assert again.notes == ["alice may sign in again."]
    alice.sign_in("alice")
    assert "Reason: calls to 00 882" in alice.open("/security/changes").text


def test_a_new_password_is_shown_once_and_opens_the_account(harness: AppHarness, administrator: Browser) -> None:
    address = address_of(harness, "alice", "/password")
    made = administrator.open(address).submit()
    password = str(made.one("//*[@id='new-password']").text_content())
    assert len(password) == 16
    assert password not in administrator.open(address).source
    assert harness.service_fixture.stranger.login("alice", PASSWORD) is None
    assert harness.service_fixture.stranger.login("alice", password)


def test_a_customer_is_deleted_once_the_name_is_typed(harness: AppHarness, administrator: Browser) -> None:
    harness.add_users("carol")
    address = address_of(harness, "carol", "/delete")
    assert administrator.submit(address, customer_username="alice").errors == {
        "customer_username": "This is not carol. Type the username to confirm."
    }
    assert administrator.submit(address, customer_username="carol").notes == ["The customer carol is deleted."]
    assert harness.customer("carol") is None
    assert administrator.open(LIST).names == ["alice", "bobby", ADMINISTRATOR]


@pytest.mark.parametrize("place", ["/suspend", "/password", "/delete"])
def test_what_shuts_out_or_lets_in_asks_who_it_is(harness: AppHarness, administrator: Browser, place: str) -> None:
    harness.clock.pass_(seconds=(HOLDS_FOR + timedelta(minutes=1)).total_seconds())
    page = administrator.submit(address_of(harness, "alice", place))
    assert page.has("proof_password")
    assert not _row(harness, "alice").suspended


def test_nobody_is_let_in_again_by_a_session_alone(harness: AppHarness, administrator: Browser) -> None:
    harness.change_customer("alice", suspended=True)
    page = administrator.open(address_of(harness, "alice"))
    harness.clock.pass_(seconds=(HOLDS_FOR + timedelta(minutes=1)).total_seconds())
    assert page.submit(action=address_of(harness, "alice", "/resume")).has("proof_password")
    assert _row(harness, "alice").suspended


def test_the_own_page_leads_to_the_settings(harness: AppHarness, administrator: Browser) -> None:
    page = administrator.open(address_of(harness, ADMINISTRATOR))
    assert page.links["settings"] == "/account"
    assert not page.has("city")


def test_in_front_of_another_service_there_is_no_such_place(front: Front) -> None:
    alice = front.signed_in("alice")
    assert "Customers" not in alice.open("/sip-accounts").nav_items
    assert alice.open(LIST).status == 404


def _row(harness: AppHarness, username: str) -> CustomerRow:
    row = harness.customer(username)
    assert row is not None
    return row


def _id(harness: AppHarness, username: str) -> UUID:
    return _row(harness, username).id
