"""The parameters of lists."""

import pytest

from sipsorcery_web.rest.filters import filters_of, paging_of
from sipsorcery_web.rest.resources import RESOURCES, Resource
from tests.portal.app_harness import AppHarness

from .program import Program, problem

ON_BOTH_STORES = True
ID = "6f0f8a3e-61c5-4a2b-8a64-7a2f5a3b1c11"
VALUES = {"boolean": "true", "int": "5", "guid": ID, "string": "x", "DateTimeOffset": "2026-11-23T12:00:00+01:00"}
LISTS = [resource for resource in RESOURCES if not resource.is_single]


def names(program: Program, query: str) -> list[str]:
    return [account["sip_username"] for account in program.items(f"/sip-accounts?{query}")]


def test_a_search_finds_a_part_in_any_case_and_a_short_one_at_the_beginning(
    harness: AppHarness, alice: Program
) -> None:
    for name in ("front-desk", "back-desk"):
        harness.account("alice", name)
    assert names(alice, "q=DESK") == ["back-desk", "front-desk"]
    assert names(alice, "q=fr") == ["front-desk"]
    assert names(alice, "q=nobody") == []
    assert names(alice, "q=") == ["alice", "back-desk", "front-desk"]


def test_filters_go_by_the_types_of_fields_and_all_of_them_hold(harness: AppHarness, alice: Program) -> None:
    harness.account("alice", "front-desk", is_incoming_only=True)
    harness.account("alice", "back-desk", is_incoming_only=True, network_id="5")
    assert names(alice, "is_incoming_only=true") == ["back-desk", "front-desk"]
    assert names(alice, "is_incoming_only=false") == ["alice"]
    assert names(alice, "is_incoming_only=true&network_id=5") == ["back-desk"]
    assert names(alice, "inserted_from=2026-11-23T13:00:00%2B01:00") == ["alice", "back-desk", "front-desk"]
    assert names(alice, "inserted_before=2026-11-23T12:00:00Z") == []


@pytest.mark.parametrize("resource", LISTS, ids=lambda resource: resource.noun)
def test_the_service_knows_every_filter_and_takes_all_at_once(alice: Program, resource: object) -> None:
    known = filters_of(resource)  # type: ignore[arg-type]
    noun = resource.noun  # type: ignore[attr-defined]
    for name, found in known.items():
        kind = found.entry.kind.type_name.partition(":")[2]  # type: ignore[union-attr]
        assert alice.get(f"/{noun}", query_string={name: VALUES[kind]}).status_code == 200, name
    if paging_of(resource):  # type: ignore[arg-type]
        assert alice.get(f"/{noun}", query_string={"q": "\"' or 1=1 --", "limit": "200"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "rule", "field"),
    [
        ("where=true", "unknown-parameter", "where"),
        ("sip_password=x", "unknown-parameter", "sip_password"),
        ("is_incoming_only=1", "wrong-type", "is_incoming_only"),
        ("id=1", "wrong-type", "id"),
        ("inserted_from=2026-11-23", "wrong-type", "inserted_from"),
        ("inserted_from=2026-11-23T12:00:00", "wrong-type", "inserted_from"),
        ("inserted_from=2026-02-30T12:00:00Z", "wrong-type", "inserted_from"),
        ("limit=0", "wrong-type", "limit"),
        ("limit=201", "wrong-type", "limit"),
        ("limit=%D9%A3", "wrong-type", "limit"),
        ("q=a&q=b", "repeated", "q"),
        ("q=%00", "wrong-type", ""),
        ("cursor=x", "cursor-unknown", "cursor"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused(alice: Program, query: str, rule: str, field: str) -> None:
    assert problem(alice.get(f"/sip-accounts?{query}")) == (400, rule, field)


@pytest.mark.parametrize("path", ["/customer", "/domains", "/tokens", f"/sip-accounts/{ID}"])
def test_where_there_is_no_parameter_one_is_refused(alice: Program, path: str) -> None:
    assert problem(alice.get(f"{path}?q=x")) == (400, "unknown-parameter", "q")


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.noun)
def test_no_list_takes_an_expression(alice: Program, resource: Resource) -> None:
    answer = alice.get(f"/{resource.noun}", query_string={"where": "true"})
    assert problem(answer) == (400, "unknown-parameter", "where")
