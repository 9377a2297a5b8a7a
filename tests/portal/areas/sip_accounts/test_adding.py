"""Adding a SIP account."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.service.store.models import SIPDomainRow
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .account_forms import MARKUP, SECRET, add, dial_plan


def test_a_new_account_is_stored_as_it_was_typed_and_named(harness: AppHarness, alice: Browser) -> None:
    page = add(
        alice,
        ip_address_acl=r"^203\.0\.113\.41:",
        out_dial_plan_name="default",
        in_dial_plan_name="default",
        is_incoming_only=True,
        is_switchboard_enabled=False,
        send_nat_keep_alives=True,
        dont_mangle_enabled=True,
        network_id="5th-floor",
        is_user_disabled=True,
    )
    assert (page.h1, page.notes) == ("SIP accounts", [f"front-desk@{DOMAIN} is added."])
    stored = harness.stored_accounts("alice")["front-desk"]
    assert stored == SIPAccount(
        id=stored.id,
        owner="alice",
        sip_username="front-desk",
        sip_domain=DOMAIN,
        sip_password=SECRET,
        ip_address_acl=r"^203\.0\.113\.41:",
        out_dial_plan_name="default",
        in_dial_plan_name="default",
        is_incoming_only=True,
        is_switchboard_enabled=False,
        send_nat_keep_alives=True,
        dont_mangle_enabled=True,
        network_id="5th-floor",
        is_user_disabled=True,
        is_admin_disabled=False,
        admin_disabled_reason=None,
        inserted=harness.clock(),
    )


@pytest.mark.parametrize("ticked", [True, False])
def test_the_switchboard_flag_is_saved_when_adding(harness: AppHarness, alice: Browser, ticked: bool) -> None:
    add(alice, is_switchboard_enabled=ticked)
    assert harness.stored_accounts("alice")["front-desk"].is_switchboard_enabled is ticked


def test_the_form_of_a_new_account_has_sensible_defaults(alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    assert {name: page.value(name) for name in ("sip_username", "sip_password", "network_id", "ip_address_acl")} == {
        "sip_username": "",
        "sip_password": "",
        "network_id": "",
        "ip_address_acl": "",
    }
    assert (page.value("sip_domain"), page.value("is_switchboard_enabled")) == (DOMAIN, "y")
    ticks = ("is_incoming_only", "send_nat_keep_alives", "dont_mangle_enabled", "is_user_disabled")
    assert [page.value(name) for name in ticks] == [""] * 4
    assert (page.value("out_dial_plan_name"), page.value("in_dial_plan_name")) == ("default", "")


def test_without_its_first_plan_a_customer_is_proposed_none(harness: AppHarness, alice: Browser) -> None:
    plans = harness.service_fixture.alice.dial_plans
    plans.delete(plans.page()[0])
    assert alice.open("/sip-accounts/add").value("out_dial_plan_name") == ""


def test_calls_may_go_nowhere_and_ring_the_phones(harness: AppHarness, alice: Browser) -> None:
    add(alice, out_dial_plan_name="", in_dial_plan_name="")
    stored = harness.stored_accounts("alice")["front-desk"]
    assert (stored.out_dial_plan_name, stored.in_dial_plan_name) == (None, None)


def test_all_dial_plans_of_the_customer_are_offered_and_no_others(harness: AppHarness, alice: Browser) -> None:
    dial_plan(harness, "alice", *(f"plan-{number:02}" for number in range(40)))
    dial_plan(harness, "bobby", "bobs-plan")
    offered = alice.open("/sip-accounts/add").options("out_dial_plan_name")
    assert {*offered} == {"", "default", *(f"plan-{number:02}" for number in range(40))}


def test_the_public_domains_and_ones_own_are_offered_and_no_others(harness: AppHarness, alice: Browser) -> None:
    with harness.database.write() as session:
        for domain, owner in (("public.example", None), ("alice.example", "alice"), ("bobby.example", "bobby")):
            session.add(SIPDomainRow(id=uuid4(), domain=domain, owner=owner, inserted=harness.clock()))
    page = alice.open("/sip-accounts/add")
    assert {*page.options("sip_domain")} == {DOMAIN, "public.example", "alice.example"}
    refused = alice.force(
        "/sip-accounts/add", {"sip_domain": "bobby.example"}, sip_username="front-desk", sip_password=SECRET
    )
    assert (refused.status, {*refused.errors}) == (422, {"sip_domain"})


def test_without_a_domain_that_is_said_and_nothing_can_be_added(harness: AppHarness, alice: Browser) -> None:
    with harness.database.write() as session:
        session.execute(delete(SIPDomainRow))
    page = alice.open("/sip-accounts/add")
    assert "There is no domain for a new account." in page.text
    typed = {"csrf_token": alice.token(), "sip_username": "front-desk", "sip_password": SECRET, "sip_domain": DOMAIN}
    assert alice.post("/sip-accounts/add", typed).status == 422


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("sip_username", "", "Give the account a name."),
        ("sip_username", "desk", "The name needs at least 5 characters."),
        ("sip_username", "front desk", "The name has a character that is not allowed. Use letters, digits, dots, _ and -."),
        ("sip_username", "fröntdesk", "The name has a character that is not allowed. Use letters, digits, dots, _ and -."),
        ("sip_username", "<b>desk</b>", "The name has a character that is not allowed. Use letters, digits, dots, _ and -."),
        ("sip_username", "dispatcher", "Names with “dispatcher” in them are reserved."),
        ("sip_username", "desk.bobby", "What stands behind the last dot looks like a customer’s name. Only that customer can create such an account."),
        ("sip_username", "x" * 33, "The sip username can have at most 32 characters."),
        ("sip_password", "", "Enter a password."),
        ("sip_password", "12345", "The password needs 6 to 15 characters."),
        ("sip_password", "x" * 16, "The password needs 6 to 15 characters."),
        ("sip_password", "with blank", "The password has a character that is not allowed: no spaces and none of ; \\ # ' - are."),
        ("sip_password", "sémicolon", "The password has a character that is not allowed: no spaces and none of ; \\ # ' - are."),
        ("network_id", "x" * 17, "The network id can have at most 16 characters."),
        ("ip_address_acl", "x" * 257, "The ip address acl can have at most 256 characters."),
    ],
)  # fmt: skip
def test_each_rule_is_told_at_its_field_and_what_was_typed_stays(
    harness: AppHarness, alice: Browser, field: str, typed: str, error: str
) -> None:
    page = add(alice, **({"send_nat_keep_alives": True, "network_id": "attic"} | {field: typed}))
    assert (page.status, {*page.errors}) == (422, {field})
    if not field.startswith(("network", "ip_address")) and len(typed) < 33:
        assert page.errors == {field: error}
    assert page.value("sip_username") == (typed if field == "sip_username" else "front-desk")
    assert page.value("send_nat_keep_alives") == "y"
    assert page.value("sip_password") == ""
    assert {*harness.stored_accounts("alice")} == {"alice"}


@pytest.mark.parametrize("name", ["desk.alice", "desk.west", "a_B.c-D9", "x" * 32])
def test_names_that_keep_the_rules_are_taken(harness: AppHarness, alice: Browser, name: str) -> None:
    assert add(alice, sip_username=name).notes == [f"{name}@{DOMAIN} is added."]


def test_blanks_around_a_name_are_not_part_of_it(harness: AppHarness, alice: Browser) -> None:
    add(alice, sip_username="  front-desk ")
    assert "front-desk" in harness.stored_accounts("alice")


def test_an_account_that_is_incoming_only_needs_no_password(harness: AppHarness, alice: Browser) -> None:
    page = add(alice, sip_password="", is_incoming_only=True)
    assert page.notes == [f"front-desk@{DOMAIN} is added."]
    assert harness.stored_accounts("alice")["front-desk"].sip_password is None


@pytest.mark.parametrize("owner", ["alice", "bobby"])
def test_a_name_that_is_taken_on_the_domain_is_told_at_its_field(
    harness: AppHarness, alice: Browser, owner: str
) -> None:
    harness.account(owner, "front-desk")
    page = add(alice)
    assert page.errors == {"sip_username": "This name is taken on this domain. Choose another name or another domain."}
    assert page.value("sip_username") == "front-desk"


def test_a_form_that_is_sent_twice_adds_one_account(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    for _ in range(2):
        done = page.submit(sip_username="front-desk", sip_password=SECRET)
        assert done.notes == [f"front-desk@{DOMAIN} is added."]
    assert {*harness.stored_accounts("alice")} == {"alice", "front-desk"}


def test_a_form_that_was_changed_after_it_was_sent_adds_a_second_account(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    page.submit(sip_username="front-desk", sip_password=SECRET)
    done = page.submit(sip_username="back-desk", sip_password=SECRET)
    assert done.notes == [f"back-desk@{DOMAIN} is added."]
    assert {*harness.stored_accounts("alice")} == {"alice", "front-desk", "back-desk"}


@pytest.mark.parametrize("made_up", ["", "1", "x" * 1000, "00000000-0000-0000-0000-000000000000", MARKUP])
def test_an_id_that_somebody_made_up_does_no_harm(harness: AppHarness, alice: Browser, made_up: str) -> None:
    page = alice.force("/sip-accounts/add", {"id": made_up}, sip_username="front-desk", sip_password=SECRET)
    assert page.notes == [f"front-desk@{DOMAIN} is added."]
    assert harness.stored_accounts("alice")["front-desk"].id != UUID(int=0)


def test_an_expression_for_trusted_addresses_that_cannot_be_read_is_stored_with_a_warning(
    harness: AppHarness, alice: Browser
) -> None:
    page = add(alice, ip_address_acl="^203(")
    assert page.notes[0] == f"front-desk@{DOMAIN} is added."
    assert "trusted addresses" in page.notes[1]
    assert harness.stored_accounts("alice")["front-desk"].ip_address_acl == "^203("


@pytest.mark.parametrize(
    "expression", ["(a+)+$", "[[:digit:]]", "\\", "(?P<x", MARKUP, "(" * 250, "a{99999999}", "(?i)a(?i)"]
)
def test_a_strange_expression_does_not_disturb_the_page(harness: AppHarness, alice: Browser, expression: str) -> None:
    page = add(alice, ip_address_acl=expression)
    assert page.notes[0] == f"front-desk@{DOMAIN} is added."
    account = harness.stored_accounts("alice")["front-desk"]
    assert alice.open(f"/sip-accounts/{account.id}").value("ip_address_acl") == expression


@pytest.mark.parametrize("field", ["sip_username", "network_id", "ip_address_acl", "sip_password"])
def test_a_control_character_is_refused_and_nothing_is_stored(harness: AppHarness, alice: Browser, field: str) -> None:
    page = alice.force("/sip-accounts/add", {field: "abc\x0edefg"}, sip_username="front-desk", sip_password=SECRET)
    assert page.status == 422
    assert {*harness.stored_accounts("alice")} == {"alice"}


def test_a_choice_that_was_not_offered_is_refused(harness: AppHarness, alice: Browser) -> None:
    for field in ("sip_domain", "out_dial_plan_name", "in_dial_plan_name"):
        page = alice.force("/sip-accounts/add", {field: MARKUP}, sip_username="front-desk", sip_password=SECRET)
        assert page.errors == {field: "What was chosen is not in the list any more. Choose again."}


def test_a_form_without_fields_is_refused_at_each(alice: Browser) -> None:
    page = alice.post("/sip-accounts/add", {"csrf_token": alice.token()})
    assert (page.status, {*page.errors} >= {"sip_username", "sip_password"}) == (422, True)


def test_cancel_leads_back_to_the_list(alice: Browser) -> None:
    assert alice.open("/sip-accounts/add").follow("Cancel").h1 == "SIP accounts"
