"""The controller: how many calls there may be."""

from dataclasses import replace

import pytest

from sipsorcery_web.calls.third_party import controller
from sipsorcery_web.calls.third_party.controller import Controller
from sipsorcery_web.contract.third_party_calls import CallOrder, CallRefused
from tests import event_loops

ORDER = CallOrder("alice", "desk@sip.local", "sip:desk@sip.local", "sip:bob@sip.local", "desk", "bob", delay=60)
CALLBACK = replace(ORDER, first_dial="a@h", second_dial="b@h")


def placed(*orders: CallOrder) -> int:
    """Return how many of these orders are taken before one is refused."""

    async def play() -> int:
        desk = Controller(("127.0.0.1", 9), "secret")
        for number, order in enumerate(orders):
            try:
                desk.place(order)
            except CallRefused:
                return number
        return len(orders)

    return event_loops.run(play())


def test_an_account_has_one_call_from_a_page_and_its_plans_may_ask_beside_it() -> None:
    assert placed(ORDER, ORDER) == 1
    assert placed(ORDER, CALLBACK, CALLBACK) == 3
    assert placed(CALLBACK, ORDER, ORDER) == 2
    assert placed(ORDER, replace(ORDER, account="kitchen@sip.local")) == 2


def test_a_plan_that_calls_itself_comes_to_an_end() -> None:
    assert placed(*[CALLBACK] * 30) == controller.MOST_CALLBACKS_AT_ONCE
    assert placed(*[CALLBACK] * 6, replace(CALLBACK, owner="bob")) == 7


def test_the_plans_of_one_owner_ask_for_so_many_calls_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "MOST_CALLBACKS_AT_ONCE", 100)
    assert placed(*[CALLBACK] * 30) == controller.MOST_CALLBACKS
