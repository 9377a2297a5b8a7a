from typing import Any

import pytest

from sipsorcery_web.contract import filters
from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.operations import NO_LIMIT, OPERATIONS
from sipsorcery_web.provisioning.client import Entries
from tests.conftest import Stage, sip_account

LISTS = ("sip_accounts", "sip_providers", "dial_plans", "registrar_bindings", "provider_bindings", "calls", "cdrs")


def entries(stage: Stage, name: str) -> Entries[Any]:
    found: Entries[Any] = getattr(stage.alice, name)
    return found


@pytest.mark.parametrize("name", LISTS)
def test_page_and_count_agree(stage: Stage, name: str) -> None:
    entry = entries(stage, name)

    assert len(entry.page()) == entry.count() == (1 if name in ("sip_accounts", "dial_plans") else 0)


@pytest.mark.parametrize("name", LISTS)
def test_a_page_beyond_the_end_is_empty(stage: Stage, name: str) -> None:
    assert entries(stage, name).page(offset=25, count=25) == []


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("offset", "count"), [(-1, 25), (0, -25)])
def test_negative_numbers_are_refused(stage: Stage, name: str, offset: int, count: int) -> None:
    with pytest.raises(Refused, match="must not be negative"):
        entries(stage, name).page(offset=offset, count=count)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.startswith("Get") and "SIPAccounts" in name])
def test_a_filter_that_cannot_be_read_is_refused(stage: Stage, name: str) -> None:
    with pytest.raises(Refused, match="Unterminated string literal"):
        stage.alice._call(name, where_expression='SIPUsername = "')


def test_pages_together_are_the_list(stage: Stage) -> None:
    for place in range(6):
        stage.alice.sip_accounts.add(sip_account(f"alice-{place}"))
    pages = [stage.alice.sip_accounts.page(offset, 3) for offset in (0, 3, 6, 9)]

    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [account for page in pages for account in page] == stage.alice.sip_accounts.page(0, NO_LIMIT)


def test_a_filter_of_the_client_is_understood(stage: Stage) -> None:
    stage.alice.sip_accounts.add(sip_account("alice-desk"))
    where = filters.prop("SIPUsername").ends_with("desk")

    assert stage.alice.sip_accounts.count(where) == 1
    assert [account.sip_username for account in stage.alice.sip_accounts.page(where=where)] == ["alice-desk"]


def test_the_administrator_lists_everybodys(stage: Stage) -> None:
    assert stage.alice
    assert stage.bob

    assert stage.administrator.sip_accounts.count() == 3
    assert {plan.owner for plan in stage.administrator.dial_plans.page()} == {"alice", "bobby", "root-admin"}
