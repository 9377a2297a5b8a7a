"""Effects of executions, asked through their records as the plan service asks them."""

import json
from collections.abc import Callable
from email.headerregistry import Address

import pytest

from sipsorcery_web.dial_plans.answers import AskedWorld, answer
from sipsorcery_web.dial_plans.dialling import Dials
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.journal import Journal
from sipsorcery_web.dial_plans.live.effects import LiveEffects
from sipsorcery_web.dial_plans.live.plan_mails import MOST_A_DAY, NO_MAIL, TOO_MANY, PlanMails
from sipsorcery_web.dial_plans.live.stored_values import StoredValues
from sipsorcery_web.dial_plans.outcomes import Ended, Progress
from sipsorcery_web.dial_plans.recorded_world import RecordedWorld
from sipsorcery_web.dial_plans.sys_calls import SysCalls
from sipsorcery_web.jobs.queue import JobQueue
from sipsorcery_web.mail.mailer import Mailer
from sipsorcery_web.settings.values import SMTPServer
from tests.conftest import ServiceFixture
from tests.dial_plans.worlds import NOW, call, plan

TO = ["alice@example.org"]
Effects = Callable[..., LiveEffects]


@pytest.fixture
def queue(service_fixture: ServiceFixture) -> JobQueue:
    context = service_fixture.service.context
    for name in ("alice", "bobby"):
        service_fixture.someone(name)
    return JobQueue(context.database, context.keyring, context.clock)


@pytest.fixture
def effects(service_fixture: ServiceFixture, queue: JobQueue) -> Effects:
    """The effects of a new execution of a customer's plan."""
    context = service_fixture.service.context
    mailer = Mailer(queue, SMTPServer("127.0.0.1", 25, "none"), Address(addr_spec="sip@example.org"))

    def make(owner: str = "alice", sends_mail: bool = True, **more: object) -> LiveEffects:
        execution = Execution(plan("", owner=owner, **more), call(), NOW)
        values = StoredValues(context.database, context.keyring)
        return LiveEffects(execution, values, PlanMails(mailer if sends_mail else None))

    return make


def run(effects: LiveEffects, execution: Execution) -> list[object]:
    """One run of a script that writes, mails and reads, with what the execution has recorded."""
    world = RecordedWorld(Journal(execution.entries), effects)  # type: ignore[arg-type]
    count = int(world.read_value("count") or 0) + 1
    world.write_value("count", str(count))
    refusal = world.send_mail(TO, "Hello", "A call")
    world.delete_value("old")
    return [count, refusal, world.read_value("count"), world.value_keys()]


def test_a_script_that_is_run_again_causes_nothing_twice(effects: Effects, queue: JobQueue) -> None:
    live = effects()
    live.values.write("alice", "old", "x")
    first = run(live, live.execution)
    live.values.write("alice", "old", "of another call")

    again = Execution.from_json(live.execution.to_json())
    assert run(live, again) == first == [1, "", "1", ["count"]]
    assert live.values.read("alice", "count") == "1"
    assert live.values.read("alice", "old") == "of another call"
    assert queue.waiting("mail") == 1


def test_a_script_whose_records_were_lost_in_a_crash_sends_no_second_mail(effects: Effects, queue: JobQueue) -> None:
    live = effects()
    run(live, live.execution)
    live.execution.entries.clear()
    run(live, live.execution)

    assert queue.waiting("mail") == 1


def test_values_are_those_of_the_plans_owner(effects: Effects) -> None:
    effects().write_value("pin", "1234")

    assert effects().read_value("pin") == "1234"
    assert effects(owner="bobby").read_value("pin") is None
    assert effects(owner="bobby").value_keys() == []


