"""Passwords of SIP accounts that strangers try first."""

from uuid import uuid4

import pytest

from sipsorcery_web.contract.records import SIPAccount
from tests.factories import DOMAIN
from tests.factories.records import sip_account
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.genuine import Front

from .account_forms import add

REFUSED = {"sip_password": "This is one of the first passwords that strangers try. Choose another one."}
REMARK = "Strangers who call at other people’s cost try this password first."
WEAK = ["password", "123456", "frontdesk", "Frontdesk1", "alicealice"]


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    return harness.account("alice", "frontdesk")


@pytest.mark.parametrize("password", WEAK)
def test_what_strangers_try_first_is_refused_at_its_field(harness: AppHarness, alice: Browser, password: str) -> None:
    page = add(alice, sip_username="frontdesk", sip_password=password)
    assert (page.status, page.errors, page.value("sip_password")) == (422, REFUSED, "")
    assert {*harness.stored_accounts("alice")} == {"alice"}


@pytest.mark.parametrize("password", WEAK)
def test_nor_does_it_take_the_place_of_another(
    harness: AppHarness, alice: Browser, desk: SIPAccount, password: str
) -> None:
    page = alice.submit(f"/sip-accounts/{desk.id}", sip_password=password)
    assert (page.status, page.errors) == (422, REFUSED)
    assert harness.stored(desk.id) == desk


def test_what_breaks_the_contracts_rule_is_told_once(alice: Browser) -> None:
    assert add(alice, sip_password="12345").errors == {"sip_password": "The password needs 6 to 15 characters."}


def test_programs_may_set_it_as_with_the_original_and_the_page_remarks_it(harness: AppHarness, alice: Browser) -> None:
    weak = harness.account("alice", "front-desk", sip_password="password")
    page = alice.open(f"/sip-accounts/{weak.id}")
    assert REMARK in page.text
    assert "password" not in page.one("//p[contains(., 'Strangers who')]").text_content().replace("this password", "")

    page.submit(network_id="attic")
    stored = harness.stored(weak.id)
    assert stored is not None
    assert (stored.network_id, stored.sip_password) == ("attic", "password")

    assert REMARK not in alice.submit(f"/sip-accounts/{weak.id}", sip_password="bl4ckbird!").text
    assert REMARK not in alice.open(f"/sip-accounts/{weak.id}").text


def test_a_good_password_and_none_are_not_remarked(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    none = harness.account("alice", "only-rings", sip_password=None, is_incoming_only=True)
    first = harness.stored_accounts("alice")["alice"]
    for account in (desk, none, first):
        assert REMARK not in alice.open(f"/sip-accounts/{account.id}").text


def test_in_front_of_another_service_the_form_refuses_and_remarks_the_same(mysql_front: Front) -> None:
    alice = mysql_front.signed_in("alice-kelly")
    assert add(alice, sip_password="password").errors == REFUSED
    account = sip_account("front-desk", id=uuid4(), owner="alice-kelly", sip_domain=DOMAIN, sip_password="front-desk")
    mysql_front.service.store.put(account)
    assert REMARK in alice.open(f"/sip-accounts/{account.id}").text
