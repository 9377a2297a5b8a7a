from typing import Any

import pytest

from sipsorcery_web.contract import filters
from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.operations import NO_LIMIT, OPERATIONS
from sipsorcery_web.provisioning.client import Entries
from tests.conftest import ServiceFixture
from tests.factories.records import sip_account

LISTS = ("sip_accounts", "sip_providers", "dial_plans", "registrar_bindings", "provider_bindings", "calls", "cdrs")


def entries(service_fixture: ServiceFixture, name: str) -> Entries[Any]:
    found: Entries[Any] = getattr(service_fixture.alice, name)
    return found


@pytest.mark.parametrize("name", LISTS)
def test_page_and_count_agree(service_fixture: ServiceFixture, name: str) -> None:
    entry = entries(service_fixture, name)

    assert len(entry.page()) == entry.count() == (1 if name in ("sip_accounts", "dial_plans") else 0)


@pytest.mark.parametrize("name", LISTS)
def test_a_page_beyond_the_end_is_empty(service_fixture: ServiceFixture, name: str) -> None:
    assert entries(service_fixture, name).page(offset=25, count=25) == []


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("offset", "count"), [(-1, 25), (0, -25)])
def test_negative_numbers_are_refused(service_fixture: ServiceFixture, name: str, offset: int, count: int) -> None:
    with pytest.raises(Refused, match="must not be negative"):
        entries(service_fixture, name).page(offset=offset, count=count)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.startswith("Get") and "SIPAccounts" in name])
def test_a_filter_that_cannot_be_read_is_refused(service_fixture: ServiceFixture, name: str) -> None:
    with pytest.raises(Refused, match="Unterminated string literal"):
        service_fixture.alice._call(name, where_expression='SIPUsername = "')


def test_pages_together_are_the_list(service_fixture: ServiceFixture) -> None:
    for place in range(6):
        service_fixture.alice.sip_accounts.add(sip_account(f"alice-{place}"))
    pages = [service_fixture.alice.sip_accounts.page(offset, 3) for offset in (0, 3, 6, 9)]

    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [account for page in pages for account in page] == service_fixture.alice.sip_accounts.page(0, NO_LIMIT)


def test_a_filter_of_the_client_is_understood(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    where = filters.prop("SIPUsername").ends_with("desk")

    assert service_fixture.alice.sip_accounts.count(where) == 1
    assert [account.sip_username for account in service_fixture.alice.sip_accounts.page(where=where)] == ["alice-desk"]


def test_the_administrator_lists_everybodys(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    assert service_fixture.bob

    assert service_fixture.administrator.sip_accounts.count() == 3
    assert {plan.owner for plan in service_fixture.administrator.dial_plans.page()} == {"alice", "bobby", "root-admin"}
