"""Lists that are asked for again: kept while nothing changes, and for no token but the one that has asked."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.access_tokens import AccessTokenRow
from tests.factories import SIP_PASSWORD
from tests.portal.app_harness import AppHarness
from tests.statements import counted_statements

from .program import Program, problem, program_of

ON_BOTH_STORES = True


@pytest.fixture
def account(harness: AppHarness, alice: Program) -> str:
    """The address of an account of alice's, whose list is kept."""
    harness.accounts("alice", 0)
    harness.account("alice", "front-desk", sip_password=SIP_PASSWORD)
    (found,) = alice.items("/sip-accounts?limit=1")
    for _ in range(2):  # the first one notes that the token is used, and is not kept
        assert "front-desk" in alice.get("/sip-accounts").text
    return f"/sip-accounts/{found['id']}"


def statements(ask: Callable[[], object]) -> int:
    with counted_statements() as noted:
        ask()
    return len([statement for statement in noted if not statement.startswith("PRAGMA")])


@pytest.mark.usefixtures("account")
def test_a_list_that_is_as_it_was_is_not_read(alice: Program) -> None:
    before = alice.get("/sip-accounts")
    assert statements(lambda: alice.get("/sip-accounts")) == 1
    again = alice.get("/sip-accounts")
    assert (again.data, again.headers.get("Link")) == (before.data, before.headers.get("Link"))


def test_what_has_changed_is_read(alice: Program, account: str) -> None:
    alice.patch(account, {"is_user_disabled": True})
    assert alice.items("/sip-accounts")[0]["is_user_disabled"] is True
    alice.delete(account)
    assert alice.items("/sip-accounts") == []


@pytest.mark.usefixtures("account")
def test_another_question_is_another_answer(harness: AppHarness, alice: Program) -> None:
    harness.account("alice", "second-desk")
    assert len(alice.items("/sip-accounts")) == 2
    first = alice.get("/sip-accounts?limit=1")
    assert [each["sip_username"] for each in first.get_json()["items"]] == ["front-desk"]
    assert alice.items("/sip-accounts?q=second")[0]["sip_username"] == "second-desk"
    assert [alice.items(first.headers["Link"][1:].partition(">")[0])[0]["sip_username"] for _ in range(2)] == [
        "second-desk",
        "second-desk",
    ]


@pytest.mark.usefixtures("account")
def test_nobody_else_is_given_it(harness: AppHarness, bob: Program, stranger: Program) -> None:
    assert "front-desk" not in bob.get("/sip-accounts").text
    assert problem(stranger.get("/sip-accounts"))[0] == 401
    of_calls = program_of(harness, "alice", "calls:read", name="calls")
    assert problem(of_calls.get("/sip-accounts"))[:2] == (403, "token-lacks-scope")
    careful = program_of(harness, "alice", "accounts:read", name="careful")
    assert [SIP_PASSWORD in careful.get("/sip-accounts").text for _ in range(3)] == [False] * 3


@pytest.mark.usefixtures("account")
def test_a_token_that_is_deleted_is_given_nothing(harness: AppHarness, alice: Program) -> None:
    (token,) = alice.items("/tokens")
    harness.service_fixture.alice.delete_access_token(UUID(token["id"]))
    assert problem(alice.get("/sip-accounts"))[0] == 401


@pytest.mark.usefixtures("account")
def test_a_token_whose_customer_is_suspended_is_given_nothing(harness: AppHarness, alice: Program) -> None:
    Operators(harness.service.context).suspend("alice", None)
    assert problem(alice.get("/sip-accounts"))[0] == 401


@pytest.mark.usefixtures("account")
def test_a_token_that_is_over_is_given_nothing(harness: AppHarness, alice: Program) -> None:
    harness.clock.pass_(days=8)
    assert problem(alice.get("/sip-accounts"))[0] == 401


@pytest.mark.usefixtures("account")
def test_the_use_of_a_token_is_noted_all_the_same(harness: AppHarness, alice: Program) -> None:
    for _ in range(2):  # the second answer is not yet a minute old, and the token's last note is older
        harness.clock.pass_(seconds=50)
        alice.get("/sip-accounts?limit=2")
    with harness.database.read() as session:
        last_used = session.scalars(select(AccessTokenRow.last_used)).one()
    assert last_used
    assert harness.clock() - last_used < timedelta(minutes=1)
