"""`sys.Callback`: what is asked for in a plan's name, and what its log says where that is not done."""

from dataclasses import dataclass, field

import pytest

from sipsorcery_web.calls.callbacks import Callbacks
from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable
from sipsorcery_web.contract.third_party_calls import CallOrder, CallProgress, CallRefused
from sipsorcery_web.dial_plans.calls import Call, Plan
from sipsorcery_web.dial_plans.execution import Execution


@dataclass
class Maker:
    """Notes orders, or fails."""

    error: Exception | None = None
    orders: list[CallOrder] = field(default_factory=list)

    def place(self, order: CallOrder) -> str:
        if self.error is not None:
            raise self.error
        self.orders.append(order)
        return "1"

    def progress(self, call: str, owner: str) -> CallProgress | None:
        raise NotImplementedError

    def end(self, call: str, owner: str) -> bool:
        raise NotImplementedError


def execution() -> Execution:
    plan = Plan(owner="alice", name="default", script="", is_ruby=True)
    return Execution(plan, Call(user="300", host="sip.local", account="desk@sip.local"), started=0)


def test_both_dial_strings_are_rung_in_the_name_of_the_account() -> None:
    maker = Maker()

    said = Callbacks(maker).ring(execution(), "${dst}@blueline[fd=Alice]", "bob@sip.local", 5, 0, 500)

    (order,) = maker.orders
    assert said == ""
    assert (order.owner, order.account, order.delay) == ("alice", "desk@sip.local", 5)
    assert (order.first, order.first_dial) == ("sip:300@sip.local", "300@blueline[fd=Alice]")
    assert (order.second, order.second_dial) == ("sip:bob@sip.local", "bob@sip.local")
    assert (order.ring_first, order.ring_second) == (60, 180)


@pytest.mark.parametrize(
    ("first", "error", "said"),
    [
        ("", None, "nothing in the dial string"),
        ("a@[", None, "is never closed"),
        ("a@h h?", None, "nobody in the dial string"),
        ("x" * 600, None, "too long"),
        ("a@h", CallRefused("Too many."), "Too many."),
        ("a@h", SIPEngineUnavailable("Nobody makes calls."), "Nobody makes calls."),
    ],
)
def test_the_log_says_why_nobody_is_rung(first: str, error: Exception | None, said: str) -> None:
    maker = Maker(error)

    assert said in Callbacks(maker).ring(execution(), first, "bob@sip.local", 0, 0, 0)
    assert maker.orders == []
