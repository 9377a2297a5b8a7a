"""Dial plans: what the list tells of them, and adding, changing, copying and deleting one."""

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import delete, update

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.service.store.models import SIPAccountRow, SIPDialPlanRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

from .conftest import SCRIPT, Plan, Stored

LIST = "/dial-plans"
OTHER = "sys.Respond 404\n"


def path(plan: SIPDialPlan) -> str:
    return f"{LIST}/{plan.id}"


def row_of(page: Page, name: str) -> str:
    return next(row for row, row_name in zip(page.rows, page.names, strict=True) if row_name == name)


def save(browser: Browser, plan: SIPDialPlan, **fields: Any) -> Page:
    return browser.submit(path(plan), **fields)


# The list


def test_the_columns_of_a_plan_are_all_there(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    plan("night", trace_email_address="it@example.org")
    harness.account("alice", "front-desk", out_dial_plan_name="night")
    row = row_of(alice.open(LIST), "night")
    for fact in ("Ruby", "front-desk", "it@example.org", "23 Nov 2026", "12:00:00", "Copy", "Delete"):
        assert fact in row
    assert "Owner" not in alice.open(LIST).text


def test_the_administrator_sees_whose_each_plan_is_and_finds_by_owner(
    administrator: Browser, harness: AppHarness, plan: Plan
) -> None:
    plan("night")
    assert "alice" in row_of(administrator.open(LIST), "night")
    assert administrator.open(f"{LIST}?q=ALI").names.count("night") == 1
    assert administrator.open(f"{LIST}?q=bobby").names == ["default"] or harness


def test_extension_lines_are_called_so(alice: Browser, plan: Plan) -> None:
    plan("lines", script_type_description="Asterisk")
    assert "Extension lines" in row_of(alice.open(LIST), "lines")


def test_a_plan_is_used_by_accounts_of_its_owner_alone(harness: AppHarness, administrator: Browser, plan: Plan) -> None:
    plan("night")
    plan("night", owner="bobby")
    harness.account("alice", "front-desk", in_dial_plan_name="night")
    rows = [row for row in administrator.open(f"{LIST}?q=night").rows if "night" in row]
    assert ["front-desk" in row for row in rows] == ["alice" in row for row in rows]
    assert sum("no account" in row for row in rows) == 1


def test_where_the_service_does_not_tell_who_uses_a_plan_that_is_said(
    harness: AppHarness, alice: Browser, plan: Plan
) -> None:
    plan("night")

    def refuse() -> None:
        raise Refused("No.")

    harness.watched.before["GetSIPAccounts"] = refuse
    assert "not known" in row_of(alice.open(LIST), "night")


def test_plans_are_found_by_a_part_of_their_name(alice: Browser, plan: Plan) -> None:
    plan("night")
    plan("day")
    assert alice.open(f"{LIST}?q=IGH").names == ["night"]
    assert "No dial plan with “dusk”" in alice.open(f"{LIST}?q=dusk").text


def test_the_list_takes_3_calls_however_long_it_is(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    for number in range(27):
        plan(f"plan-{number:02}")
    for asked in ("", "?page=2", "?q=plan"):
        alice.open(LIST + asked)
        harness.forget_calls()
        alice.open(LIST + asked)
        assert len(harness.calls) == 3


def test_nobody_who_has_no_plan_is_left_alone(harness: AppHarness, alice: Browser) -> None:
    with harness.database.write() as session:
        session.execute(delete(SIPAccountRow))
        session.execute(delete(SIPDialPlanRow))
    page = alice.open(LIST)
    assert "No dial plans yet" in page.text
    assert page.follow("Write a dial plan").h1 == "New dial plan"
    assert page.follow("Rules, without code").path.endswith("/add/rules")


def test_the_csv_leaves_scripts_out_and_the_json_has_them(alice: Browser, plan: Plan) -> None:
    plan("night")
    table = list(csv.DictReader(io.StringIO(alice.raw("GET", f"{LIST}.csv?q=night").text.removeprefix("\ufeff"))))
    assert [row["Name"] for row in table] == ["night"]
    assert "Script" not in table[0]
    assert json.loads(alice.raw("GET", f"{LIST}.json?q=night").text)[0]["script"] == SCRIPT


# Adding and copying


def test_a_new_plan_begins_with_lines_that_explain_themselves_and_saving_leads_to_it(
    harness: AppHarness, alice: Browser
) -> None:
    form = alice.open(f"{LIST}/add")
    assert form.value("script_type_description") == "Ruby"
    assert "if sys.In then" in form.value("dial_plan_script")
    page = form.submit(dial_plan_name="night", trace_email_address="it@example.org")
    assert page.h1 == "night"
    assert page.notes[0] == "night is added."
    assert "There is no provider your-provider." in page.notes[1]
    added = next(plan for plan in harness.service_fixture.alice.dial_plans.page() if plan.dial_plan_name == "night")
    assert (added.script_type_description, added.owner, added.max_execution_count) == ("Ruby", "alice", 3)
    assert "if sys.In then" in (added.dial_plan_script or "")


def test_extension_lines_have_a_beginning_of_their_own(alice: Browser) -> None:
    form = alice.open(f"{LIST}/add").follow("Begin with extension lines instead")
    assert form.value("script_type_description") == "Asterisk"
    assert "exten =>" in form.value("dial_plan_script")
    assert form.submit(dial_plan_name="lines").notes[0] == "lines is added."


@pytest.mark.parametrize("name", ["", "   "])
def test_a_plan_needs_a_name(harness: AppHarness, alice: Browser, plan: Plan, name: str) -> None:
    assert alice.submit(f"{LIST}/add", dial_plan_name=name).errors == {"dial_plan_name": "Give the plan a name."}
    assert save(alice, plan(), dial_plan_name=name).errors == {"dial_plan_name": "Give the plan a name."}
    assert "UpdateDialPlan" not in harness.calls


def test_a_name_of_65_characters_is_too_long(alice: Browser) -> None:
    assert alice.submit(f"{LIST}/add", dial_plan_name="n" * 65).errors == {
        "dial_plan_name": "The name can have at most 64 characters."
    }


def test_a_name_that_is_taken_is_refused_at_the_field(alice: Browser, plan: Plan) -> None:
    plan("night")
    taken = {"dial_plan_name": "There is a plan with this name already. Choose another name."}
    assert alice.submit(f"{LIST}/add", dial_plan_name="night").errors == taken
    assert save(alice, plan("day"), dial_plan_name="night").errors == taken


def test_bob_may_call_his_plan_as_alice_calls_hers(bob: Browser, plan: Plan) -> None:
    plan("night")
    assert bob.submit(f"{LIST}/add", dial_plan_name="night").notes[0] == "night is added."


def test_a_form_that_is_sent_twice_adds_once(harness: AppHarness, alice: Browser) -> None:
    form = alice.open(f"{LIST}/add")
    form.submit(dial_plan_name="night")
    again = form.submit(dial_plan_name="night")
    assert again.h1 == "night"
    assert [plan.dial_plan_name for plan in harness.service_fixture.alice.dial_plans.page()].count("night") == 1


def test_a_copy_has_the_next_free_name_and_every_character_of_the_script(
    harness: AppHarness, alice: Browser, plan: Plan
) -> None:
    original = plan("night", dial_plan_script="a\r\nb\nc\r\n", script_type_description="Asterisk")
    for name in ("night Copy", "night Copy 2"):
        form = alice.open(f"{LIST}/add?copy={original.id}")
        assert form.value("dial_plan_name") == name
        assert form.submit().notes[0] == f"{name} is added."
    copies = {each.dial_plan_name: each for each in harness.service_fixture.alice.dial_plans.page()}
    assert copies["night Copy 2"].dial_plan_script == "a\r\nb\nc\r\n"
    assert copies["night Copy 2"].script_type_description == "Asterisk"


def test_the_copy_of_a_plan_with_the_longest_name_has_one_that_is_short_enough(alice: Browser, plan: Plan) -> None:
    original = plan("n" * 64)
    form = alice.open(f"{LIST}/add?copy={original.id}")
    assert form.value("dial_plan_name") == "n" * 59 + " Copy"


@pytest.mark.parametrize("asked", ["nonsense", "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11"])
def test_there_is_no_copy_of_what_is_not_there(alice: Browser, asked: str) -> None:
    assert alice.open(f"{LIST}/add?copy={asked}").status == 404


# Changing


def test_saving_leads_back_to_the_plan(alice: Browser, plan: Plan, stored: Stored) -> None:
    night = plan()
    page = save(alice, night, dial_plan_script=OTHER, trace_email_address="it@example.org")
    assert alice.redirects == [path(night)]
    assert page.notes == ["night is saved."]
    kept = stored(night.id)
    assert kept is not None
    assert kept.dial_plan_script == OTHER
    assert kept.trace_email_address == "it@example.org"


@pytest.mark.parametrize("script", [SCRIPT, SCRIPT.replace("\n", "\r\n"), "\n\na\r\nb\rc\n", "", "\t x \u2028y"])
def test_a_script_that_nobody_touches_stays_as_it_is(alice: Browser, plan: Plan, stored: Stored, script: str) -> None:
    night = plan(dial_plan_script=script)
    save(alice, night, trace_email_address="it@example.org")
    kept = stored(night.id)
    assert kept is not None
    assert kept.dial_plan_script == script
    assert kept.trace_email_address == "it@example.org"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_changed_script_keeps_the_line_ends_that_it_had(alice: Browser, plan: Plan, stored: Stored, end: str) -> None:
    night = plan(dial_plan_script=f"a{end}b{end}")
    save(alice, night, dial_plan_script="a\r\nb\r\nc")
    kept = stored(night.id)
    assert kept is not None
    assert kept.dial_plan_script == f"a{end}b{end}c"


def test_30000_characters_are_saved_and_one_more_is_told_before(
    harness: AppHarness, alice: Browser, plan: Plan, stored: Stored
) -> None:
    night = plan()
    assert save(alice, night, dial_plan_script="é" * 30_000).notes[0] == "night is saved."
    page = save(alice, night, dial_plan_script="é" * 30_001)
    assert page.errors == {"dial_plan_script": "The script has 30,001 characters: 1 more than the 30,000."}
    assert page.value("dial_plan_script") == "é" * 30_001
    assert harness.calls.count("UpdateDialPlan") == 1


def test_a_longer_script_from_elsewhere_can_be_kept_while_something_else_changes(
    alice: Browser, plan: Plan, stored: Stored
) -> None:
    night = plan(dial_plan_script="x" * 40_000)
    save(alice, night, trace_email_address="it@example.org")
    kept = stored(night.id)
    assert kept is not None
    assert kept.trace_email_address == "it@example.org"


@pytest.mark.parametrize("script_type", ["Python", "JScript", "Wizard", "asterisk", "Fortran"])
def test_a_type_that_nobody_chooses_is_preserved(alice: Browser, plan: Plan, stored: Stored, script_type: str) -> None:
    night = plan(script_type_description=script_type)
    page = alice.open(path(night))
    if script_type != "asterisk":
        assert page.options("script_type_description")[script_type] == f"{script_type} (kept as it is)"
    save(alice, night, dial_plan_script=OTHER)
    kept = stored(night.id)
    assert kept is not None
    assert kept.script_type_description == script_type
    save(alice, night, script_type_description="Ruby")
    kept = stored(night.id)
    assert kept is not None
    assert kept.script_type_description == "Ruby"


def test_a_type_that_is_not_offered_is_refused(alice: Browser, plan: Plan, stored: Stored) -> None:
    night = plan()
    page = alice.force(path(night), {"script_type_description": "Fortran"})
    assert {*page.errors} == {"script_type_description"}
    kept = stored(night.id)
    assert kept is not None
    assert kept.script_type_description == "Ruby"


def test_execution_count_and_limit_are_shown_and_are_not_the_owners_to_set(
    harness: AppHarness, alice: Browser, plan: Plan, stored: Stored
) -> None:
    night = plan()
    with harness.database.write() as session:
        session.execute(update(SIPDialPlanRow).where(SIPDialPlanRow.id == night.id).values(execution_count=2))
    page = alice.open(path(night))
    assert "2 calls in it now, limit 3." in page.text
    assert not page.has("max_execution_count")
    alice.force(path(night), {"max_execution_count": "99", "authorised_apps": "*"}, dial_plan_script=OTHER)
    kept = stored(night.id)
    assert kept is not None
    assert (kept.max_execution_count, kept.authorised_apps) == (3, None)


def test_the_administrator_sets_limit_and_applications(administrator: Browser, plan: Plan, stored: Stored) -> None:
    night = plan()
    save(administrator, night, max_execution_count="9", authorised_apps="Dial;Log")
    kept = stored(night.id)
    assert kept is not None
    assert (kept.max_execution_count, kept.authorised_apps) == (9, "Dial;Log")
    assert kept.owner == "alice"


@pytest.mark.parametrize("limit", ["", "-1", "many", "1001", "²", "9" * 5000])
def test_a_limit_that_is_no_number_is_refused(administrator: Browser, plan: Plan, limit: str) -> None:
    assert save(administrator, plan(), max_execution_count=limit).errors == {
        "max_execution_count": "Enter a whole number from 0 to 1,000."
    }


def test_what_was_typed_stays_when_the_service_refuses(alice: Browser, plan: Plan) -> None:
    page = save(alice, plan(), dial_plan_script="sys.Log \x07")
    assert page.status == 422
    assert "control character" in page.text


def test_an_expired_session_gives_the_script_back(
    harness: AppHarness, alice: Browser, plan: Plan, stored: Stored
) -> None:
    night = plan()
    long_script = "sys.Log 'é'\n" * 2000
    form = alice.open(path(night))
    harness.revoke("alice")
    message_page = form.submit(dial_plan_script=long_script)
    assert message_page.h1 == "Your session has ended. What you typed has not."
    page = message_page.submit(password="opensesame7")
    assert page.value("dial_plan_script") == long_script.replace("\n", "\r\n")
    page.submit()
    kept = stored(night.id)
    assert kept is not None
    assert kept.dial_plan_script == long_script


# Renaming


def used_by(harness: AppHarness, plan_name: str, *names: str, owner: str = "alice") -> None:
    for name in names:
        harness.account(owner, name, out_dial_plan_name=plan_name, in_dial_plan_name=plan_name)


def test_a_rename_takes_the_accounts_along_when_that_is_ticked(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    night = plan()
    used_by(harness, "night", "front-desk", "back-desk")
    plan("night", owner="bobby")
    used_by(harness, "night", "bobs-line", owner="bobby")
    assert alice.open(path(night)).value("rename_accounts") == "y"
    page = save(alice, night, dial_plan_name="dusk")
    assert "2 SIP accounts use dusk now." in page.notes
    alices = harness.stored_accounts("alice")
    for name in ("front-desk", "back-desk"):
        assert (alices[name].out_dial_plan_name, alices[name].in_dial_plan_name) == ("dusk", "dusk")
        assert alices[name].sip_password == "bl4ckbird!"
    assert harness.stored_accounts("bobby")["bobs-line"].out_dial_plan_name == "night"


def test_a_rename_without_the_tick_names_the_accounts_that_stay(
    harness: AppHarness, alice: Browser, plan: Plan
) -> None:
    night = plan()
    used_by(harness, "night", "front-desk")
    page = save(alice, night, dial_plan_name="dusk", rename_accounts=False)
    assert "Still set to night, which is not there any more: front-desk." in page.notes
    assert harness.stored_accounts("alice")["front-desk"].out_dial_plan_name == "night"


def test_an_account_that_cannot_follow_is_named(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    night = plan()
    used_by(harness, "night", "front-desk")
    harness.lock(harness.stored_accounts("alice")["front-desk"])
    page = save(alice, night, dial_plan_name="dusk")
    assert "Still set to night, which is not there any more: front-desk." in page.notes


def test_a_plan_that_nobody_uses_offers_no_such_tick(alice: Browser, plan: Plan) -> None:
    assert not alice.open(path(plan())).has("rename_accounts")


def test_saving_without_a_rename_changes_no_account(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    night = plan()
    used_by(harness, "night", "front-desk")
    harness.forget_calls()
    save(alice, night, dial_plan_script=OTHER)
    assert "UpdateSIPAccount" not in harness.calls


def test_a_rename_is_offered_to_new_accounts_at_once(alice: Browser, plan: Plan) -> None:
    night = plan()
    alice.open("/sip-accounts/add")
    save(alice, night, dial_plan_name="dusk")
    assert "dusk" in alice.open("/sip-accounts/add").options("in_dial_plan_name")


# Deleting


def test_deleting_names_the_accounts_that_use_the_plan(
    harness: AppHarness, alice: Browser, plan: Plan, stored: Stored
) -> None:
    night = plan()
    used_by(harness, "night", "front-desk")
    page = alice.open(f"{path(night)}/delete")
    assert "1 SIP account uses it." in page.text
    assert "front-desk" in page.text
    assert stored(night.id)
    done = page.submit()
    assert done.h1 == "Dial plans"
    assert "night is deleted." in " ".join(done.notes)
    assert stored(night.id) is None


def test_a_plan_that_nobody_uses_is_deleted_without_a_warning(alice: Browser, plan: Plan) -> None:
    assert "No SIP account uses it." in alice.open(f"{path(plan())}/delete").text


# Somebody else's


def test_bob_finds_alices_plan_by_no_address(bob: Browser, harness: AppHarness, plan: Plan, stored: Stored) -> None:
    night = plan()
    typed = {"csrf_token": bob.token(), "dial_plan_name": "bobs", "dial_plan_script": OTHER}
    typed["script_type_description"] = "Ruby"
    for address in (path(night), f"{path(night)}/delete", f"{path(night)}/versions", f"{path(night)}/versions/1"):
        assert bob.open(address).status == 404
    for address in (path(night), f"{path(night)}/delete", f"{path(night)}/versions/1/restore"):
        assert bob.post(address, typed).status == 404
    assert bob.open(f"{LIST}/add?copy={night.id}").status == 404
    assert stored(night.id) == night
    assert not {"UpdateDialPlan", "DeleteDialPlan"} & {*harness.calls}


def test_bob_cannot_put_a_new_plan_in_the_place_of_alices(bob: Browser, plan: Plan, stored: Stored) -> None:
    night = plan()
    bob.force(f"{LIST}/add", {"id": str(night.id), "owner": "alice"}, dial_plan_name="night")
    assert stored(night.id) == night