def test_answers_go_through_another_process(effects: Effects) -> None:
    live = effects(sends_mail=False)

    def ask(question: str, arguments: list[object]) -> object:
        return json.loads(json.dumps(answer(live, question, json.loads(json.dumps(arguments)))))  # type: ignore[arg-type]

    asked = AskedWorld(ask)
    assert asked.send_mail(TO, "s", "b") == NO_MAIL
    assert asked.write_value("k", "v" * 70_000).startswith("Stored values may take 64 kB")
    assert asked.web_get("http://169.254.169.254/", 1).problem == "169.254.169.254 is no public address."
    assert asked.web_get("http://169.254.169.254/", 1).text is None


def test_plans_of_a_customer_send_so_many_mails_a_day(effects: Effects, queue: JobQueue) -> None:
    everybody = [f"a{number}@example.org" for number in range(5)]
    for _ in range(MOST_A_DAY // 5):
        assert effects().send_mail(everybody, "s", "b") == ""

    assert effects().send_mail(TO, "s", "b") == TOO_MANY
    assert effects(owner="bobby").send_mail(TO, "s", "b") == ""
    assert queue.waiting("mail") == MOST_A_DAY + 1


def test_what_a_plan_service_gone_wrong_asks_for_is_refused(effects: Effects, queue: JobQueue) -> None:
    assert "at most 5" in effects().send_mail([f"a{number}@example.org" for number in range(6)], "s", "b")
    assert "plain addresses" in effects().send_mail(["a@example.org\r\nBcc: eve@example.org"], "s", "b")
    assert "plain addresses" in effects().send_mail([], "s", "b")
    effects().send_mail(TO, "s", "y" * 1_000_000)

    (job,) = queue.take(["mail"], 10)
    assert len(job.contents["mail"]["body"]) == 4096


def progress(**more: object) -> Progress:
    facts = {"outcome": Ended(code=486, reason="Busy here"), "log": ("first", "second"), "wants_trace": True}
    return Progress(**facts | more)  # type: ignore[arg-type]


def test_a_trace_goes_to_the_plans_address(effects: Effects, queue: JobQueue) -> None:
    effects(trace_email_address="alice@example.org").is_over(progress())

    (job,) = queue.take(["mail"], 10)
    assert (job.owner, job.contents["recipient"]) == ("alice", "alice@example.org")
    assert job.contents["mail"]["subject"] == "Dial plan default: 100"
    assert job.contents["mail"]["body"].splitlines() == [
        "Plan: default",
        "Dialled: 100",
        "Caller: alice@sip.example.org",
        "Direction: out",
        "Answer to the caller: 486 Busy here",
        "",
        "first",
        "second",
    ]


@pytest.mark.parametrize(("address", "wants"), [("", True), ("alice@example.org", False)])
def test_a_trace_needs_an_address_and_a_script_that_asks(
    effects: Effects, queue: JobQueue, address: str, wants: bool
) -> None:
    effects(trace_email_address=address).is_over(progress(wants_trace=wants))

    assert queue.waiting("mail") == 0


def test_a_trace_that_cannot_be_sent_harms_no_call(effects: Effects, queue: JobQueue) -> None:
    effects(trace_email_address="no address").is_over(progress())
    effects(trace_email_address="a@example.org", sends_mail=False).is_over(progress())

    assert queue.waiting("mail") == 0


class NoLimits:
    def extend(self, seconds: int) -> None:
        """Give no more time."""


def test_the_plans_log_says_why_something_did_not_leave(effects: Effects) -> None:
    live = effects(sends_mail=False, authorised_apps="email")
    dials = Dials.of(live.execution, live)  # type: ignore[arg-type]
    sys = SysCalls(dials, NoLimits())
    for number in range(200):
        live.write_value(str(number), "")

    sys.call("email", ["alice@example.org", "s", "b"])
    sys.call("db_write", ["one more", "v"])
    assert sys.call("web_get", ["http://127.0.0.1/", 1]) is None
    assert dials.log.lines == [
        NO_MAIL,
        "There are 200 stored values already; this one is not kept.",
        "127.0.0.1 is no public address.",
    ]
