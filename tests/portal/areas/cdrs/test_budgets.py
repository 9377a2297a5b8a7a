"""The cost of a list of call records: the same for 26 records as for 10,000."""

import pytest
from sqlalchemy import text

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.test_budgets import cost_of

FAR = "?page=9999"
"""It asks for the part of the list that it begins in, where there are several."""
ASKED = (
    "",
    "?page=2",
    FAR,
    "?q=00",
    "?from=2026-11-01&to=2026-11-23&direction=out&status=answered&q=northline&page=2",
    "?code=200&challenges=1&size=100",
)


@pytest.mark.parametrize("username", ["alice", "root-admin"])
def test_the_list_takes_2_calls_and_few_statements_however_long_it_is(harness: AppHarness, username: str) -> None:
    browser = harness.signed_in(username)
    costs = []
    for count in (26, 10_000):
        harness.cdrs("alice", count)
        costs.append([cost_of(harness, browser, f"/cdrs{asked}") for asked in ASKED])
    assert costs[1] == [(calls, noted + (asked == FAR)) for asked, (calls, noted) in zip(ASKED, costs[0], strict=True)]
    assert all(calls == 2 and noted <= 6 for calls, noted in costs[1])


def test_one_condition_more_costs_the_administrator_nothing(harness: AppHarness, administrator: Browser) -> None:
    harness.cdrs("alice", 26)
    assert cost_of(harness, administrator, "/cdrs?owner=alice")[0] == 2


def test_the_order_of_the_list_comes_from_an_index(harness: AppHarness) -> None:
    """A page is read without sorting all that a customer has."""
    where = "owner = 'alice' AND answered_status != 401 AND answered_status != 407"
    asked = f"EXPLAIN QUERY PLAN SELECT * FROM cdr WHERE {where} ORDER BY created DESC, id LIMIT 25"
    with harness.database.read() as session:
        plan = [row[-1] for row in session.execute(text(asked))]
    assert "USING INDEX ix_cdr_owner_created_id_answered_status (owner=?)" in plan[0]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan
