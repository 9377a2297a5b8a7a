"""Executions of dial plans at the records of calls: for the plan's owner alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from sipsorcery_web.calls.executions import Executions
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.dial_plans.call_executions import CallExecution, RungDial, RungLeg
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.journal import Entry
from sipsorcery_web.dial_plans.legs import Leg
from sipsorcery_web.dial_plans.outcomes import Dialling, Ended
from tests.calls.kept_executions import BLUELINE, running
from tests.dial_plans.worlds import call
from tests.factories.records import dial_plan
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

SCRIPT = 'mode = sys.DBRead("mode")\nsys.Dial "blueline" unless mode == "night"\nsys.Dial "desk@local"\n'
CALL_ID = "3c26700c57f1@203.0.113.41"
DESK = Leg(kind="account", name="desk@sip.example.org", uri="sip:desk@sip.example.org", account="desk@sip.example.org")

Ran = Callable[..., UUID]


@pytest.fixture
def plan(harness: AppHarness) -> SIPDialPlan:
    return harness.service_fixture.alice.dial_plans.add(dial_plan("mine", dial_plan_script=SCRIPT))


@pytest.fixture
def ran(harness: AppHarness, plan: SIPDialPlan) -> Ran:
    """A call of alice's whose plan rang a provider that was busy, and then a phone, which was answered."""

    def ran(**more: Any) -> UUID:
        began = harness.clock().timestamp()
        dials = (
            dial_of(began, RungLeg(leg=BLUELINE, start=0.0, end=2.0, state="failed", status=486, reason="Busy Here")),
            dial_of(began + 2, RungLeg(leg=DESK, start=0.0, end=4.25, state="answered", status=200), state="Answered"),
        )
        kept = running(
            harness.clock(),
            id=uuid4(),
            plan_id=plan.id,
            call_id=CALL_ID,
            execution=Execution(
                replace(running(harness.clock()).execution.plan, name="mine", script=SCRIPT),
                call("0871550198"),
                began,
                "5eed",
                [
                    Entry.of("read_value", ["mode"], "day"),
                    Entry.of("dial", [["sip:0871550198@blueline"]], {"state": "Failed"}),
                    Entry.of("write_value", ["mode", "<b>night</b>"], ""),
                    Entry.of("dial", [["sip:desk@sip.example.org"]], {"is_pending": True}),
                ],
            ),
            dials=dials,
            log=("The mode is day.", "<script>alert(1)</script>"),
            lines=(1, 2, 3),
            ended_at=harness.clock(),
        )
        keep(harness, replace(kept, **more))
        return harness.cdr("alice", call_id=CALL_ID)

    return ran


def dial_of(at: float, *legs: RungLeg, state: Any = "Failed") -> RungDial:
    return RungDial(
        at=at, dialling=Dialling(groups=(), ring_seconds=60), legs=legs, seconds=legs[0].end or 0.0, state=state
    )


def keep(harness: AppHarness, execution: CallExecution) -> None:
    Executions(harness.database, harness.keyring, harness.clock).keep([execution])


def steps(page: Page) -> list[str]:
    return [words(each) for each in page.all("//ol[@class='try-steps']/li/div/p")]


def legs(page: Page) -> list[str]:
    return [words(each) for each in page.all("//ul[@class='try-fates']/li")]


def test_alice_sees_what_her_plan_did_with_each_leg(alice: Browser, ran: Ran) -> None:
    page = alice.open(f"/cdrs/{ran()}")

    assert "The caller talked to desk@sip.example.org." in page.text
    assert steps(page) == [
        "Dial rings up to 60 s, Failed after 2.0 s",
        "Stored value mode = <b>night</b>",
        "Dial rings up to 60 s, answered after 4.2 s",
    ]
    assert legs(page) == [
        "100@blueline provider blueline 486 Busy Here at 2 s "
        "Set: starts after 2 s, follows redirections, swo=bob, X-Line: 1",
        "desk@sip.example.org phones of the account answered at 4.2 s",
    ]


def test_alice_sees_what_the_world_answered_and_what_was_logged(alice: Browser, ran: Ran) -> None:
    page = alice.open(f"/cdrs/{ran()}")

    told = page.one("//details[summary = 'What the plan was told']")
    assert words(told) == "What the plan was told Stored value mode day"
    assert words(page.one("//*[@class='try-log']")) == "The mode is day. <script>alert(1)</script>"


