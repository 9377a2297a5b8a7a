"""The work of a page: calls of Python functions in a warm process, which depend on no time and on no other work."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from tests.statements import counted_statements

from .app_harness import AppHarness
from .browser import Browser
from .test_budgets import dial_plans

LIST = "/sip-accounts"


def work_of(action: Callable[[], object]) -> int:
    """Return how many functions of Python an action calls when it is done for the third time."""
    counted = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    for _ in range(2):
        action()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("plans", [2, 120])
def test_the_form_of_an_account_is_little_work_however_many_plans_it_offers(
    harness: AppHarness, alice: Browser, plans: int
) -> None:
    account = harness.account("alice", "front-desk")
    dial_plans(harness, plans)
    work = work_of(lambda: alice.raw("GET", f"{LIST}/{account.id}"))
    assert work <= 7_400 + 3 * plans


@pytest.mark.parametrize(("path", "most"), [(LIST, 11_800), (f"{LIST}?q=line", 12_800)])
def test_a_list_that_is_read_anew_is_bounded_work(harness: AppHarness, alice: Browser, path: str, most: int) -> None:
    harness.accounts("alice", 26)
    work = work_of(lambda: alice.raw("GET", path, headers={"Cache-Control": "no-cache"}))
    assert work <= most


def test_to_save_an_account_and_see_the_list_takes_few_statements(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    page = alice.open(f"{LIST}/{account.id}")
    with counted_statements() as noted:
        assert page.submit(network_id="one").path == LIST
    assert len(noted) <= 25  # two of them tell the audit, and one looks for webhooks
    counts = [statement for statement in noted if "count(*)" in statement]
    assert all("sip_username < ?" in statement for statement in counts)
