"""The page of a try: what would happen to a call, on a page that works without scripts."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.outcomes import OVERLOADED, Ended, Progress
from sipsorcery_web.dial_plans.rules.ruby import to_ruby
from sipsorcery_web.dial_plans.rules.rule import Rule
from sipsorcery_web.dial_plans.service.client import PlanServiceTooSlow, PlanServiceUnavailable
from sipsorcery_web.dial_plans.world import World
from tests.portal.app_harness import AppHarness
from tests.portal.areas.dial_plans.conftest import Plan, Stored
from tests.portal.browser import Browser, Page, words

LINES = "; comment\nexten => 112,1,SIPReply(403,No emergency calls)\nexten => _0.,1,Dial(${EXTEN:1}@blueline)\n"


@pytest.fixture
def lines(plan: Plan, harness: AppHarness) -> str:
    """The address of a try of a plan of extension lines."""
    harness.provider("alice", "blueline")
    return f"/dial-plans/{plan('lines', script_type_description='Asterisk', dial_plan_script=LINES).id}/try"


def ran(page: Page) -> list[str]:
    """The lines that have run."""
    return [words(each) for each in page.all("//*[contains(@class, 'try-lines')]//li[@class='ran']")]


def legs(page: Page) -> list[str]:
    return [words(each) for each in page.all("//ul[@class='try-fates']/li")]


def test_alice_comes_from_the_plan_and_tries_a_number(alice: Browser, lines: str) -> None:
    page = alice.open(lines.removesuffix("/try")).follow("Try the saved plan")
    assert page.path == lines
    page = page.submit(number="112")
    assert "The caller gets 403 No emergency calls." in page.text
    assert ran(page) == ["2 Ran: exten => 112,1,SIPReply(403,No emergency calls)"]
    assert "Line 2 matches." in page.text
    assert "ms of processor time" in page.text


def test_a_leg_is_named_and_its_answer_can_be_typed(alice: Browser, lines: str) -> None:
    page = alice.submit(lines, number="0123", caller="alice")
    assert legs(page) == ["123@blueline provider blueline rang until 180 s"]
    assert "The caller gets 480 Temporarily unavailable." in page.text
    assert page.value("123@blueline") == "nobody"
    page = page.submit(**{"123@blueline": "answered", "123@blueline after": "7"})
    assert "The caller talks to 123@blueline after 7 s." in page.text
    assert page.value("123@blueline after") == "7"
    page = page.submit(**{"123@blueline": "refused", "123@blueline with": "404", "123@blueline after": ""})
    assert "The caller gets 404 Not found." in page.text


def test_an_answer_may_be_one_text_in_the_field_that_has_the_leg_s_name(alice: Browser, lines: str) -> None:
    page = alice.force(lines, {"123@blueline": "refused 404 after 2"}, number="0123")
    assert "The caller gets 404 Not found." in page.text


def test_an_answer_that_no_leg_gives_is_told_beside_its_field(alice: Browser, lines: str) -> None:
    page = alice.submit(lines, number="0123").submit(**{"123@blueline": "redirected"})
    assert page.status == 422
    assert "Say where the leg is redirected to" in page.errors["123@blueline"]
    assert page.value("123@blueline") == "redirected"
    assert "There is 1 problem. It was not tried." in page.text
    assert page.one("//*[@role='alert']//a").get("href") == "#leg-1"
    both = page.submit(number="", **{"123@blueline": "redirected"})
    assert "There are 2 problems. It was not tried." in both.text
    page = page.submit(**{"123@blueline with": "200@else.example"})
    assert "302 Moved temporarily to 200@else.example at 0 s, which is not followed" in page.text


@pytest.mark.parametrize(
    ("field", "typed", "words_of_it"),
    [
        ("number", "", "Type the number"),
        ("number", "1 2", "as somebody dials it"),
        ("caller", "a\x07b", "Type a number, an account"),
        ("time", "tomorrow", "Type a day and a time"),
        ("time", "0001-01-01T00:00", "Type a day and a time"),
        ("seed", "7" * 101, "at most 100 characters"),
        ("script", "x" * 30_001, "1 characters more than the 30,000"),
    ],
)
def test_what_cannot_be_tried_is_told_at_its_field(
    alice: Browser, lines: str, field: str, typed: str, words_of_it: str
) -> None:
    page = alice.force(lines, {field: typed}, number="112")
    assert page.status == 422
    assert "It was not tried." in page.text
    assert words_of_it in page.text


def test_more_answers_than_are_kept_are_refused(alice: Browser, lines: str) -> None:
    page = alice.force(lines, {f"5@{'x' * 65_536}": "busy"}, number="112")
    assert page.status == 422
    assert "All answers may have 65,536 characters together." in page.text


def test_the_text_of_the_editor_is_tried_before_it_is_saved_and_goes_back(
    alice: Browser, lines: str, stored: Stored
) -> None:
    editor = lines.removesuffix("/try")
    page = alice.open(editor)
    page.control("dial_plan_script").text = "exten => 112,1,SIPReply(404,Nobody)"
    page = page.press("Try this script")
    assert page.path == lines
    assert "not saved" in page.text
    page = page.submit(number="112")
    assert "The caller gets 404 Nobody." in page.text
    page = page.press("Take this script into the editor")
    assert page.path.startswith(f"{editor}?kept=")
    assert page.value("dial_plan_script").strip() == "exten => 112,1,SIPReply(404,Nobody)"
    assert "Nothing is saved yet" in page.text
    assert "; comment" in alice.open(editor).value("dial_plan_script")


def test_a_chosen_type_goes_along_with_the_text(alice: Browser, lines: str) -> None:
    page = alice.open(lines.removesuffix("/try"))
    for option in page.control("script_type_description").iter("option"):
        option.attrib.pop("selected", None)
        if option.get("value") == "Ruby":
            option.set("selected", "selected")
    page = page.press("Try this script").submit(number="112")
    assert "Ruby is being prepared" in page.text


def test_a_call_that_comes_in_is_one_to_an_account(alice: Browser, plan: Plan, harness: AppHarness) -> None:
    harness.account("alice", "front-desk", in_dial_plan_name="in")
    text = "exten => front-desk,1,Dial(${EXTEN}@local & ${fromuriuser}@blueline)"
    found = plan("in", script_type_description="Asterisk", dial_plan_script=text)
    harness.provider("alice", "blueline")
    page = alice.submit(
        f"/dial-plans/{found.id}/try", number="front-desk", direction="in", caller='"Bob" <sip:0301@else.example>'
    )
    assert legs(page) == [
        "front-desk@sip.example.org phones of the account rang until 180 s",
        "0301@blueline provider blueline rang until 180 s",
    ]
    page = page.submit(**{"front-desk@sip.example.org": "unregistered"})
    assert "No phone is registered for front-desk@sip.example.org." in page.text


def test_bob_s_account_is_neither_confirmed_nor_denied(alice: Browser, plan: Plan, harness: AppHarness) -> None:
    harness.account("bobby", "bobs-desk")
    text = "exten => 1,1,Dial(bobs-desk@local & nobodys-desk@local)"
    found = plan("out", script_type_description="Asterisk", dial_plan_script=text)
    page = alice.submit(f"/dial-plans/{found.id}/try", number="1")
    assert {leg.split("@")[0] for leg in legs(page)} == {"bobs-desk", "nobodys-desk"}
    assert len({leg.split(" ", 1)[1] for leg in legs(page)}) == 1
    page = page.submit(**{"bobs-desk@sip.example.org": "unknown"})
    assert "There is no account bobs-desk@sip.example.org." in page.text


def test_bob_is_not_shown_alice_s_plan(bob: Browser, lines: str) -> None:
    for address in (lines, lines + "/edit"):
        page = bob.post(address, {"csrf_token": bob.token(), "number": "112", "script": "x"})
        assert page.status == 404
    assert bob.open(lines).status == 404


def test_without_a_token_nothing_is_tried(alice: Browser, lines: str) -> None:
    page = alice.post(lines, {"number": "112", "direction": "out", "time": "2026-01-01 10:00"})
    assert page.status == 400
    assert "The caller gets" not in page.text


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (None, "Ruby is being prepared for its first plan here"),
        (PlanServiceUnavailable("no"), "The plan service does not answer at the moment."),
        (PlanServiceTooSlow("no"), "this try did not come to its end within a minute"),
    ],
)
def test_a_plan_service_that_cannot_run_it_is_told_and_what_was_typed_stays(
    alice: Browser, harness: AppHarness, plan: Plan, error: Exception | None, sentence: str
) -> None:
    harness.plan_service.error = error or harness.plan_service.error
    page = alice.submit(f"/dial-plans/{plan().id}/try", number="4711", seed="dice")
    assert page.status == 503
    assert sentence in page.text
    assert (page.value("number"), page.value("seed")) == ("4711", "dice")


def test_an_overloaded_plan_service_is_told(alice: Browser, harness: AppHarness, plan: Plan) -> None:
    harness.plan_service.ruby = lambda execution, world: Progress(outcome=OVERLOADED)
    page = alice.submit(f"/dial-plans/{plan().id}/try", number="1")
    assert page.status == 503
    assert "Too many plans run at the moment." in page.text


def test_a_second_try_at_once_has_to_wait(alice: Browser, harness: AppHarness, plan: Plan) -> None:
    address, seen = f"/dial-plans/{plan().id}/try", []

    def run(execution: Execution, world: World) -> Progress:
        with ThreadPoolExecutor(1) as elsewhere:
            other = elsewhere.submit(lambda: harness.signed_in("alice").submit(address, number="1"))
        seen.append(other.result().text)
        return Progress(outcome=OVERLOADED)

    harness.plan_service.ruby = run
    alice.submit(address, number="1")
    assert "Another try of yours is still running." in seen[0]


def test_questions_that_nobody_has_answered_get_a_field(alice: Browser, harness: AppHarness, plan: Plan) -> None:
    def run(execution: Execution, world: World) -> Progress:
        found = [
            world.read_value("mode"),
            world.web_get("https://rates.example/", 5).text,
            str(len(world.current_calls())),
        ]
        return Progress(outcome=Ended(code=486, reason=" ".join(map(str, found))))

    harness.plan_service.ruby = run
    page = alice.submit(f"/dial-plans/{plan().id}/try", number="1")
    assert "The caller gets 486 None None 0." in page.text
    assert "Nobody has answered 3 of these yet" in page.text
    page = page.submit(**{"value:mode": "night", "web:https://rates.example/": "1.5", "calls:": "2"})
    assert "The caller gets 486 night 1.5 2." in page.text
    assert page.value("value:mode") == "night"


def test_answers_to_what_was_not_asked_this_time_stay(alice: Browser, lines: str) -> None:
    page = alice.submit(lines, number="0123").submit(**{"123@blueline": "busy"}, number="112")
    page = page.submit(number="0123")
    assert page.value("123@blueline") == "busy"


def test_a_script_that_tells_marks_is_only_text(alice: Browser, plan: Plan) -> None:
    text = 'exten => 1,1,SIPReply(486,"<script>alert(1)</script>")'
    found = plan("marks", script_type_description="Asterisk", dial_plan_script=text)
    page = alice.submit(f"/dial-plans/{found.id}/try", number="1", caller="<script>")
    assert not page.all("//main//script")
    assert "<script>alert(1" in page.text


def test_an_administrator_tries_the_plan_of_a_customer_with_the_customer_s_records(
    harness: AppHarness, lines: str
) -> None:
    page = harness.signed_in("root-admin").submit(lines, number="0123", caller="alice")
    assert legs(page) == ["123@blueline provider blueline rang until 180 s"]


def test_rules_are_tried_before_they_are_saved(alice: Browser, plan: Plan, stored: Stored) -> None:
    rules = plan("rules", dial_plan_script=to_ruby([Rule(action="respond", code=486, reason="No")]))
    page = alice.open(f"/dial-plans/{rules.id}/rules")
    page.control("reason").set("value", "Not today")
    page = page.press("Try these rules")
    assert page.path.startswith(f"/dial-plans/{rules.id}/try?kept=")
    assert "Not today" in page.value("script")
    assert "Not today" not in ((stored(rules.id) or rules).dial_plan_script or "")


def test_a_trace_that_a_plan_asks_for_is_told_and_not_sent(alice: Browser, harness: AppHarness, plan: Plan) -> None:
    done = Progress(outcome=Ended(code=486, reason="no"), wants_trace=True)
    harness.plan_service.ruby = lambda execution, world: done
    page = alice.submit(f"/dial-plans/{plan().id}/try", number="1")
    assert "The plan asks for this log by mail. At a try it is not sent." in page.text
