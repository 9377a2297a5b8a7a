"""Remarks on a plan's page: Ruby's own where it can be asked, and names that nobody has."""

import pytest

from sipsorcery_web.dial_plans.outcomes import Checked
from sipsorcery_web.dial_plans.service.client import PlanServiceUnavailable
from sipsorcery_web.portal.areas.dial_plans.names import Known, unknown_names
from sipsorcery_web.portal.areas.dial_plans.references import references
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

from .conftest import Plan, Stored

TAKEN = Checked(is_mended=False)
REFUSED = Checked(is_mended=False, line=2, message="unexpected end-of-input")
OLD = Checked(
    is_mended=False, line=1, message="unexpected ','", advice='A hash is written with =>: {"key" => "value"}.'
)
KNOWN = Known(
    accounts={"desk", "front-desk"}, providers={"blueline", "my line"}, domains={"local", "sip.local"}, plans={"night"}
)


def remarks(page: Page) -> list[str]:
    return [" ".join(each.text_content().split()) for each in page.all("//li[@data-line]")]


def test_what_ruby_says_stands_on_the_page_with_its_line(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    harness.plan_service.checked = REFUSED
    page = alice.open(f"/dial-plans/{plan(dial_plan_script='if true').id}")
    assert remarks(page) == ["Line 2. Ruby does not take this: unexpected end-of-input."]
    assert "The service cannot read this plan" in page.text
    assert "Ruby has read the script." in page.text


def test_pasted_quotes_are_named_in_place_of_where_ruby_stumbles_over_them(
    harness: AppHarness, alice: Browser, plan: Plan
) -> None:
    harness.plan_service.checked = REFUSED
    page = alice.open(f"/dial-plans/{plan(dial_plan_script='sys.Log(”a”)').id}")
    (remark,) = remarks(page)
    assert remark.startswith("Line 1. Character 9 is U+201D")
    assert "The service cannot read this plan" in page.text


def test_what_ruby_takes_is_not_doubted(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    script = "x = {\n  'a' => 1\n  'b' => 2 }\n"
    stored = plan(dial_plan_script=script)
    assert remarks(alice.open(f"/dial-plans/{stored.id}"))
    harness.plan_service.checked = TAKEN
    assert not remarks(alice.open(f"/dial-plans/{stored.id}"))


def test_while_ruby_cannot_be_asked_the_page_says_whose_remarks_these_are(
    harness: AppHarness, alice: Browser, plan: Plan
) -> None:
    stored = plan(dial_plan_script="if true\n")
    page = alice.open(f"/dial-plans/{stored.id}")
    assert remarks(page) == ["Line 1. This if has no end."]
    assert "Ruby is being prepared" in page.text
    harness.plan_service.error = PlanServiceUnavailable("It does not run.")
    assert "Ruby has not read the script: remarks are guesses." in alice.open(f"/dial-plans/{stored.id}").text


def test_to_look_at_a_plan_does_not_start_the_plan_service_and_to_save_one_does(
    harness: AppHarness, alice: Browser, plan: Plan
) -> None:
    page = alice.open(f"/dial-plans/{plan(dial_plan_script='x = 1').id}")
    assert harness.plan_service.asked == [("x = 1", "alice", False)]
    harness.plan_service.asked.clear()
    page.submit(dial_plan_script="x = 2")
    assert harness.plan_service.asked[0] == ("x = 2", "alice", True)


def test_old_syntax_that_cannot_run_is_refused_with_what_to_write_instead(
    harness: AppHarness, alice: Browser, plan: Plan, stored: Stored
) -> None:
    harness.plan_service.checked = OLD
    saved = plan(dial_plan_script="x = 1")
    page = alice.open(f"/dial-plans/{saved.id}").submit(dial_plan_script='h = {"a", 1}')
    assert page.status == 422
    assert page.errors["dial_plan_script"] == (
        'Line 1: Ruby does not take this: unexpected \',\'. A hash is written with =>: {"key" => "value"}.'
    )
    assert "You can save the plan as it is" not in page.text
    plan_now = stored(saved.id)
    assert plan_now is not None
    assert plan_now.dial_plan_script == "x = 1"


def test_old_syntax_that_is_stored_already_keeps_nobody_from_renaming_the_plan(
    harness: AppHarness, alice: Browser, plan: Plan
) -> None:
    harness.plan_service.checked = OLD
    page = alice.open(f"/dial-plans/{plan(dial_plan_script='h = 1').id}").submit(dial_plan_name="renamed")
    assert "renamed is saved" in page.text


def test_a_plan_with_another_slip_can_be_saved(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    harness.plan_service.checked = REFUSED
    page = alice.open(f"/dial-plans/{plan().id}").submit(dial_plan_script="if true")
    assert "night is saved" in page.text


def test_a_script_that_is_rewritten_says_so(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    harness.plan_service.checked = Checked(is_mended=True)
    page = alice.open(f"/dial-plans/{plan(dial_plan_script='x = 1').id}")
    assert "rewritten for this one each time" in page.text


def test_names_that_nobody_has_are_pointed_at(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    harness.provider("alice", "blueline")
    harness.account("alice", "front-desk")
    script = 'sys.Dial "1@blueline"\nsys.Dial "1@greenline"\nsys.Dial "front-desk@local&back-desk@local"\n'
    assert remarks(alice.open(f"/dial-plans/{plan(dial_plan_script=script).id}")) == [
        "Line 2. There is no provider greenline.",
        "Line 3. There is no SIP account back-desk among yours.",
    ]


def test_the_names_of_bob_are_none_of_alices(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    harness.provider("bobby", "blueline")
    stored = plan(dial_plan_script="sys.Dial '1@blueline'")
    assert remarks(alice.open(f"/dial-plans/{stored.id}")) == ["Line 1. There is no provider blueline."]


def test_a_new_plan_has_no_remarks_before_anything_is_typed(alice: Browser) -> None:
    assert not remarks(alice.open("/dial-plans/add"))


@pytest.mark.parametrize(
    "script",
    [
        'sys.Dial "1@blueline[dt=5]|desk@local&x.desk@sip.local"',
        'sys.dial("1@My Line", 30)',
        'sys.Dial "#{num}@#{provider}"',
        'sys.Dial "00" + num + "@greenline"',
        'sys.Dial num + "@greenline"',
        'sys.Dial "bob@sip.example.org"',
        'sys.Dial "1@192.0.2.1:5060"',
        '# sys.Dial "1@greenline"',
        'sys.Log "1@greenline"',
        'sys.Dial "desk@local" if who == "nobody"',
        'sys.Dial "${EXTEN:1}@${fromname}"',
        "sys.Dial(%q{1@greenline})",
        'sys.Respond 404 if sys.DialPlanName == "night"',
        'sys.IsAvailable("desk")',
        'sys.Dial "["',
    ],
)
def test_names_that_are_there_or_cannot_be_known_are_left_alone(script: str) -> None:
    assert [*unknown_names("Ruby", script, KNOWN)] == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sys.Dial 'greenline'", "There is no provider greenline."),
        ('sys.Dial "#{num}@greenline"', "There is no provider greenline."),
        ('sys.Dial("bob@local", 30)', "There is no SIP account bob among yours."),
        ('sys.is_available("bob")', "There is no SIP account bob among yours."),
        ('if sys.DialPlanName == "day"', "There is no dial plan day."),
    ],
)
def test_each_kind_of_name(script: str, said: str) -> None:
    assert [each.message for each in unknown_names("Ruby", script, KNOWN)] == [said]


def test_extension_lines_name_providers_too() -> None:
    lines = (
        "exten => _0.,1,Dial(${EXTEN}@greenline)\nexten => 1,1,Switch(u,p,x@sip.local)\nexten = 2,1,Dial(desk@local)\n"
    )
    assert [each.line for each in unknown_names("Asterisk", lines, KNOWN)] == [1]
    assert [each.text for each in references("Asterisk", lines)] == [
        "${EXTEN}@greenline",
        "x@sip.local",
        "desk@local",
    ]