def test_alice_sees_which_lines_ran(alice: Browser, ran: Ran) -> None:
    page = alice.open(f"/cdrs/{ran(lines=(1, 3))}")

    ran_ones = [words(each) for each in page.all("//*[contains(@class, 'try-lines')]//li[@class='ran']")]
    assert ran_ones == ['1 Ran: mode = sys.DBRead("mode")', '3 Ran: sys.Dial "desk@local"']


def test_lines_that_were_not_told_are_not_shown(alice: Browser, ran: Ran) -> None:
    assert "Lines that ran" not in alice.open(f"/cdrs/{ran(lines=())}").text


def test_the_version_that_was_live_is_linked(harness: AppHarness, alice: Browser, plan: SIPDialPlan, ran: Ran) -> None:
    page = alice.submit(f"/dial-plans/{plan.id}", dial_plan_script=SCRIPT)
    harness.clock.pass_(minutes=1)
    alice.submit(f"/dial-plans/{plan.id}", dial_plan_script="# another text\n")
    harness.clock.pass_(minutes=1)
    alice.submit(f"/dial-plans/{plan.id}", dial_plan_script=SCRIPT)
    harness.clock.pass_(minutes=1)
    cdr = ran()
    page = alice.open(f"/cdrs/{cdr}")
    assert "which is the plan now" in page.text
    harness.clock.pass_(minutes=1)
    alice.submit(f"/dial-plans/{plan.id}", dial_plan_script="# the last text\n")

    page = alice.open(f"/cdrs/{cdr}")
    assert "the plan has changed since" in page.text
    assert page.follow("Version 3").h1 == "Version 3 of mine"


def test_a_plan_that_was_never_saved_here_is_linked_itself(alice: Browser, ran: Ran) -> None:
    page = alice.open(f"/cdrs/{ran()}")

    assert "The plan has the same text now." in page.text
    assert page.follow("The plan").h1 == "mine"


def test_a_text_that_is_in_no_history_says_so(harness: AppHarness, alice: Browser, plan: SIPDialPlan, ran: Ran) -> None:
    cdr = ran()
    harness.service_fixture.alice.dial_plans.update(plan.with_(dial_plan_script="# another text"))

    assert "The text that ran is not in the history of the plan" in alice.open(f"/cdrs/{cdr}").text


def test_a_plan_that_was_deleted_since_cannot_be_tried(
    harness: AppHarness, alice: Browser, plan: SIPDialPlan, ran: Ran
) -> None:
    cdr = ran()
    harness.service_fixture.alice.dial_plans.delete(plan)

    page = alice.open(f"/cdrs/{cdr}")
    assert "The plan has been deleted since." in page.text
    assert "Try it again now" not in page.text
    assert len(steps(page)) == 3


def test_what_a_plan_did_is_shown_as_unreadable_where_it_cannot_be_read(
    harness: AppHarness, alice: Browser, bob: Browser, plan: SIPDialPlan, ran: Ran
) -> None:
    cdr = ran()
    with harness.database.write() as session:
        session.execute(text("UPDATE executions SET sealed = 'forged'"))

    page = alice.open(f"/cdrs/{cdr}")

    assert "What it did cannot be read" in page.text
    assert page.follow("mine").path == f"/dial-plans/{plan.id}"
    assert "cannot be read" not in alice.open(f"/cdrs/{harness.cdr('alice', call_id='another call')}").text
    assert "cannot be read" not in bob.open(f"/cdrs/{harness.cdr('bobby', call_id=CALL_ID)}").text


def test_a_try_begins_with_the_call_and_the_answers_of_then(alice: Browser, ran: Ran) -> None:
    page = alice.open(f"/cdrs/{ran()}").follow("Try it again now")

    assert page.h1 == "Try mine"
    assert (page.value("number"), page.value("caller")) == ("0871550198", '"Alice" <sip:alice@sip.example.org>')
    assert (page.value("time"), page.value("seed"), page.value("direction")) == ("2026-11-23T12:00", "5eed", "out")
    assert (page.value("100@blueline"), page.value("100@blueline after")) == ("busy", "2")
    assert (page.value("desk@sip.example.org"), page.value("desk@sip.example.org after")) == ("answered", "4")
    assert page.value("value:mode") == "day"
    assert "legs and questions have the answers of then" in page.text


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"answer": Ended(code=486, reason="Busy here"), "dials": ()}, "The caller got 486 Busy here."),
        ({"dials": ()}, "The caller hung up."),
        ({"dials": (), "ended_at": None}, "The plan still runs."),
    ],
)
def test_what_the_caller_got_is_a_sentence(alice: Browser, ran: Ran, more: dict[str, Any], sentence: str) -> None:
    assert sentence in alice.open(f"/cdrs/{ran(**more)}").text


