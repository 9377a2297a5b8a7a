"""Calls that follow plans, with a SIP engine that does as it is told, and plans of a few lines of Python."""

import pytest

from sipsorcery_web.calls.messages import DialLegs, LegAsked, Reply
from sipsorcery_web.dial_plans.dialling import Dials
from sipsorcery_web.dial_plans.outcomes import Ended
from sipsorcery_web.dial_plans.service.client import PlanServiceUnavailable
from tests.calls.fake_engine import Phone
from tests.calls.fakes import House, legs
from tests.dial_plans.worlds import DOMAIN

BLUE, RED = "sip:100@sip.blueline.example", "sip:100@sip.redline.example:5070"
TOO_MANY = (480, "Dial plan execution exceeded maximum allowed")
ANSWERS, BUSY = Phone(200, 3), Phone(486, 2, "Busy here")


@pytest.fixture
def house() -> House:
    return House()


def test_a_leg_answers_and_the_execution_is_over(house: House) -> None:
    house.dials("${dst}@blueline")
    call = house.call({BLUE: ANSWERS})
    assert house.store.running(), "it is kept before a phone rings"
    house.scheduler.pass_time(5)
    (execution,) = house.executions()
    assert house.engine.final(call) is None
    assert legs(execution) == [("100@blueline", "answered", 0)]
    assert (execution.dials[0].state, execution.dials[0].seconds) == ("Answered", 3)
    assert execution.ended_at is not None
    assert execution.call_id == "an id of alice's"
    assert house.store.writes == 2, "one when it dials, one when it is over"


def test_each_provider_leg_has_its_own_credentials_from_and_headers(house: House) -> None:
    house.dials("${dst}@blueline & ${dst}@redline")
    house.call({RED: ANSWERS})
    house.scheduler.pass_time(5)
    blue, red = house.engine.sent()
    assert (blue.username, blue.password, blue.from_name, blue.from_uri) == (
        "auth1",
        "blue secret",
        "A. Smith",
        "sip:a1@blueline.example",
    )
    assert blue.headers == (("X-Line", "1"),)
    assert blue.next_hop == "sip:proxy.blueline.example;lr"
    assert (red.username, red.password, red.from_uri) == ("a2", "red secret", "sip:a2@sip.redline.example")
    (execution,) = house.executions()
    assert legs(execution) == [("100@blueline", "cancelled", 0), ("100@RedLine", "answered", 0)]
    assert "secret" not in execution.contents(), "credentials are kept nowhere"


def test_a_refused_password_is_tried_once_and_the_caller_hears_503(house: House) -> None:
    house.dials("${dst}@blueline")
    call = house.call({BLUE: Phone(407, 1, "Proxy authentication required")})
    house.scheduler.pass_time(2)
    assert house.engine.final(call) == (503, "Service unavailable")
    assert len(house.engine.sent()) == 1
    assert "does not take the username or the password" in house.executions()[0].log[-1]


def test_the_next_group_rings_when_the_first_has_failed(house: House) -> None:
    house.dials("${dst}@blueline | ${dst}@redline")
    house.call({BLUE: Phone(503, 1), RED: ANSWERS})
    house.scheduler.pass_time(6)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE, RED]
    assert legs(house.executions()[0]) == [("100@blueline", "failed", 503), ("100@RedLine", "answered", 0)]


def test_a_plan_goes_on_behind_a_dial_that_failed(house: House) -> None:
    def script(dials: Dials) -> Ended:
        first = dials.dial("${dst}@blueline", 0, 0)
        second = dials.dial("${dst}@redline", 0, 0)
        return Ended(code=433, reason=f"{first} {second} {dials.last.status if dials.last else 0}")

    house.plan(script)
    call = house.call({BLUE: BUSY, RED: Phone(404, 1)})
    house.scheduler.pass_time(5)
    assert house.engine.final(call) == (433, "Failed Failed 404")
    (execution,) = house.executions()
    assert [dial.state for dial in execution.dials] == ["Failed", "Failed"]
    assert execution.answer == Ended(code=433, reason="Failed Failed 404")


