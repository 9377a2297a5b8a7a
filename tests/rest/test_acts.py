"""Tries and test cases of dial plans, as a program has them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.portal.areas.dial_plans.tries.running import TrySlots
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.storage.dial_plan_test_cases import MOST
from sipsorcery_web.rest.acts import ACTS, Act
from tests.portal.app_harness import AppHarness

from .program import Program, problem, program_of

SCRIPT = "exten => 0301,1,Dial(5550142@blueline)\nexten => _X.,1,SIPReply(404,Nobody)"
LEG = "5550142@blueline"
TIME = "2026-07-02T21:00:00Z"
DUBLIN = "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London"


@pytest.fixture
def plan(harness: AppHarness) -> SIPDialPlan:
    """A plan of alice's in extension lines, with a provider to dial."""
    harness.provider("alice", "blueline")
    lines = SIPDialPlan(id=uuid4(), dial_plan_name="night", script_type_description="Asterisk", dial_plan_script=SCRIPT)
    return harness.service_fixture.someone("alice").dial_plans.add(lines)


def tries(plan: SIPDialPlan) -> str:
    return f"/dial-plans/{plan.id}/tries"


def cases(plan: SIPDialPlan) -> str:
    return f"/dial-plans/{plan.id}/test-cases"


def added(program: Program, plan: SIPDialPlan, **more: Any) -> dict[str, Any]:
    answer = program.post(cases(plan), {"number": "0301", "time": TIME, "answers": {LEG: "busy"}} | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1{cases(plan)}/{found['id']}"
    return found


def test_a_try_says_what_would_happen_and_changes_nothing(
    harness: AppHarness, alice: Program, plan: SIPDialPlan
) -> None:
    alice.get("/customer")  # notes that the token is used
    before = harness.stored_rows()
    found = alice.post(tries(plan), {"number": "0301"}).get_json()
    assert found["answer"] == "The caller gets 480 Temporarily unavailable."
    assert [(step["what"], step["legs"][0]["name"]) for step in found["steps"]] == [("Dial", LEG)]
    assert {"name": LEG, "is_answered": False} in found["questions"]
    taken = alice.post(tries(plan), {"number": "0301", "answers": {LEG: "answered after 7"}}).get_json()
    assert (taken["answer"], taken["answered_by"]) == (f"The caller talks to {LEG} after 7 s.", LEG)
    assert alice.post(tries(plan), {"number": "77"}).get_json()["status"] == 404
    assert harness.stored_rows() == before


def test_a_script_can_be_tried_before_it_is_saved(alice: Program, plan: SIPDialPlan) -> None:
    found = alice.post(tries(plan), {"number": "0301", "script": "exten => 0301,1,SIPReply(486,Busy)"}).get_json()
    assert found["status"] == 486


def test_a_try_is_at_its_moment_in_the_owners_zone(harness: AppHarness, alice: Program, plan: SIPDialPlan) -> None:
    harness.change_customer("alice", time_zone=DUBLIN)
    found = added(alice, plan)
    assert found["time"] == TIME
    page = harness.signed_in("alice").open(f"/dial-plans/{plan.id}/try?case={found['id']}")
    assert page.value("time") == "2026-07-02T22:00"


@pytest.mark.parametrize(
    ("order", "rule", "field"),
    [
        ({}, "wrong-try", "number"),
        ({"number": "a b"}, "wrong-try", "number"),
        ({"number": 301}, "wrong-type", "number"),
        ({"number": "0301", "time": "noon"}, "wrong-type", "time"),
        ({"number": "0301", "time": "0001-01-01T00:00:00Z"}, "wrong-try", "time"),
        ({"number": "0301", "time": "9999-12-31T23:59:59Z"}, "wrong-try", "time"),
        ({"number": "0301", "seed": "7" * 101}, "wrong-try", "seed"),
        (
            {"number": "0301", "answers": {f"{number}@blueline": "busy" for number in range(5000)}},
            "wrong-try",
            "answers",
        ),
        ({"number": "0301", "direction": "up"}, "wrong-type", "direction"),
        ({"number": "0301", "answers": {LEG: "maybe"}}, "wrong-try", LEG),
        ({"number": "0301", "answers": [1]}, "wrong-type", "answers"),
        ({"number": "0301", "script": "x" * 30_001}, "wrong-try", "script"),
        ({"number": "0301", "owner": "bobby"}, "unknown-field", "owner"),
    ],
)
def test_an_order_that_is_wrong_is_refused_at_its_field(
    alice: Program, plan: SIPDialPlan, order: dict[str, Any], rule: str, field: str
) -> None:
    assert problem(alice.post(tries(plan), order)) == (422, rule, field)


def test_who_tries_already_waits_and_ruby_that_is_not_ready_says_so(
    harness: AppHarness, alice: Program, plan: SIPDialPlan
) -> None:
    with parts_of(harness.app)[TrySlots].slot("alice"):
        busy = alice.post(tries(plan), {"number": "0301"})
    assert (problem(busy)[0], busy.headers["Retry-After"]) == (503, "5")
    ruby = alice.post(tries(plan), {"number": "0301", "script_type": "Ruby"})
    assert problem(ruby)[0] == 503
    assert "prepared" in ruby.get_json(force=True)["detail"]


def test_a_test_case_is_kept_read_run_and_deleted(alice: Program, plan: SIPDialPlan) -> None:
    found = added(alice, plan, name="  at   night ")
    assert (found["name"], found["is_failing"], found["answers"]) == ("at night", False, {LEG: "busy"})
    assert found["expected"][-1] == "The caller gets 486 Busy here."
    address = f"{cases(plan)}/{found['id']}"
    assert alice.get(address).get_json() == found
    assert alice.items(cases(plan)) == [found]

    alice.patch(f"/dial-plans/{plan.id}", {"dial_plan_script": "exten => 0301,1,SIPReply(404,Gone)"})
    (ran,) = alice.post(f"{cases(plan)}/runs", {}).get_json()["items"]
    assert (ran["is_failing"], ran["last"][-1]) == (True, "The caller gets 404 Gone.")
    assert alice.get(address).get_json() == ran

    accepted = alice.post(f"{address}/acceptances", {}).get_json()
    assert (accepted["is_failing"], accepted["expected"]) == (False, ran["last"])
    assert alice.get(address).get_json() == accepted
    assert alice.delete(address).status_code == 204
    assert problem(alice.get(address))[0] == problem(alice.delete(address))[0] == 404


def test_a_plan_has_a_bounded_number_of_test_cases(harness: AppHarness, alice: Program, plan: SIPDialPlan) -> None:
    for _ in range(MOST):
        harness.test_case(plan)
    refused = alice.post(cases(plan), {"number": "0301"})
    assert problem(refused)[:2] == (422, "too-many-test-cases")


# Whose it is


def asked(program: Program, act: Act, plan: UUID, case: UUID) -> Any:
    sent = {"json": {"number": "0301"}} if act.takes else {}
    return program.ask(act.method, act.path.replace("{id}", str(plan)).replace("{case_id}", str(case)), **sent)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.operation_id)
