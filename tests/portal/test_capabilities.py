"""The pages in front of a service of which nothing is known, and what docs/ say about them."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sipsorcery_web.contract.records import SIPAccount, SIPCDRAsset, SIPProvider, SIPProviderBinding
from sipsorcery_web.portal.http.capabilities import OF_ANOTHER, OF_BUILT_IN, Capabilities
from sipsorcery_web.portal.http.parts import parts_of
from tests.factories import PASSWORD
from tests.factories.records import person, sip_account, sip_provider
from tests.provisioning.genuine import DOMAIN, STORES, GenuineService

from .app_harness import AppHarness
from .areas.auth.test_register import CAROL
from .browser import Browser
from .conftest import HarnessWith
from .routes import SOMEWHERE

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/other-services.md"
NEW = "tr0ubad0ur"


@pytest.fixture(params=STORES)
def genuine(request: pytest.FixtureRequest) -> Iterator[GenuineService]:
    """The original service over one store and then the other."""
    with closing(GenuineService(STORES[request.param](), domain=DOMAIN)) as service:
        service.store.put(whole_customer("alice"))
        yield service


@pytest.fixture
def front(harness_with: HarnessWith, genuine: GenuineService) -> AppHarness:
    """A portal in front of it."""
    return harness_with(provisioning_url=genuine.url)


@pytest.fixture
def alice(front: AppHarness) -> Browser:
    browser = front.browser()
    browser.sign_in("alice")
    return browser


def whole_customer(username: str, **more: Any) -> Any:
    return replace(person(username), id=uuid4(), email_address_confirmed=True, present=None, **more)


def provider(owner: str) -> SIPProvider:
    """A stored provider of an owner who is to be registered."""
    contact = f"sip:{owner}@{DOMAIN}"
    return sip_provider(owner=owner, register_contact=contact, register_enabled=True)


# docs/other-services.md


def test_the_document_has_one_table_of_what_is_absent_or_said_otherwise() -> None:
    rows = re.findall(r"^\| (.*?) \| (.*?) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    told = [(each.metadata["built_in"], each.metadata["another"]) for each in fields(Capabilities)]

    assert rows[0] == ("with the built-in service", "in front of another")
    assert rows[1 : len(told) + 1] == told
    assert [without for _, without in rows[len(told) + 1 :]].count("Absent.") == 8


def test_nothing_is_said_of_the_limits_of_another_service(alice: Browser) -> None:
    assert "What you may have" not in alice.open("/account").text


def test_what_the_document_calls_absent_is_not_there(front: AppHarness) -> None:
    browser = front.browser()
    for path in ("/provisioning.svc", "/provisioning.svc?wsdl", "/notificationspull.svc?wsdl", f"/setup/{'x' * 43}"):
        assert browser.open(path).status == 404, path
    assert not {"customers", "tokens", "invites", "setup-link", "engine", "mail"} & {*front.app.cli.commands}
    for path in (f"/sip-accounts/{SOMEWHERE}/phone", f"/calls/{SOMEWHERE}/hang-up"):
        assert browser.raw("GET", path).status_code in (303, 404, 405), path


def test_the_built_in_service_is_known_to_do_all_of_it(harness: AppHarness) -> None:
    assert parts_of(harness.app)[Capabilities] == OF_BUILT_IN
    assert all(getattr(OF_BUILT_IN, each.name) for each in fields(Capabilities))
    assert not any(getattr(OF_ANOTHER, each.name) for each in fields(Capabilities))


# Customers


def test_a_new_account_is_made_and_nobody_is_told_to_sign_in(front: AppHarness, genuine: GenuineService) -> None:
    page = front.browser().open("/register")
    assert "at once" not in page.text

    page = page.submit(**CAROL)

    assert page.notes == ["The account carol is made."]
    with pytest.raises(AssertionError, match="not confirmed yet"):
        front.browser().sign_in("carol", CAROL["customer_password"])


def test_an_invite_code_may_have_any_form(front: AppHarness) -> None:
    page = front.browser().open("/login")
    assert "with or without" not in page.text
    assert "36 characters" not in page.text

    assert page.submit(invite_code="spring-2011").h1 == "Create an account"


def test_a_changed_password_signs_out_the_portals_other_browsers(front: AppHarness, alice: Browser) -> None:
    other = front.browser()
    other.sign_in("alice")
    page = alice.submit("/account/password", old_password=PASSWORD, new_password=NEW, retyped_password=NEW)

    assert page.notes == ["Your password is changed. Other browsers that were signed in here are signed out."]
    assert alice.open("/sip-accounts").status == 200
    assert other.open("/sip-accounts").h1 == "Sign in"


def test_what_was_typed_elsewhere_waits_behind_the_new_password(front: AppHarness, alice: Browser) -> None:
    other = front.browser()
    other.sign_in("alice")
    form = other.open("/sip-accounts/add")
    alice.submit("/account/password", old_password=PASSWORD, new_password=NEW, retyped_password=NEW)

    message_page = form.submit(sip_username="front-desk")

    assert message_page.h1 == "Your session has ended. What you typed has not."
    assert message_page.submit(password=NEW).value("sip_username") == "front-desk"


def test_nobody_elses_browser_is_signed_out(front: AppHarness, genuine: GenuineService, alice: Browser) -> None:
    genuine.store.put(whole_customer("bobby"))
    bob = front.browser()
    bob.sign_in("bobby")
    alice.submit("/account/password", old_password=PASSWORD, new_password=NEW, retyped_password=NEW)

    assert bob.open("/sip-accounts").h1 == "SIP accounts"


def test_leaving_promises_nothing_of_what_is_left_behind(front: AppHarness, alice: Browser) -> None:
    other = front.browser()
    other.sign_in("alice")
    page = alice.open("/account/delete")
    assert "Everything" not in page.text
    assert "for the service to decide" in page.text

    assert page.submit(customer_username="alice").notes == ["The account alice is deleted."]
    assert other.open("/sip-accounts").h1 == "Sign in"


# Refusals


def test_a_refusal_of_the_service_does_not_say_that_nothing_was_saved(alice: Browser) -> None:
    refused = alice.submit("/account/password", old_password="n1ghtingale", new_password=NEW, retyped_password=NEW)

    assert refused.errors == {"old_password": "This is not your present password."}
    assert refused.notes[0].startswith("There is 1 problem. Present password:")


def test_a_form_that_was_not_sent_on_says_that_nothing_was_saved(alice: Browser) -> None:
    page = alice.submit("/sip-accounts/add", sip_username="abc", sip_password="bl4ckbird!")

    assert page.notes[0].startswith("There is 1 problem. Nothing was saved yet.")


def test_a_service_that_hides_its_reasons_is_not_said_to_be_silent(genuine: GenuineService, alice: Browser) -> None:
    genuine.hides_texts = True
    page = alice.submit("/account/password", old_password="n1ghtingale", new_password=NEW, retyped_password=NEW)

    assert (page.status, page.notes[0]) == (
        503,
        "The service has met an error, so it may have saved this or not. What you typed is still below.",
    )


# Lists


@pytest.mark.parametrize(
    "path",
    ["/sip-accounts", "/registrations", "/providers", "/provider-registrations", "/dial-plans", "/cdrs", "/help"],
)
def test_no_list_claims_an_order(genuine: GenuineService, alice: Browser, path: str) -> None:
    fill(genuine)
    page = alice.open(path)

    assert not page.all("//@aria-sort | //@data-initial")
    assert "newest first" not in page.source


def test_the_built_in_service_sorts_its_lists(harness: AppHarness) -> None:
    harness.account("alice", "front-desk")
    page = harness.signed_in("alice").open("/sip-accounts")

    assert page.all("//th[@aria-sort='ascending']")
    assert page.all("//@data-initial")


def fill(genuine: GenuineService) -> None:
    """Store one record of each kind for alice."""
    began = datetime(2026, 11, 23, 12, tzinfo=UTC)
    genuine.store.put(replace(sip_account("front-desk", id=uuid4(), sip_domain=DOMAIN), owner="alice", present=None))
    genuine.store.put(provider("alice"))
    for number in range(3):
        genuine.store.put(SIPCDRAsset(id=uuid4(), owner="alice", created=began - timedelta(days=number)))


# SIP accounts


def test_a_locked_account_is_not_changed_here_and_can_be_deleted(genuine: GenuineService, alice: Browser) -> None:
    locked = sip_account("front-desk", id=uuid4(), owner="alice", is_admin_disabled=True)
    genuine.store.put(locked)
    page = alice.open(f"/sip-accounts/{locked.id}")
    assert "Nothing here can be changed" not in page.text
    assert "Its settings cannot be changed here until an administrator allows it again." in page.text

    refused = alice.force(f"/sip-accounts/{locked.id}", {"network_id": "attic"})
    assert (refused.status, refused.notes[0]) == (
        422,
        "An administrator has disabled this SIP account; only an administrator can change it.",
    )
    assert genuine.store.first(SIPAccount, id=locked.id).network_id is None  # type: ignore[union-attr]
    assert page.follow("Delete this account").submit().notes[0].startswith(f"front-desk@{DOMAIN} is deleted.")


def test_the_built_in_service_offers_no_deleting_of_a_locked_account(harness: AppHarness) -> None:
    account = harness.account("alice", "front-desk")
    harness.lock(account)
    page = harness.signed_in("alice").open("/sip-accounts")

    assert f"Delete front-desk@{account.sip_domain}" not in page.links
    assert f"Delete front-desk@{account.sip_domain}" in harness.signed_in("root-admin").open("/sip-accounts").links


# Providers


def test_no_contact_is_made_up(genuine: GenuineService, alice: Browser) -> None:
    page = alice.open("/providers/add")
    assert "Left empty" not in page.text
    assert "127.0.0.1" not in page.text
    typed: dict[str, Any] = {
        "provider_name": "northline",
        "provider_server": "northline.example",
        "register_enabled": True,
    }

    refused = page.submit(**typed)

    assert refused.errors == {"register_contact": "Registering needs a contact."}
    assert not genuine.calls("AddSIPProvider")
    refused.submit(register_contact=f"alice@{DOMAIN}")
    assert genuine.calls("AddSIPProvider")[0].record.register_contact == f"alice@{DOMAIN}"


def test_a_deleted_provider_is_not_said_to_be_unregistered(genuine: GenuineService, alice: Browser) -> None:
    stored = provider("alice")
    genuine.store.put(stored)
    page = alice.open(f"/providers/{stored.id}/delete")
    assert "Its registration may last until it runs out" in page.text

    gone = page.submit()

    assert gone.notes[0].startswith("northline is deleted. Undo until")


def test_a_provider_that_is_put_back_still_has_to_register(genuine: GenuineService, alice: Browser) -> None:
    stored = provider("alice")
    ending = SIPProviderBinding(
        id=uuid4(), provider_id=stored.id, owner="alice", provider_name="northline", is_registered=True
    )
    genuine.store.put(stored)
    genuine.store.put(ending)

    page = alice.open("/providers")
    assert "None has to register" not in page.text
    assert "1 has to register: 1 is ending an earlier registration." in page.text

    genuine.store.put(replace(ending, id=uuid4(), binding_expiry=3600, is_registered=False))
    assert "1 has to register: 1 is trying." in alice.open("/providers").text


def test_phones_are_not_said_to_call_each_other(alice: Browser) -> None:
    assert "can already call each other" not in alice.open("/providers").text


# Programs


def test_the_samples_promise_no_setting_of_this_portal(alice: Browser) -> None:
    assert "SIPSORCERY_CORS_ORIGINS" not in alice.open("/developers").text


# Everything


UNTRUE = (
    "You can sign in now", "newest first", "Everything of", "registration is ended", "Nothing here can be changed",
    "None has to register", "36 characters", "SIPSORCERY_CORS_ORIGINS", "built-in",
)  # fmt: skip
"""Words that hold for the built-in service alone."""


def test_no_page_says_what_only_the_built_in_service_is_known_to_do(
    genuine: GenuineService, front: AppHarness, alice: Browser
) -> None:
    fill(genuine)
    account = genuine.store.first(SIPAccount, owner="alice")
    trunk = genuine.store.first(SIPProvider, owner="alice")
    call = genuine.store.first(SIPCDRAsset, owner="alice")
    assert account
    assert trunk
    assert call
    paths = [
        "/sip-accounts", "/sip-accounts/add", f"/sip-accounts/{account.id}", f"/sip-accounts/{account.id}/delete",
        "/providers", "/providers/add", f"/providers/{trunk.id}", f"/providers/{trunk.id}/delete", "/registrations",
        "/provider-registrations", "/dial-plans", "/dial-plans/add", "/calls", "/cdrs", f"/cdrs/{call.id}", "/account",
        "/account/password", "/account/delete", "/help", "/about", "/developers",
    ]  # fmt: skip

    for page in [*map(alice.open, paths), front.browser().open("/login"), front.browser().open("/register")]:
        assert page.status == 200, page.path
        assert not [words for words in UNTRUE if words in page.text], page.path


# What the installation does with calls


def test_of_another_services_calls_nothing_is_said(front: AppHarness, alice: Browser) -> None:
    pages = "".join(alice.open(path).text for path in ("/dial-plans", "/cdrs", "/about", "/dial-plans/add"))
    assert "SIP engine" not in pages
    assert "mail server" not in pages
    assert "Mail is not set up" not in pages
    assert "None, calls are refused" in alice.open("/sip-accounts/add").text


def test_in_front_of_another_service_plans_are_tried_and_test_cases_kept_all_the_same(
    front: AppHarness, alice: Browser
) -> None:
    script = "exten => 112,1,SIPReply(403,No emergency calls)"
    page = alice.submit("/dial-plans/add?type=Asterisk", dial_plan_name="lines", dial_plan_script=script)
    page = alice.submit(f"{page.path}/try", number="112")
    assert "The caller gets 403 No emergency calls." in page.text
    assert "the service that calls go through may differ" in page.text
    page = page.press("Keep as a test case")
    assert "Call to 112 is kept." in page.text