def test_a_delayed_leg_starts_later_while_another_rings(house: House) -> None:
    house.dials("${dst}@blueline & ${dst}@redline[dt=10]")
    house.call({})
    house.scheduler.pass_time(9.9)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE]
    house.scheduler.pass_time(0.2)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE, RED]


def test_a_delayed_leg_starts_at_once_when_no_other_rings(house: House) -> None:
    house.dials("${dst}@blueline & ${dst}@redline[dt=60]")
    house.call({BLUE: BUSY})
    house.scheduler.pass_time(2.1)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE, RED]


def test_a_delayed_leg_alone_starts_at_once(house: House) -> None:
    house.dials("${dst}@redline[dt=60]")
    house.call({})
    assert [leg.uri for leg in house.engine.sent()] == [RED]


def test_the_ring_time_counts_over_all_groups(house: House) -> None:
    house.dials("${dst}@blueline | ${dst}@redline", ring=20)
    call = house.call({BLUE: Phone(486, 15, "Busy here")})
    house.scheduler.pass_time(15)
    assert house.engine.sent()[1].ring_milliseconds == 5000
    house.scheduler.pass_time(6)
    (execution,) = house.executions()
    assert execution.dials[0].state == "TimedOut"
    assert legs(execution)[1][1] == "rang"
    assert house.engine.final(call) == (486, "Busy here"), "a person's answer wins over the time that is over"


def test_a_delayed_leg_never_rings_when_the_time_is_over(house: House) -> None:
    house.dials("${dst}@blueline & ${dst}@redline[dt=60]", ring=20)
    call = house.call({})
    house.scheduler.pass_time(21)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE]
    assert house.engine.final(call) == (480, "Temporarily unavailable")
    assert legs(house.executions()[0]) == [("100@blueline", "rang", 0), ("100@RedLine", "cancelled", 0)]


@pytest.mark.parametrize("code", [486, 600, 603])
def test_a_persons_refusal_wins_over_silence(house: House, code: int) -> None:
    house.dials("${dst}@blueline | ${dst}@redline")
    call = house.call({BLUE: Phone(code, 1, "No"), RED: Phone(408, 2, "Request timeout")})
    house.engine.phones = {BLUE: Phone(code, 1, "No")}
    house.scheduler.pass_time(200)
    assert house.engine.final(call) == (code, "No")


def test_a_redirection_is_followed_without_the_credentials(house: House) -> None:
    house.dials("${dst}@blueline[rm=a]")
    house.call({BLUE: Phone(302, 1, contact="<sip:7@else.example>;q=1"), "sip:7@else.example": ANSWERS})
    house.scheduler.pass_time(5)
    first, second = house.engine.sent()
    assert (first.password, second.password, second.username) == ("blue secret", "", "")
    assert second.uri == "sip:7@else.example"
    assert legs(house.executions()[0]) == [("100@blueline", "followed", 302), ("7@else.example", "answered", 0)]


def test_a_redirection_to_an_account_rings_its_phones(house: House) -> None:
    house.dials("${dst}@blueline[rm=a]")
    house.call({BLUE: Phone(302, 1, contact=f"<sip:bob@{DOMAIN}>"), f"bob@{DOMAIN}": ANSWERS})
    house.scheduler.pass_time(5)
    assert house.engine.sent()[1].account == f"bob@{DOMAIN}"


def test_a_redirection_to_this_machine_is_not_followed(house: House) -> None:
    house.dials("${dst}@blueline[rm=a]")
    call = house.call({BLUE: Phone(302, 1, contact="<sip:7@127.0.0.1:5069>")})
    house.scheduler.pass_time(5)
    assert len(house.engine.sent()) == 1
    assert house.engine.final(call) is not None
    assert "no call may go to" in house.executions()[0].log[-1]


