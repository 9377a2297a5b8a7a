"""Test cases of a plan: kept from a try, run at each save, and asked about before they change."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.storage.dial_plan_test_cases import MOST, DialPlanTestCases
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from tests.portal.app_harness import AppHarness
from tests.portal.areas.dial_plans.conftest import Plan, Stored
from tests.portal.browser import Browser, Page, words

LINES = "exten => 112,1,SIPReply(403,No emergency calls)\nexten => _0.,1,SIPReply(486,Busy)\n"
OTHER = LINES.replace("403,No", "404,No")


@pytest.fixture
def lines(plan: Plan) -> SIPDialPlan:
    """A plan of extension lines, which need no Ruby."""
    return plan("lines", script_type_description="Asterisk", dial_plan_script=LINES)


def kept(browser: Browser, plan: SIPDialPlan, number: str = "112", name: str = "emergency") -> Page:
    """Try a call and keep it."""
    page = browser.submit(f"/dial-plans/{plan.id}/try", number=number)
    page.control("case_name").set("value", name)
    return page.press("Keep as a test case")


def entries(page: Page) -> list[str]:
    return [words(each) for each in page.all("//ol[contains(@class, 'cases')]/li")]


def test_a_try_is_kept_as_a_test_case(alice: Browser, lines: SIPDialPlan) -> None:
    page = kept(alice, lines)
    assert page.path == f"/dial-plans/{lines.id}/cases"
    assert "emergency is kept." in page.text
    (entry,) = entries(page)
    assert entry.startswith("emergency Passes Out, to 112, from alice")
    assert "The caller gets 403 No emergency calls." in entry
    assert "1 test case" in alice.open(f"/dial-plans/{lines.id}").text


def test_a_save_that_changes_no_result_asks_nothing(alice: Browser, lines: SIPDialPlan, stored: Stored) -> None:
    kept(alice, lines)
    page = alice.submit(f"/dial-plans/{lines.id}", dial_plan_script=LINES + "; more\n")
    assert "lines is saved." in page.text
    assert "; more" in ((stored(lines.id) or lines).dial_plan_script or "")


def test_a_changed_result_is_shown_before_saving_and_needs_a_yes(
    alice: Browser, lines: SIPDialPlan, stored: Stored
) -> None:
    kept(alice, lines)
    page = alice.submit(f"/dial-plans/{lines.id}", dial_plan_script=OTHER)
    assert page.status == 422
    assert "1 test case gives another result. Nothing is saved yet." in page.text
    assert "The caller gets 404 No emergency calls." in page.text
    assert (stored(lines.id) or lines).dial_plan_script == LINES
    page = page.submit(button="Save; the new results are right")
    assert "lines is saved." in page.text
    assert (stored(lines.id) or lines).dial_plan_script == OTHER
    (entry,) = entries(alice.open(f"/dial-plans/{lines.id}/cases"))
    assert "Passes" in entry
    assert "404" in entry


def test_results_that_are_not_wanted_count_as_failing_until_they_are_right(alice: Browser, lines: SIPDialPlan) -> None:
    kept(alice, lines)
    page = alice.submit(f"/dial-plans/{lines.id}", dial_plan_script=OTHER)
    page.submit(button="Save; they count as failing")
    assert "1 of 1 test case fails" in alice.open("/dial-plans").text
    (entry,) = entries(alice.open(f"/dial-plans/{lines.id}/cases"))
    assert "Fails" in entry
    page = alice.submit(f"/dial-plans/{lines.id}", dial_plan_script=OTHER + "; again\n")
    assert "lines is saved." in page.text, "what was seen before is not asked about again"
    alice.submit(f"/dial-plans/{lines.id}", dial_plan_script=LINES)
    assert "test case fails" not in alice.open("/dial-plans").text


def test_a_yes_to_other_results_is_none_to_these(alice: Browser, lines: SIPDialPlan, stored: Stored) -> None:
    kept(alice, lines)
    page = alice.force(f"/dial-plans/{lines.id}", {"results": "right:" + "0" * 64}, dial_plan_script=OTHER)
    assert page.status == 422
    assert (stored(lines.id) or lines).dial_plan_script == LINES


def test_the_last_result_can_be_taken_for_the_wanted_one(
    alice: Browser, harness: AppHarness, lines: SIPDialPlan
) -> None:
    harness.test_case(lines, last=["The caller gets 486 Busy."])
    page = alice.open(f"/dial-plans/{lines.id}/cases")
    assert "Fails" in page.text
    case = page.all("//form[contains(@action, '/accept')]")[0].get("action")
    assert "Passes" in entries(page.submit(action=case))[0]


def test_all_are_run_at_once_with_the_saved_plan(alice: Browser, harness: AppHarness, lines: SIPDialPlan) -> None:
    harness.test_case(lines)
    page = alice.open(f"/dial-plans/{lines.id}/cases").submit(action=f"/dial-plans/{lines.id}/cases/run")
    assert "1 test case of 1 failed." in page.text
    assert "The caller gets 486 Busy." in page.text


def test_a_case_is_tried_again_with_all_that_was_typed(alice: Browser, lines: SIPDialPlan) -> None:
    page = kept(alice, lines).follow("Try it: emergency")
    assert (page.value("number"), page.value("caller")) == ("112", "alice")


def test_a_case_is_deleted_alone_or_with_its_plan(alice: Browser, harness: AppHarness, lines: SIPDialPlan) -> None:
    case = harness.test_case(lines)
    harness.test_case(lines, "in the morning")
    page = alice.open(f"/dial-plans/{lines.id}/cases")
    page = page.submit(action=f"/dial-plans/{lines.id}/cases/{case.id}/delete")
    assert [entry.split(" Passes")[0] for entry in entries(page)] == ["in the morning"]
    alice.submit(f"/dial-plans/{lines.id}/delete")
    alice.open("/dial-plans")
    harness.clock.now += timedelta(minutes=20)
    assert DialPlanTestCases(harness.database, harness.keyring, harness.clock).of_plan(lines.id, "alice") == []


def test_a_case_that_cannot_be_read_is_shown_as_such_and_can_be_deleted(
    alice: Browser, harness: AppHarness, lines: SIPDialPlan
) -> None:
    seen = ["The caller gets 486 Busy."]
    lost, good = harness.test_case(lines), harness.test_case(lines, "in the morning", expected=seen, last=seen)
    with harness.database.write() as session:
        session.execute(text("UPDATE dial_plan_test_cases SET sealed = 'x' WHERE id = :id"), {"id": str(lost.id)})

    page = alice.open(f"/dial-plans/{lines.id}/cases")

    first, second = entries(page)
    assert first.startswith("in the morning")
    assert second.startswith("Cannot be read Not run The key that this test case was sealed with")
    assert "2 of at most 100" in page.text
    assert "lines is saved." in alice.submit(f"/dial-plans/{lines.id}", dial_plan_script=LINES + "; more\n").text
    assert alice.open(f"/dial-plans/{lines.id}/try?case={lost.id}").status == 404
    page = alice.open(f"/dial-plans/{lines.id}/cases").submit(action=f"/dial-plans/{lines.id}/cases/{lost.id}/delete")
    assert "The test case is deleted." in page.text
    assert DialPlanTestCases(harness.database, harness.keyring).of_plan(lines.id, "alice") == [good]


def test_undoing_the_deletion_of_a_plan_brings_its_cases_back(
    alice: Browser, harness: AppHarness, lines: SIPDialPlan
) -> None:
    harness.test_case(lines)
    alice.submit(f"/dial-plans/{lines.id}/delete").submit(action="/undo")
    harness.clock.now += timedelta(minutes=20)
    assert len(DialPlanTestCases(harness.database, harness.keyring, harness.clock).of_plan(lines.id, "alice")) == 1


def test_bob_reaches_none_of_alice_s_cases(bob: Browser, harness: AppHarness, lines: SIPDialPlan, plan: Plan) -> None:
    case = harness.test_case(lines)
    his = plan("his", owner="bobby")
    for address in (f"{lines.id}/cases", f"{lines.id}/try?case={case.id}", f"{his.id}/try?case={case.id}"):
        assert bob.open(f"/dial-plans/{address}").status == 404
    for act in ("accept", "delete"):
        for plan_id in (lines.id, his.id):
            page = bob.post(f"/dial-plans/{plan_id}/cases/{case.id}/{act}", {"csrf_token": bob.token()})
            assert page.status == 404
    cases = DialPlanTestCases(harness.database, harness.keyring)
    assert cases.of_plan(lines.id, "alice") == [case]


def test_a_plan_has_a_hundred_cases_at_most(alice: Browser, harness: AppHarness, lines: SIPDialPlan) -> None:
    for _ in range(MOST):
        harness.test_case(lines)
    page = kept(alice, lines)
    assert page.status == 422
    assert "at most 100 test cases" in page.text


def test_ruby_that_is_not_ready_keeps_no_plan_from_being_saved(alice: Browser, harness: AppHarness, plan: Plan) -> None:
    night = plan()
    harness.test_case(night)
    page = alice.submit(f"/dial-plans/{night.id}", dial_plan_script="# other\n")
    assert "night is saved." in page.text
    assert "Not all test cases were run. Ruby is being prepared" in page.text


class Broken:
    """A storage that does not answer."""

    def __getattr__(self, name: str) -> object:
        def fail(*arguments: object) -> object:
            raise StorageUnavailable("down")

        return fail


def test_a_storage_that_does_not_answer_keeps_no_plan_from_being_saved(
    alice: Browser, harness: AppHarness, lines: SIPDialPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(parts_of(harness.app), DialPlanTestCases, Broken())
    page = alice.submit(f"/dial-plans/{lines.id}", dial_plan_script=OTHER)
    assert "lines is saved." in page.text
    assert "The test cases cannot be read at the moment." in page.text
    assert alice.open("/dial-plans").status == 200


def test_an_earlier_version_that_changes_results_comes_into_the_editor_first(
    alice: Browser, lines: SIPDialPlan, stored: Stored
) -> None:
    alice.submit(f"/dial-plans/{lines.id}", dial_plan_script=OTHER)
    kept(alice, lines)
    page = alice.open(f"/dial-plans/{lines.id}/versions")
    page = page.submit(action=f"/dial-plans/{lines.id}/versions/1/restore")
    assert "Version 1 is in the editor" in page.text
    assert page.value("dial_plan_script").split() == LINES.split()
    assert (stored(lines.id) or lines).dial_plan_script == OTHER


def test_a_call_record_is_tried_again_through_the_plan_that_would_take_it(
    alice: Browser, harness: AppHarness, lines: SIPDialPlan
) -> None:
    harness.account("alice", "front-desk", out_dial_plan_name="lines")
    header = '"Alice" <sip:front-desk@sip.example.org>'
    cdr = harness.cdr("alice", call_direction="Out", dst="112", from_user="front-desk", from_header=header)
    page = alice.open(f"/cdrs/{cdr}").follow("What would happen now?")
    assert page.path == f"/dial-plans/{lines.id}/try?call={cdr}"
    assert page.value("number") == "112"
    assert "ended with 200" in page.text
    page = page.submit()
    assert "The caller gets 403 No emergency calls." in page.text


def test_a_call_record_whose_plan_is_not_known_asks_which(alice: Browser, harness: AppHarness, plan: Plan) -> None:
    plan("one")
    cdr = harness.cdr("alice", call_direction="Out", dst="112")
    page = alice.open(f"/cdrs/{cdr}").follow("What would happen now?")
    assert "choose one" in page.text
    assert "one" in page.links


def test_bob_cannot_try_alice_s_call(bob: Browser, harness: AppHarness, plan: Plan) -> None:
    cdr = harness.cdr("alice", call_direction="Out", dst="112")
    his = plan("his", owner="bobby")
    assert bob.open(f"/dial-plans/for-call/{cdr}").status == 404
    assert bob.open(f"/dial-plans/{his.id}/try?call={cdr}").status == 404
    assert bob.open(f"/dial-plans/{his.id}/try?call=x").status == 404