@pytest.mark.parametrize(
    ("leg", "fate"),
    [
        ({"start": None}, "has not rung yet"),
        ({"start": 0.0}, "rings"),
        ({"start": None, "state": "cancelled"}, "never rang"),
        ({"start": 2.0, "end": 9.0, "state": "cancelled"}, "from 2 s, cancelled at 9 s"),
        ({"start": 0.0, "end": 60.0, "state": "rang"}, "rang until 60 s"),
        ({"start": 0.0, "end": 1.0, "state": "failed"}, "no answer at 1 s"),
        (
            {"start": 0.0, "end": 1.0, "state": "followed", "status": 302, "reason": "Moved", "to": "sip:7@there"},
            "302 Moved to sip:7@there at 1 s, which is followed",
        ),
    ],
)
def test_each_fate_of_a_leg_is_told(
    harness: AppHarness, alice: Browser, ran: Ran, leg: dict[str, Any], fate: str
) -> None:
    dial = dial_of(harness.clock().timestamp(), RungLeg(leg=DESK, **leg))

    assert legs(alice.open(f"/cdrs/{ran(dials=(dial,))}"))[0] == f"desk@sip.example.org phones of the account {fate}"


def test_a_call_without_a_plan_has_the_page_as_ever(harness: AppHarness, alice: Browser) -> None:
    page = alice.open(f"/cdrs/{harness.cdr('alice', call_id=CALL_ID)}")

    assert "Dial plan" not in page.one("//main").text_content()
    assert "What would happen now?" in page.text


def test_another_call_under_the_same_call_id_has_its_own_executions(
    harness: AppHarness, alice: Browser, ran: Ran
) -> None:
    first = ran()
    harness.clock.pass_(minutes=10)
    second = harness.cdr("alice", call_id=CALL_ID, created=harness.clock() + timedelta(minutes=1))

    assert "Dial plan mine" in alice.open(f"/cdrs/{first}").text
    assert "Dial plan mine" not in alice.open(f"/cdrs/{second}").text


def test_an_execution_that_names_its_record_is_at_no_other(alice: Browser, ran: Ran) -> None:
    assert "Dial plan mine" not in alice.open(f"/cdrs/{ran(cdr_id=uuid4())}").text


def test_bob_finds_neither_alices_record_nor_what_her_plan_did(
    harness: AppHarness, bob: Browser, plan: SIPDialPlan, ran: Ran
) -> None:
    execution = uuid4()
    cdr = ran(id=execution)
    own = harness.service_fixture.bob.dial_plans.page()[0]
    bobs = harness.cdr("bobby", call_id=CALL_ID)

    assert bob.open(f"/cdrs/{cdr}").status == 404
    assert bob.open(f"/dial-plans/{plan.id}/try?call={cdr}&execution={execution}").status == 404
    assert bob.open(f"/dial-plans/{own.id}/try?call={cdr}&execution={execution}").status == 404
    assert bob.open(f"/dial-plans/{own.id}/try?call={bobs}&execution={execution}").status == 404
    assert "mode" not in bob.open(f"/cdrs/{bobs}").text


def test_an_administrator_sees_the_record_and_not_what_the_plan_was_told(administrator: Browser, ran: Ran) -> None:
    execution = uuid4()
    cdr = ran(id=execution)
    page = administrator.open(f"/cdrs/{cdr}")

    assert page.status == 200
    assert "The mode is day." not in page.text
    assert "Dial plan mine" not in page.text


def test_words_of_strangers_are_shown_as_text(alice: Browser, ran: Ran) -> None:
    page = alice.open(f"/cdrs/{ran()}")

    assert not page.all("//main//script")
    assert not [each for each in page.all("//main//b") if each.text == "night"]