def test_at_most_five_redirections_are_followed(house: House) -> None:
    house.dials("${dst}@blueline[rm=a]")
    there = Phone(302, 1, contact="<sip:7@else.example>")
    house.call({BLUE: there, "sip:7@else.example": there})
    house.scheduler.pass_time(20)
    assert len(house.engine.sent()) == 6
    assert house.executions()[0].dials[0].state == "Redirect"


def test_a_redirection_that_is_not_followed_is_told_to_the_plan(house: House) -> None:
    def script(dials: Dials) -> Ended:
        dials.dial("${dst}@blueline", 0, 0)
        assert dials.last is not None
        return Ended(code=302, reason=dials.last.redirect_uri)

    house.plan(script)
    call = house.call({BLUE: Phone(301, 1, contact="<sip:7@else.example>")})
    house.scheduler.pass_time(5)
    assert house.engine.final(call) == (302, "sip:7@else.example")


def test_the_caller_hangs_up_while_phones_ring(house: House) -> None:
    house.dials("${dst}@blueline")
    call = house.call({})
    house.scheduler.pass_time(5)
    house.engine.hang_up(call)
    house.scheduler.pass_time(200)
    (execution,) = house.executions()
    assert (execution.dials[0].state, execution.answer) == ("CallerGone", None)
    assert house.control.running == 0


def test_the_caller_hangs_up_while_the_plan_pauses(house: House) -> None:
    def script(dials: Dials) -> Ended:
        dials.sleep(10)
        dials.dial("${dst}@blueline", 0, 0)
        return dials.final_answer()

    house.plan(script)
    call = house.call({})
    house.scheduler.pass_time(5)
    house.engine.hang_up(call)
    house.scheduler.pass_time(20)
    assert house.engine.sent() == []
    assert house.store.running() == []


def test_a_plan_pauses_and_goes_on(house: House) -> None:
    def script(dials: Dials) -> Ended:
        dials.sleep(10)
        dials.dial("${dst}@blueline", 0, 0)
        return dials.final_answer()

    house.plan(script)
    house.call({BLUE: ANSWERS})
    house.scheduler.pass_time(9)
    assert house.engine.sent() == []
    house.scheduler.pass_time(2)
    assert len(house.engine.sent()) == 1


def test_provisional_answers_go_to_the_caller_in_order(house: House) -> None:
    def script(dials: Dials) -> Ended:
        dials.world.provisional(183, "Thinking", ())
        dials.world.provisional(181, "Forwarded", ())
        dials.dial("${dst}@blueline", 0, 0)
        return dials.final_answer()

    house.plan(script)
    call = house.call({BLUE: BUSY})
    house.scheduler.pass_time(5)
    assert house.engine.rung == [(183, "Thinking"), (181, "Forwarded")]
    assert house.engine.final(call) == (486, "Busy here")


def test_endless_provisional_answers_are_left_out(house: House) -> None:
    def script(dials: Dials) -> Ended:
        for _ in range(30):
            dials.world.provisional(183, "Thinking", ())
        return Ended(code=486, reason="No")

    house.plan(script)
    call = house.call({})
    assert len(house.engine.rung) == 10
    assert house.engine.final(call) == (486, "No")
    assert house.executions()[0].log == (
        "183 Thinking, and each like it that follows, is left out: there are at most 10 between two Dials.",
    )


def test_no_plan_service_is_a_plain_503(house: House) -> None:
    house.plans.error = PlanServiceUnavailable("The plan service does not start.")
    call = house.call({})
    assert house.engine.final(call) == (503, "Service unavailable")
    assert house.executions()[0].log == ("The plan service does not start.",)


def test_a_plan_that_breaks_off_is_a_500(house: House) -> None:
    house.plans.error = RuntimeError("no such thing")
    assert house.engine.final(house.call({})) == (500, "Dial plan exception")