def test_what_is_anothers_is_not_there(
    harness: AppHarness, alice: Program, bob: Program, plan: SIPDialPlan, act: Act
) -> None:
    case = harness.test_case(plan).id
    administrator = program_of(harness, "root-admin")
    for other in (bob, administrator):
        other.get("/customer")  # notes that the token is used
    (own,) = harness.service_fixture.someone("bobby").dial_plans.page()
    before = harness.stored_rows()
    for other in (bob, administrator):
        assert problem(asked(other, act, plan.id, case))[0] == 404
    if act.has_case:
        assert problem(asked(bob, act, own.id, case))[0] == 404
    assert harness.stored_rows() == before
    assert asked(alice, act, plan.id, case).status_code == act.status


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.operation_id)
def test_a_token_needs_every_scope_of_an_act(harness: AppHarness, plan: SIPDialPlan, act: Act) -> None:
    case = harness.test_case(plan).id
    for number, missing in enumerate(act.scopes):
        rest = " ".join(scope for scope in act.scopes if scope != missing) or "sign-in"
        program = program_of(harness, "alice", rest, name=f"without {number}")
        answer = asked(program, act, plan.id, case)
        assert problem(answer)[:2] == (403, "token-lacks-scope"), (missing, answer.text)
        assert f'scope="{missing}"' in answer.headers["WWW-Authenticate"]
    program = program_of(harness, "alice", " ".join(act.scopes), name="all of them")
    assert asked(program, act, plan.id, case).status_code == act.status
