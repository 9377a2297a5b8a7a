"""Bob sends alice's ids to every route: he is told that there is nothing, and nothing of hers changes."""

from typing import Any
from uuid import UUID

import pytest

from sipsorcery_web.rest.filters import filters_of
from sipsorcery_web.rest.resources import Verb
from sipsorcery_web.rest.routes import ROUTES, Route
from tests.portal.app_harness import AppHarness

from .program import Program, problem, program_of
from .test_handlers import CHANGED, NAMED, NEW

ON_BOTH_STORES = True
WITH_ID = [route for route in ROUTES if route.has_id]
LISTS = [route for route in ROUTES if route.verb is Verb.LIST]
ADDS = [route for route in ROUTES if route.verb is Verb.ADD]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.fixture
def hers(harness: AppHarness, alice: Program) -> dict[str, UUID]:
    """An id of each kind of alice's, by the noun; domains are the operator's, and everybody's."""
    things = harness.one_of_each("alice")
    provider = harness.provider("alice", "redline", register_enabled=True, register_contact="sip:a@sip.example.org")
    assert provider
    return {
        "sip-accounts": things["account_id"],
        "sip-account-bindings": things["binding_id"],
        "providers": things["provider_id"],
        "provider-bindings": UUID(alice.items("/provider-bindings")[0]["id"]),
        "dial-plans": things["plan_id"],
        "calls": things["leg_id"],
        "cdrs": things["cdr_id"],
        "tokens": things["token_id"],
        "audit": UUID(alice.items("/audit")[0]["id"]),
        "domains": UUID(alice.items("/domains")[0]["id"]),
    }


def asked(program: Program, route: Route, id: UUID) -> Any:
    noun = route.resource.noun
    bodies = {Verb.REPLACE: NEW.get(noun), Verb.CHANGE: CHANGED.get(noun)}
    sent = {"json": bodies[route.verb]} if route.verb in bodies else {}
    return program.ask(route.method, route.path.replace("{id}", str(id)), headers={"If-Match": "*"}, **sent)


@pytest.mark.usefixtures("sip_engine")
@pytest.mark.parametrize("route", WITH_ID, ids=named)
def test_what_is_anothers_is_not_there(
    harness: AppHarness, hers: dict[str, UUID], alice: Program, bob: Program, route: Route
) -> None:
    bob.get("/customer")  # notes that the token is used
    before = harness.stored_rows()
    answer = asked(bob, route, hers[route.resource.noun])
    if route.resource.noun == "domains":
        assert answer.status_code == 200
        return
    assert problem(answer)[0] == 404
    assert harness.stored_rows() == before
    assert asked(alice, route, hers[route.resource.noun]).status_code in (200, 204)


@pytest.mark.parametrize("username", ["bobby", "root-admin"])
@pytest.mark.parametrize("route", LISTS, ids=named)
def test_no_list_has_what_is_anothers(
    harness: AppHarness, hers: dict[str, UUID], alice: Program, route: Route, username: str
) -> None:
    other = program_of(harness, username)
    found = {UUID(record["id"]) for record in other.items(route.path)}
    is_everybodys = route.resource.noun == "domains"
    assert (hers[route.resource.noun] in found) is is_everybodys
    assert hers[route.resource.noun] in {UUID(record["id"]) for record in alice.items(route.path)}


@pytest.mark.parametrize("route", ADDS, ids=named)
def test_an_id_of_anothers_record_is_not_taken_for_a_new_one(
    alice: Program, bob: Program, hers: dict[str, UUID], route: Route
) -> None:
    noun = route.resource.noun
    id, name = hers[noun], NAMED[noun]
    before = alice.get(f"{route.path}/{id}").get_json()
    added = bob.post(route.path, NEW[noun] | {"id": str(id), "owner": "alice", name: "another-one"})
    assert added.status_code == 201, added.text
    assert UUID(added.get_json()["id"]) != id
    assert added.get_json()["owner"] == "bobby"
    assert alice.get(f"{route.path}/{id}").get_json() == before


@pytest.mark.parametrize("route", LISTS, ids=named)
def test_a_filter_for_anothers_records_finds_none(bob: Program, hers: dict[str, UUID], route: Route) -> None:
    filters = {"id": str(hers[route.resource.noun]), "owner": "alice"}
    for name in filters.keys() & filters_of(route.resource).keys():
        assert bob.items(f"{route.path}?{name}={filters[name]}") == []


def test_every_route_is_looked_at() -> None:
    assert {*WITH_ID, *LISTS, *ADDS} == {route for route in ROUTES if not route.resource.is_single}