def test_as_many_executions_run_at_once_as_may(house: House) -> None:
    house.dials("${dst}@blueline")
    calls = [house.call({}) for _ in range(4)]
    assert [house.engine.final(call) for call in calls] == [*[None] * 3, TOO_MANY]
    house.engine.hang_up(calls[0])
    house.scheduler.settle()
    assert house.engine.final(house.call({})) is None, "one that is over makes room"


def test_a_customers_own_limit_counts_all_plans(house: House) -> None:
    house.chooser.customers_most = 1
    house.dials("${dst}@blueline")
    house.call({})
    assert house.engine.final(house.call({})) == TOO_MANY


def test_calls_from_outside_leave_room_for_the_customers_own_phones(house: House) -> None:
    house.dials("${dst}@blueline")
    outside = [house.call({}, direction="in") for _ in range(3)]
    assert [house.engine.final(call) for call in outside] == [None, None, TOO_MANY]
    own = house.call({})
    assert house.engine.final(own) is None, "a phone of the customer's own gets through"
    assert house.engine.final(house.call({})) == TOO_MANY, "with all together there are as many as may be"
    house.engine.hang_up(own)
    house.engine.hang_up(outside[0])
    house.scheduler.settle()
    assert house.engine.final(house.call({}, direction="in")) is None


def test_own_phones_that_take_all_the_room_take_that_of_the_others_too(house: House) -> None:
    house.dials("${dst}@blueline")
    for _ in range(3):
        assert house.engine.final(house.call({})) is None
    assert house.engine.final(house.call({}, direction="in")) == TOO_MANY


def test_a_call_from_outside_stays_one_in_the_plans_that_it_goes_through(house: House) -> None:
    house.chooser.in_plans = {"office": "office hours"}
    house.chooser.customers_most = 3
    house.dials(f"office@{DOMAIN}")
    house.dials("${dst}@blueline", name="office hours")
    house.call({}, direction="in")
    assert len(house.store.running()) == 2
    assert house.engine.final(house.call({}, direction="in")) == TOO_MANY


def test_what_an_earlier_process_ran_for_calls_from_outside_counts_as_such(house: House) -> None:
    house.dials("${dst}@blueline")
    for _ in range(2):
        house.call({}, direction="in")
    house.kill()
    house.start()
    assert house.engine.final(house.call({}, direction="in")) == TOO_MANY
    assert house.engine.final(house.call({})) is None


def test_calls_that_ring_count_for_the_day(house: House) -> None:
    house.chooser.left_today = 2
    house.dials("${dst}@blueline")
    calls = [house.call({}) for _ in range(3)]
    assert [house.engine.final(call) for call in calls] == [None, None, (480, "Daily call limit reached")]


def test_a_called_accounts_plan_runs_in_the_leg(house: House) -> None:
    house.chooser.in_plans = {"office": "office hours"}
    house.dials("office")
    house.dials(f"office@{DOMAIN}")
    house.dials("${dst}@blueline", name="office hours")
    house.call({"sip:office@sip.blueline.example": ANSWERS})
    house.scheduler.pass_time(5)
    outer, inner = house.executions()
    assert (outer.execution.plan.name, inner.execution.plan.name) == ("default", "office hours")
    assert (inner.execution.call.user, inner.execution.call.direction) == ("office", "in")
    assert legs(outer) == [(f"office@{DOMAIN}", "answered", 0)]
    assert legs(inner) == [("office@blueline", "answered", 0)]
    assert house.store.running() == []


def test_the_answer_of_a_plan_in_a_leg_is_that_of_the_leg(house: House) -> None:
    house.chooser.in_plans = {"office": "office hours"}
    house.dials(f"office@{DOMAIN} | ${{dst}}@redline")
    house.plan(lambda _: Ended(code=486, reason="In a meeting"), name="office hours")
    house.call({RED: ANSWERS})
    house.scheduler.pass_time(5)
    outer = house.executions()[0]
    assert legs(outer) == [(f"office@{DOMAIN}", "failed", 486), ("100@RedLine", "answered", 0)]


