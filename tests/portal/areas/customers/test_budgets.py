"""The cost of the list of customers and of one's page: the same for 30 customers as for 10,000."""

from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import insert, text

from sipsorcery_web.service.store.models import CustomerRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.test_budgets import cost_of

ASKED = {
    "": 2,
    "?page=2": 2,
    "?state=never": 2,
    "?state=suspended&size=100": 2,
    "?q=customer-00017": 3,  # the SIP accounts of that name, too
}
"""What is asked, and how many calls of the service it takes."""


def add_customers(harness: AppHarness, first: int, end: int) -> None:
    """Store customers who have nothing yet, customer-00001 and so on."""
    rows = [
        {
            "id": uuid4(),
            "customer_username": f"customer-{number:05}",
            "email_address": f"customer-{number:05}@example.org",
            "password_hash": "",
            "inserted": harness.clock(),
            "suspended": number % 100 == 0,
        }
        for number in range(first, end)
    ]
    with harness.database.write() as session:
        session.execute(insert(cast(Any, CustomerRow)), rows)


def test_the_list_takes_as_few_calls_and_statements_however_many_there_are(
    harness: AppHarness, administrator: Browser
) -> None:
    costs = []
    for first, end in ((1, 30), (30, 10_000)):
        add_customers(harness, first, end)
        costs.append({asked: cost_of(harness, administrator, f"/admin/customers{asked}") for asked in ASKED})
    assert costs[0] == costs[1]
    assert {asked: calls for asked, (calls, _) in costs[1].items()} == ASKED
    assert all(noted <= 3 * calls for calls, noted in costs[1].values())


def test_a_customers_page_takes_a_call_for_each_kind_of_thing(harness: AppHarness, administrator: Browser) -> None:
    row = harness.customer("alice")
    assert row is not None
    calls, statements = cost_of(harness, administrator, f"/admin/customers/{row.id}")
    assert (calls, statements <= 14) == (9, True)


@pytest.mark.parametrize("members", ["", "WHERE coalesce(admin_id, '') = ''"])
def test_the_order_of_the_list_comes_from_an_index(harness: AppHarness, members: str) -> None:
    """A page is read without sorting all customers."""
    inner = f"SELECT customers.*, CAST(NULL AS VARCHAR) AS owner FROM customers {members}"
    asked = f"EXPLAIN QUERY PLAN SELECT * FROM ({inner}) ORDER BY customer_username, id LIMIT 25"
    with harness.database.read() as session:
        plan = " ".join(row[-1] for row in session.execute(text(asked)))
    assert "USING INDEX" in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan
