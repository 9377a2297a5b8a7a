"""SIP accounts: what the list tells of them, and adding, changing and deleting one."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.service.store.models import SIPDialPlanRow, SIPDomainRow
from tests.conftest import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

SECRET = "bl4ckbird!"
OTHER = "n1ghtingale"
MARKUP = "<b>&\"'</b>"


@pytest.fixture
def desk(harness: AppHarness, alice: Browser) -> SIPAccount:
    """An account of alice."""
    return harness.account("alice", "front-desk", out_dial_plan_name="default", network_id="5th-floor")


def add(browser: Browser, **fields: Any) -> Page:
    return browser.submit("/sip-accounts/add", **({"sip_username": "front-desk", "sip_password": SECRET} | fields))


def edit(browser: Browser, account: SIPAccount, **fields: Any) -> Page:
    return browser.submit(f"/sip-accounts/{account.id}", **fields)


def dial_plan(harness: AppHarness, owner: str, *names: str) -> None:
    with harness.database.write() as session:
        for name in names:
            session.add(
                SIPDialPlanRow(
                    id=uuid4(), owner=owner, dial_plan_name=name, inserted=harness.clock(), last_update=harness.clock()
                )
            )


def row_of(page: Page, name: str) -> str:
    return next(row for row, row_name in zip(page.rows, page.names, strict=True) if row_name == name)


# The list


def test_the_columns_of_an_account_are_all_there(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    row = row_of(alice.open("/sip-accounts"), "front-desk")
    assert f"front-desk@{DOMAIN}" in row
    assert "Out default" in row
    assert "In ring the phones" in row
    assert "23 Nov 2026 12:00:00" in row
    assert "Delete" in row


def test_passwords_are_hidden_and_shown_on_request_only(alice: Browser, desk: SIPAccount) -> None:
    page = alice.open("/sip-accounts")
    assert SECRET not in page.source
    shown = alice.post(f"/sip-accounts/{desk.id}/password", {"csrf_token": alice.token()})
    assert SECRET in shown.text
    assert "no-store" in shown.response.headers["Cache-Control"]
    assert SECRET not in alice.open(f"/sip-accounts/{desk.id}").source


def test_the_button_that_shows_a_password_says_whose(alice: Browser, desk: SIPAccount) -> None:
    buttons = alice.open("/sip-accounts").all(f"//button[@formaction='/sip-accounts/{desk.id}/password']")
    assert [" ".join(button.text_content().split()) for button in buttons] == [
        f"Show the password of front-desk@{DOMAIN}"
    ]


def test_where_no_password_is_stored_that_is_said(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "answering", sip_password=None, is_incoming_only=True)
    assert "None" in row_of(alice.open("/sip-accounts"), "answering")
    page = alice.post(f"/sip-accounts/{account.id}/password", {"csrf_token": alice.token()})
    assert "No password is stored" in page.text


def test_a_password_with_markup_in_it_is_shown_as_it_is(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", sip_password='<b>"&!</b>')
    page = alice.post(f"/sip-accounts/{account.id}/password", {"csrf_token": alice.token()})
    assert '<b>"&!</b>' in page.text


@pytest.mark.parametrize(
    ("more", "tells"),
    [
        ({}, "Not registered"),
        ({"is_user_disabled": True}, "Disabled by you"),
        ({"is_incoming_only": True, "in_dial_plan_name": "default"}, "Incoming only"),
        ({"is_incoming_only": True}, "Not registered"),
        ({"send_nat_keep_alives": True}, "keep-alives on"),
        ({"ip_address_acl": "^203"}, "trusted addresses"),
    ],
)
def test_a_row_tells_the_state_of_an_account(
    harness: AppHarness, alice: Browser, more: dict[str, Any], tells: str
) -> None:
    harness.account("alice", "front-desk", **more)
    assert tells in row_of(alice.open("/sip-accounts"), "front-desk")


def test_a_locked_account_tells_the_administrators_reason(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    harness.lock(desk, "Unpaid bill <b>")
    row = row_of(alice.open("/sip-accounts"), "front-desk")
    assert "Disabled by administrator" in row
    assert "“Unpaid bill <b>”" in row


def test_a_registered_phone_is_named_with_its_address(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.bind(desk, user_agent="Snom <script>/10.1", remote_sip_socket="203.0.113.41:5060", expiry=3600)
    row = row_of(alice.open("/sip-accounts"), "front-desk")
    assert "Registered until 13:00:00" in row
    assert "Snom <script>/10.1, 203.0.113.41:5060" in row


@pytest.mark.parametrize(
    ("seconds", "tells"),
    [(86_400, "Registered until 24 Nov 2026 12:00:00"), (2**31 - 1, "Registered until 11 Dec 2094 15:14:07")],
)
def test_a_registration_that_lasts_beyond_today_is_told_with_the_day(
    harness: AppHarness, alice: Browser, desk: SIPAccount, seconds: int, tells: str
) -> None:
    harness.bind(desk, expiry=seconds)
    assert tells in row_of(alice.open("/sip-accounts"), "front-desk")
    assert tells.replace("Registered ", "") in alice.open(f"/sip-accounts/{desk.id}").text


def test_several_phones_are_counted(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    for number in range(5):
        harness.bind(desk, user_agent=f"Phone {number}")
    row = row_of(alice.open("/sip-accounts"), "front-desk")
    assert "Registered on 5 devices" in row
    assert "and 2 more" in row


def test_a_phone_is_shown_at_its_own_account_only(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.account("alice", "front-desk-2")
    harness.bind(desk)
    assert "Not registered" in row_of(alice.open("/sip-accounts"), "front-desk-2")


def test_phones_of_somebody_else_are_not_shown(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.bind(harness.account("bobby", "bobs-line"))
    assert "Snom" not in alice.open("/sip-accounts").text


def test_the_administrator_sees_the_owner_of_each_account(
    harness: AppHarness, administrator: Browser, desk: SIPAccount
) -> None:
    assert row_of(administrator.open("/sip-accounts"), "front-desk").startswith("alice")


# Adding


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
    assert page.value("in_dial_plan_name") == ""


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


# Changing


def test_a_change_is_stored_and_named_and_all_else_stays(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = edit(alice, desk, network_id="attic", is_user_disabled=True)
    assert (page.h1, page.notes) == ("SIP accounts", [f"front-desk@{DOMAIN} is saved."])
    assert harness.stored(desk.id) == desk.with_(network_id="attic", is_user_disabled=True)


def test_saving_without_a_change_changes_nothing(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    edit(alice, desk)
    assert harness.stored(desk.id) == desk


def test_the_page_tells_what_cannot_be_changed(alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert page.h1 == f"front-desk@{DOMAIN}"
    assert not page.has("sip_username")
    assert not page.has("sip_domain")
    assert str(desk.id) in page.text
    assert "Owner alice" in page.text


def test_disabling_keeps_incoming_only(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "answering", is_incoming_only=True)
    edit(alice, account, is_user_disabled=True)
    edit(alice, account, is_user_disabled=False)
    assert harness.stored(account.id) == account


def test_a_new_password_replaces_the_stored_one_and_an_empty_one_keeps_it(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    edit(alice, desk, sip_password="  ")
    assert harness.stored(desk.id) == desk
    edit(alice, desk, sip_password=OTHER)
    assert harness.stored(desk.id) == desk.with_(sip_password=OTHER)


def test_a_stored_password_is_removed_by_its_tick_only_where_none_is_needed(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = edit(alice, desk, remove_password=True)
    assert page.errors == {"sip_password": "Enter a password."}
    edit(alice, desk, remove_password=True, is_incoming_only=True)
    assert harness.stored(desk.id) == desk.with_(sip_password=None, is_incoming_only=True)


def test_a_new_password_counts_more_than_the_tick_that_removes_one(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    edit(alice, desk, remove_password=True, is_incoming_only=True, sip_password=OTHER)
    assert harness.stored(desk.id) == desk.with_(sip_password=OTHER, is_incoming_only=True)


def test_a_refused_change_keeps_what_was_typed_and_not_the_list(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = edit(alice, desk, network_id="x" * 17, is_user_disabled=True, sip_password=OTHER)
    assert (page.status, {*page.errors}) == (422, {"network_id"})
    assert (page.value("network_id"), page.value("is_user_disabled"), page.value("sip_password")) == ("x" * 17, "y", "")
    assert harness.stored(desk.id) == desk
    assert "Not registered" in row_of(alice.open("/sip-accounts"), "front-desk")


def test_a_plan_that_is_gone_is_kept_and_marked(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", out_dial_plan_name="night <b>", in_dial_plan_name="away")
    page = alice.open(f"/sip-accounts/{account.id}")
    assert page.value("out_dial_plan_name") == "night <b>"
    assert page.options("out_dial_plan_name")["night <b>"] == "night <b> (this plan does not exist)"
    assert (page.value("in_dial_plan_name"), page.options("in_dial_plan_name")["away"]) == (
        "away",
        "away (this plan does not exist)",
    )
    page.submit(network_id="attic")
    assert harness.stored(account.id) == account.with_(network_id="attic")


def test_a_stored_blank_in_place_of_a_plan_rings_the_phones(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    with harness.database.write() as session:
        session.connection().exec_driver_sql("update sipaccounts set in_dial_plan_name = ' '")
    assert "In ring the phones" in row_of(alice.open("/sip-accounts"), "front-desk")
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert page.value("in_dial_plan_name") == ""
    assert page.options("in_dial_plan_name").keys() == {"", "default"}


def test_an_account_that_was_stored_against_the_rules_can_still_be_changed(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    with harness.database.write() as session:
        session.connection().exec_driver_sql("update sipaccounts set ip_address_acl = ?", ("x" * 250,))
    edit(alice, account, is_user_disabled=True)
    stored = harness.stored(account.id)
    assert stored is not None
    assert (stored.is_user_disabled, stored.ip_address_acl) == (True, "x" * 250)


def test_an_account_that_is_gone_meanwhile_is_told(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    harness.service_fixture.alice.sip_accounts.delete(desk)
    gone = page.submit(network_id="attic")
    assert (gone.status, gone.h1) == (404, "front-desk has been deleted meanwhile")
    assert gone.follow("SIP accounts").h1 == "SIP accounts"


def test_markup_in_every_field_is_stored_and_shown_as_text(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    edit(alice, desk, ip_address_acl=MARKUP, network_id=MARKUP)
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert (page.value("ip_address_acl"), page.value("network_id")) == (MARKUP, MARKUP)


# What an administrator has locked


def test_a_locked_account_shows_the_reason_and_cannot_be_changed(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    locked = harness.lock(desk, "Unpaid bill")
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert "Disabled by administrator. “Unpaid bill”" in page.text
    assert not page.all("//main//button[normalize-space()='Save account']")
    refused = alice.force(f"/sip-accounts/{desk.id}", {"network_id": "attic"})
    assert refused.status == 422
    assert refused.notes[0].startswith("An administrator has disabled this SIP account")
    assert harness.stored(desk.id) == locked


def test_a_locked_account_cannot_be_deleted_by_its_owner(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.lock(desk)
    page = alice.submit(f"/sip-accounts/{desk.id}/delete")
    assert page.status in (409, 422)
    assert "An administrator has disabled this SIP account" in page.text
    assert harness.stored(desk.id) is not None


def test_an_administrator_locks_and_unlocks_an_account_and_says_why(
    harness: AppHarness, administrator: Browser, desk: SIPAccount
) -> None:
    edit(administrator, desk, is_admin_disabled=True, admin_disabled_reason="Unpaid bill")
    assert harness.stored(desk.id) == desk.with_(is_admin_disabled=True, admin_disabled_reason="Unpaid bill")
    edit(administrator, desk, is_admin_disabled=False, admin_disabled_reason="")
    assert harness.stored(desk.id) == desk


def test_an_administrator_who_changes_somebodys_account_keeps_its_owner_and_plans(
    harness: AppHarness, administrator: Browser
) -> None:
    dial_plan(harness, "alice", "alices-plan")
    account = harness.account("alice", "desk.alice", out_dial_plan_name="alices-plan", in_dial_plan_name="alices-plan")
    page = administrator.open(f"/sip-accounts/{account.id}")
    assert page.options("out_dial_plan_name")["alices-plan"] == "alices-plan"
    page.submit(network_id="attic")
    assert harness.stored(account.id) == account.with_(network_id="attic")


def test_one_who_is_no_administrator_is_not_asked_for_the_lock(alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert not page.has("is_admin_disabled")
    assert not page.has("admin_disabled_reason")


# Deleting


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
