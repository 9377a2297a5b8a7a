"""A plan without code: a list of rules that is filled in, moved and saved without scripts, and stays an ordinary plan."""

from typing import Any

import pytest

from sipsorcery_web.dial_plans.rules.ruby import from_ruby, to_ruby
from sipsorcery_web.dial_plans.rules.rule import Destination, Rule
from sipsorcery_web.portal.areas.dial_plans.rules.rows import COLUMNS
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

from ..conftest import Plan, Stored

ADD = "/dial-plans/add/rules"
NIGHT = Rule(
    direction="in", number_match="exact", number="alice", days=(1, 2, 3, 4, 5), begins=1320, ends=360,
    destinations=(Destination(user="desk"),), seconds=20,
)  # fmt: skip
BUSY = Rule(direction="in", action="respond", code=486, reason="Nobody is “in”")


def fields(page: Page) -> dict[str, list[str]]:
    """The values that the form of rules would be sent with, by field."""
    found: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for control in page.all("//form[@id='plan']//*[self::input or self::select]"):
        name = control.get("name", "")
        if name not in found or (control.get("type") == "checkbox" and control.get("checked") is None):
            continue
        chosen = (
            control.xpath("string(./option[@selected]/@value)") if control.tag == "select" else control.get("value")
        )
        found[name].append(chosen or "")
    return found


def with_field(page: Page, name: str, number: int, value: str) -> dict[str, Any]:
    values = fields(page)[name]
    return {name: [*values[:number], value, *values[number + 1 :]]}


def sentences(page: Page) -> list[str]:
    return [each.text_content().strip() for each in page.all("//*[@class='rule-sentence']")]


def script_of(stored: Stored, plan: Any) -> str:
    found = stored(plan.id)
    return (found.dial_plan_script if found else "") or ""


def press(page: Page, act: str, **hostile: Any) -> Page:
    return page.browser.force_page(page, {"rule_act": act, **dict.fromkeys(COLUMNS), **fields(page), **hostile})


def save(page: Page, hostile: dict[str, Any] | None = None, **typed: Any) -> Page:
    return page.browser.force_page(page, {**fields(page), **(hostile or {})}, **typed)


@pytest.fixture
def rules(plan: Plan) -> Any:
    """A stored plan of alice's with two rules."""
    return plan("by the clock", dial_plan_script=to_ruby([NIGHT, BUSY]), script_type_description="Ruby")


def test_a_new_plan_can_begin_with_rules_and_is_saved_as_ruby(alice: Browser, harness: AppHarness) -> None:
    page = alice.open("/dial-plans/add").follow("Begin with rules")
    assert page.path == ADD
    assert sentences(page)[0] == "Calls in: ring the account that was called for 30 s."
    page = save(page, dial_plan_name="simple")
    assert "simple is added" in page.text
    saved = harness.service_fixture.someone("alice").dial_plans.page(0, 50)
    (found,) = [plan for plan in saved if plan.dial_plan_name == "simple"]
    assert found.script_type_description == "Ruby"
    assert len(from_ruby(found.dial_plan_script or "") or ()) == 3


def test_a_plan_of_rules_opens_as_rules_in_sentences(alice: Browser, rules: Any) -> None:
    page = alice.open(f"/dial-plans/{rules.id}")
    assert page.path == f"/dial-plans/{rules.id}/rules"
    assert sentences(page) == [
        "Calls in to alice on Monday to Friday from 22:00 to 06:00 the next morning: ring desk for 20 s.",
        "Calls in: answer 486 Nobody is “in”.",
    ]
    assert "as text" in " ".join(page.links)


def test_its_text_can_be_seen_and_one_changed_by_hand_stays_text(alice: Browser, rules: Any, stored: Stored) -> None:
    page = alice.open(f"/dial-plans/{rules.id}?as=text")
    assert "# rule: " in page.value("dial_plan_script")
    page = page.submit(dial_plan_script=page.value("dial_plan_script") + "sys.Log 'mine'\n")
    assert page.path == f"/dial-plans/{rules.id}"
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    assert page.path == f"/dial-plans/{rules.id}"
    assert "opens as text" in page.text
    assert script_of(stored, rules).endswith("sys.Log 'mine'\n")


def test_a_rule_is_changed(alice: Browser, rules: Any, stored: Stored) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    page = save(page, with_field(page, "begins", 0, "21:30"))
    assert "by the clock is saved" in page.text
    assert "from 21:30 to 06:00" in sentences(page)[0]
    assert "minute >= 1290" in script_of(stored, rules)


def test_saving_without_a_change_leaves_the_script_as_it_was(alice: Browser, rules: Any, stored: Stored) -> None:
    save(alice.open(f"/dial-plans/{rules.id}/rules"))
    assert script_of(stored, rules) == rules.dial_plan_script


def test_rules_are_added_moved_and_removed_by_buttons_that_save_nothing(
    alice: Browser, rules: Any, stored: Stored
) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    first, second = sentences(page)
    page = press(page, "down-0")
    assert sentences(page) == [second, first]
    assert "not saved yet" in page.text
    page = press(page, "add")
    assert sentences(page)[2] == "Calls in and out: ring the account that was called."
    page = press(page, "up-2")
    page = press(page, "remove-0")
    assert sentences(page) == ["Calls in and out: ring the account that was called.", first]
    assert script_of(stored, rules) == rules.dial_plan_script
    page = save(page)
    assert len(sentences(alice.open(f"/dial-plans/{rules.id}/rules"))) == 2