def test_the_caller_hangs_up_and_the_plan_in_the_leg_is_over_too(house: House) -> None:
    house.chooser.in_plans = {"office": "office hours"}
    house.dials(f"office@{DOMAIN}")
    house.dials("${dst}@blueline", name="office hours")
    call = house.call({})
    house.scheduler.pass_time(5)
    house.engine.hang_up(call)
    house.scheduler.settle()
    assert house.store.running() == []
    assert {each.dials[0].state for each in house.executions()} == {"CallerGone"}


def test_the_plan_in_a_leg_ends_with_the_leg(house: House) -> None:
    house.chooser.in_plans = {"office": "office hours"}

    def forever(dials: Dials) -> Ended:
        while True:
            dials.dial("${dst}@blueline", 0, 0)
            dials.sleep(7)

    house.dials(f"office@{DOMAIN}", ring=30)
    house.plan(forever, name="office hours")
    call = house.call({"sip:office@sip.blueline.example": Phone(486, 10, "Busy here")})
    house.scheduler.pass_time(60)
    assert house.engine.final(call) is not None
    assert house.store.running() == []


def test_plans_that_call_each_other_end_with_482(house: House) -> None:
    house.chooser.in_plans = {"office": "office hours", "desk": "desk hours"}
    house.facts.accounts["desk"] = house.facts.accounts["office"].__class__(
        username="desk", domain=DOMAIN, is_own=True, in_plan="desk hours"
    )
    house.chooser.most = house.chooser.customers_most = 10
    house.dials(f"office@{DOMAIN}")
    house.dials(f"desk@{DOMAIN}", name="office hours")
    house.dials(f"office@{DOMAIN}", name="desk hours")
    call = house.call({})
    house.scheduler.pass_time(1)
    assert house.engine.final(call) == (482, "Loop detected")
    assert len(house.executions()) == 5


def test_a_loop_is_482_before_the_limit_of_executions(house: House) -> None:
    house.chooser.in_plans = {"office": "office hours"}
    house.facts.accounts["office"] = house.facts.accounts["office"].__class__(
        username="office", domain=DOMAIN, is_own=False, in_plan="office hours"
    )
    house.chooser.most = house.chooser.customers_most = 5
    house.dials(f"office@{DOMAIN}")
    house.dials(f"office@{DOMAIN}", name="office hours")
    call = house.call({})
    house.scheduler.pass_time(1)
    assert house.engine.final(call) == (482, "Loop detected")


def test_cut_off_from_the_engine_what_was_said_is_said_again(house: House) -> None:
    house.dials("${dst}@blueline")
    house.engine.is_linked = False
    house.engine.phones = {BLUE: BUSY}
    call = house.engine.invite()
    house.scheduler.settle()
    house.engine.link_again(house.control)
    house.scheduler.pass_time(5)
    assert house.engine.final(call) == (486, "Busy here")


def test_a_lost_answer_is_said_again_and_the_plan_does_not_run_again(house: House) -> None:
    house.plan(lambda _: Ended(code=486, reason="No"))
    house.engine.said.clear()
    call = house.engine.invite()
    while not house.plans.runs:
        house.scheduler._soon.popleft()()
    house.engine.is_linked = False
    house.scheduler.settle()
    house.engine.link_again(house.control)
    house.scheduler.settle()
    assert house.engine.final(call) == (486, "No")
    assert house.plans.runs == 1


def test_a_leg_of_nobodys_does_not_wait_forever(house: House) -> None:
    house.control.heard(LegAsked(transaction="t", token="0" * 32))
    house.scheduler.settle()
    assert house.engine.said[-1] == Reply(transaction="t", code=480, reason="Temporarily unavailable")


def test_tokens_of_legs_are_secrets(house: House) -> None:
    house.dials("${dst}@blueline & ${dst}@redline")
    house.call({})
    house.call({})
    tokens = [token for command in house.engine.said if isinstance(command, DialLegs) for token in command.tokens]
    assert len(set(tokens)) == 4
    assert {len(token) for token in tokens} == {32}
