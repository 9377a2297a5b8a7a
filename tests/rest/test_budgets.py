"""The cost of a request in calls of the service, SQL statements and bytes; none of it depends on time."""

from collections.abc import Callable

import pytest

from sipsorcery_web.rest.resources import RESOURCES
from tests.portal.app_harness import AppHarness
from tests.statements import counted_statements

from .program import Program
from .test_handlers import NEW

LISTS = [resource.noun for resource in RESOURCES if not resource.is_single]
LIVE = [resource.noun for resource in RESOURCES if resource.is_live]


def cost(ask: Callable[[], object]) -> int:
    """Return the statements of a request whose token was used within the minute, once all is prepared."""
    ask()
    with counted_statements() as noted:
        ask()
    return len([statement for statement in noted if not statement.startswith("PRAGMA")])


@pytest.mark.parametrize("noun", LISTS)
def test_a_list_is_three_statements_and_a_fourth_for_its_revision(
    harness: AppHarness, alice: Program, noun: str
) -> None:
    harness.one_of_each("alice")
    harness.accounts("alice", 40)
    assert cost(lambda: alice.get(f"/{noun}")) <= 3 + (noun in LIVE)


@pytest.mark.parametrize("noun", ["sip-accounts", "providers"])
def test_a_list_that_is_asked_for_again_is_one_statement(harness: AppHarness, alice: Program, noun: str) -> None:
    harness.one_of_each("alice")
    alice.get("/customer")  # notes that the token is used
    assert cost(lambda: alice.get(f"/{noun}")) == 1


@pytest.mark.parametrize("noun", LIVE)
def test_a_list_that_has_not_changed_is_not_read(alice: Program, noun: str) -> None:
    revision = alice.get(f"/{noun}").get_json()["revision"]
    assert cost(lambda: alice.get(f"/{noun}?since={revision}")) <= 4


def test_the_statements_of_a_page_are_the_same_however_long_the_list_is(harness: AppHarness, alice: Program) -> None:
    seen = set()
    for length in (30, 300):
        harness.cdrs("alice", length)
        cursor = alice.get("/cdrs?limit=25").get_json()["next_cursor"]
        seen.add(cost(lambda cursor=cursor: alice.get(f"/cdrs?limit=25&cursor={cursor}")))  # type: ignore[misc]
    assert seen == {3}


def test_a_record_and_a_change_of_one_cost_little(harness: AppHarness, alice: Program) -> None:
    address = alice.post("/sip-accounts", NEW["sip-accounts"]).headers["Location"]
    assert cost(lambda: alice.get(address)) <= 3
    tag = {"If-Match": alice.get(address).headers["ETag"]}
    assert cost(lambda: alice.patch(address, {"is_user_disabled": False}, headers=tag)) <= 12


def test_a_list_of_25_accounts_is_less_than_half_a_kilobyte_each(harness: AppHarness, alice: Program) -> None:
    harness.accounts("alice", 25)
    assert len(alice.get("/sip-accounts").data) < 25 * 512