def test_a_button_for_a_row_that_is_not_there_does_nothing(alice: Browser, rules: Any) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    for act in ("remove-9", "up-0", "down-1", "place-77", "burn-1", "remove", ""):
        assert len(sentences(press(page, act))) == (1 if act == "remove" else 2)


def test_places_are_added_and_ring_in_turn(alice: Browser, harness: AppHarness, rules: Any, stored: Stored) -> None:
    harness.provider("alice", "blueline")
    page = press(alice.open(f"/dial-plans/{rules.id}/rules"), "place-0")
    assert fields(page)["places"] == ["2", "1"]
    typed = {"user": ["desk", "0${EXTEN:1}", ""], "where": ["local", "blueline", "local"]}
    page = save(page, typed | with_field(page, "action", 0, "in_turn"))
    assert "ring desk, then 0${EXTEN:1} through blueline for 20 s each." in sentences(page)[0]
    assert 'sys.Dial "0${EXTEN:1}@blueline", 20' in script_of(stored, rules)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("begins", "25:00", "Enter a time such as 09:00."),
        ("ends", "", "Enter both times"),
        ("number", "", "Enter the number"),
        ("seconds", "x", "Enter a whole number"),
        ("seconds", "999", "at most 180"),
        ("user", "a&b", "“&” cannot stand"),
        ("user", 'x"; sys.Log 1 #', "cannot stand"),
        ("user", "", "Say where it rings."),
        ("where", "a|b", "Choose where it rings."),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    alice: Browser, rules: Any, stored: Stored, name: str, value: str, error: str
) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    page = save(page, with_field(page, name, 0, value))
    assert page.status == 422
    assert error in page.one("//*[@class='error']").text_content()
    link = page.one("//*[@role='alert']//a").get("href", "")
    assert page.all(f"//*[@id='{link.removeprefix('#')}']")
    assert page.one("//li[@class='rule'][1]/details").get("open") is not None
    if name not in ("user", "where"):
        assert fields(page)[name][0] == value
    assert script_of(stored, rules) == rules.dial_plan_script


def test_of_several_problems_each_is_counted_and_leads_to_its_field(alice: Browser, rules: Any) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    page = save(page, with_field(page, "ends", 0, "") | with_field(page, "seconds", 0, "x"))
    assert "There are 2 problems." in page.text
    assert [link.get("href") for link in page.all("//*[@role='alert']//a")] == ["#seconds-0", "#ends-0"]
    assert len(page.all("//*[@class='error']")) == 2


def test_no_day_at_all_is_refused(alice: Browser, rules: Any) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    page = save(page, {"days": [day for day in fields(page)["days"] if day.startswith("1-")]})
    assert "Tick at least one day." in page.text


def test_a_provider_that_is_gone_stays_chosen_and_says_so(alice: Browser, plan: Plan) -> None:
    script = to_ruby([Rule(destinations=(Destination(where="goneline"),))])
    page = alice.open(f"/dial-plans/{plan('old', dial_plan_script=script).id}/rules")
    assert page.options("where")["goneline"] == "goneline (there is no such provider)"
    assert page.value("where") == "goneline"


def test_a_copy_of_rules_is_a_list_of_rules(alice: Browser, rules: Any) -> None:
    page = alice.open(f"/dial-plans/add?copy={rules.id}")
    assert page.path.startswith(ADD)
    assert len(sentences(page)) == 2
    assert "by the clock Copy is added" in save(page).text


def test_too_many_rules_are_refused(alice: Browser, rules: Any) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    columns = {name: values[:1] * 60 for name, values in fields(page).items() if name not in ("days", "user", "where")}
    days = [f"{number}-{day}" for number in range(60) for day in range(7)]
    page = save(page, columns | {"days": days, "user": ["desk"] * 60, "where": ["local"] * 60})
    assert "at most 50 rules" in page.text


def test_hostile_values_never_break_the_page_or_the_script(alice: Browser, rules: Any, stored: Stored) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    hostile = '"><script>alert(1)</script>\n#{exit}'
    changed = with_field(page, "caller", 0, hostile) | with_field(page, "caller_match", 0, "contains")
    page = save(page, changed)
    assert page.status == 200
    (first, _) = from_ruby(script_of(stored, rules)) or ()
    assert first.caller == hostile


def test_bob_sees_and_changes_no_rules_of_alice(bob: Browser, rules: Any, stored: Stored) -> None:
    assert bob.open(f"/dial-plans/{rules.id}/rules").status == 404
    values = {"csrf_token": bob.token(), "dial_plan_name": "mine", "direction": "in"}
    assert bob.post(f"/dial-plans/{rules.id}/rules", values).status == 404
    assert bob.open(f"{ADD}?copy={rules.id}").status == 404
    assert script_of(stored, rules) == rules.dial_plan_script


def test_rules_are_saved_with_a_token_only(alice: Browser, rules: Any, stored: Stored) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    changed = with_field(page, "seconds", 0, "99")
    assert page.browser.force_page(page, {**fields(page), **changed, "csrf_token": None}).status == 400
    assert script_of(stored, rules) == rules.dial_plan_script


def test_a_conflict_shows_both_scripts(alice: Browser, harness: AppHarness, rules: Any, stored: Stored) -> None:
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    harness.service_fixture.someone("alice").dial_plans.update(rules.with_(dial_plan_script=to_ruby([BUSY])))
    page = save(page, with_field(page, "seconds", 0, "99"))
    assert page.status == 409
    page = page.submit(**{"keep-dial_plan_script": "typed"})
    assert '"desk@local", 99' in script_of(stored, rules)
