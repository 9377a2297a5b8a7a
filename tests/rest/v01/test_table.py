"""The table of the original's REST v0.1, route by route (`table.json`, from the specification, section 12.2)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from sipsorcery_web.rest.v01.routes import IS_ALIVE, ROUTES, Route
from tests.portal.app_harness import AppHarness

from .key_holder import KeyHolder

ON_BOTH_STORES = True
TABLE = json.loads((Path(__file__).parent / "table.json").read_text())
SERVED = [row for row in TABLE["routes"] if row.get("served", True)]
NOT_SERVED = [row["route"] for row in TABLE["routes"] if not row.get("served", True)]
NEW: Mapping[str, Mapping[str, Any]] = {
    "sipaccount": {"SIPUsername": "reception", "SIPPassword": "Ch4nge.it.now"},
    "sipprovider": {"ProviderName": "blueline", "ProviderServer": "sip.blueline.example", "ProviderUsername": "line"},
    "dialplan": {"DialPlanName": "lunch-break", "DialPlanScript": "sys.Log('noon')"},
}
SPOKEN = {"sipaccount": "SIP account", "sipprovider": "SIP provider", "dialplan": "SIP Dial Plan"}
NO_KEY = "No apikey header was found in the request."
UNKNOWN = "The apikey header value was not recognised as belonging to a valid account."
LISTS = [row["route"] for row in SERVED if row["result"] == "list"]
NOUNS = pytest.mark.parametrize("noun", NEW)
ROWS = pytest.mark.parametrize("row", SERVED, ids=lambda row: row["route"])


@pytest.fixture
def hers(harness: AppHarness) -> dict[str, UUID]:
    """An id of each kind of alice's that can be changed."""
    things = harness.one_of_each("alice")
    return {"sipaccount": things["account_id"], "sipprovider": things["provider_id"], "dialplan": things["plan_id"]}


def sent(row: Mapping[str, str]) -> dict[str, Any]:
    return {"json": {}} if row["method"] == "POST" else {}


def test_the_routes_are_those_of_the_table() -> None:
    there = {(route.path, route.method) for route in ROUTES} | {(IS_ALIVE, "GET")}
    assert there == {(row["route"], row["method"]) for row in SERVED}


@ROWS
def test_nobody_is_told_anything_without_a_good_key(harness: AppHarness, row: Mapping[str, str]) -> None:
    if row["route"] == IS_ALIVE:
        assert KeyHolder(harness, "").ask("GET", IS_ALIVE).get_json() is True
        return
    session = harness.service_fixture.token_of("alice")
    for key, error in (("", NO_KEY), ("sips_" + "0" * 36, UNKNOWN), (session, UNKNOWN), ("guess", UNKNOWN)):
        assert KeyHolder(harness, key).error(row["method"], row["route"], **sent(row)) == error


@ROWS
def test_a_result_is_what_the_table_says(alice_v01: KeyHolder, hers: dict[str, UUID], row: Mapping[str, str]) -> None:
    noun, _, verb = row["route"].partition("/")
    id = str(hers.get(noun, ""))
    entity = {**NEW.get(noun, {}), **({"ID": id} if verb == "update" else {})}
    more: dict[str, Any] = {"json": entity} if row["method"] == "POST" else {"query_string": {"id": id, "key": "k"}}
    if noun == "keyvalue":
        more = {"json": {"key": "k", "value": "v"}} if verb == "write" else more
    if row["route"] == IS_ALIVE:
        return
    found, error = alice_v01.result(row["method"], row["route"], **more)
    match row["result"]:
        case "int":
            assert (error, found) == (None, len(alice_v01.get(f"{noun}/get")))
        case "list":
            assert error is None
            assert all(type(each["ID"]) is str and UUID(each["ID"]) for each in found)
        case "id":
            assert error is None
            assert (UUID(found) == hers[noun]) is (verb == "update")
        case "bool":
            assert (found, error) == (True, None)
        case "not implemented":
            assert error == "The method or operation is not implemented."
        case "new id; top-level admin only":
            assert error == "No token for programs can call CreateCustomer."
        case _:
            assert error is None


@pytest.mark.parametrize("route", [*NOT_SERVED, "", "nowhere", "sipaccount", "sipaccount/get/", "rest/isalive"])
def test_what_is_not_served_is_not_there(alice_v01: KeyHolder, route: str) -> None:
    for method in ("GET", "POST"):
        assert alice_v01.ask(method, route).status_code == 404


@ROWS
def test_each_route_has_its_method_and_no_other(
    harness: AppHarness, alice_v01: KeyHolder, hers: dict[str, UUID], row: Mapping[str, str]
) -> None:
    before = harness.stored_rows()
    other = "GET" if row["method"] == "POST" else "POST"
    id = hers.get(row["route"].partition("/")[0], "")
    for method in (other, "HEAD", "DELETE"):
        answer = alice_v01.ask(method, f"{row['route']}?id={id}", **({"json": {}} if method == "POST" else {}))
        assert (answer.status_code, answer.headers["Allow"]) == (405, f"{row['method']}, OPTIONS")
    assert harness.stored_rows() == before


# The two-customer matrix


@pytest.mark.parametrize(
    "row",
    [row for row in SERVED if row["route"].endswith(("/update", "/delete", "/copy"))],
    ids=lambda row: row["route"],
)
def test_what_is_anothers_is_not_there(
    harness: AppHarness, alice_v01: KeyHolder, bob_v01: KeyHolder, hers: dict[str, UUID], row: Mapping[str, str]
) -> None:
    noun, _, verb = row["route"].partition("/")
    if noun == "keyvalue":
        alice_v01.post("keyvalue/write", {"key": "k", "value": "hers"})
        bob_v01.get("keyvalue/delete", key="k")
        assert (bob_v01.get("keyvalue/read", key="k"), alice_v01.get("keyvalue/read", key="k")) == (None, "hers")
        return
    bob_v01.get("sipaccount/count")  # notes that the token is used
    before = harness.stored_rows()
    for id in (hers[noun], uuid4(), "1"):
        entity = {**NEW[noun], "ID": str(id)}
        more: dict[str, Any] = {"json": entity} if verb == "update" else {"query_string": {"id": str(id)}}
        error = bob_v01.error(row["method"], row["route"], **more)
        assert error == f"The {SPOKEN[noun]} to {verb} could not be found."
    assert harness.stored_rows() == before


@pytest.mark.parametrize("path", LISTS)
def test_no_list_has_what_is_anothers(harness: AppHarness, alice_v01: KeyHolder, bob_v01: KeyHolder, path: str) -> None:
    harness.one_of_each("alice")
    harness.provider("alice", "redline", register_enabled=True, register_contact="sip:a@sip.example.org")
    hers = {each["ID"] for each in alice_v01.get(path)}
    assert hers
    filters = [{}, {"where": "true"}, {"where": "true or true"}, {"where": 'Owner = "alice"'}]
    for where in filters:
        assert not hers & {each["ID"] for each in bob_v01.get(path, **where)}


def everything(holder: KeyHolder) -> Mapping[str, Any]:
    """All that a program's customer has at routes that list."""
    lists = {route.path: holder.get(route.path) for route in ROUTES if route.path in LISTS}
    keys = holder.get("keyvalue/getkeys")
    return lists | {"values": {key: holder.get("keyvalue/read", key=key) for key in keys}}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_no_route_tells_or_changes_what_is_anothers(
    harness: AppHarness, alice_v01: KeyHolder, bob_v01: KeyHolder, route: Route
) -> None:
    harness.one_of_each("alice")
    harness.provider("alice", "redline", register_enabled=True, register_contact="sip:a@sip.example.org")
    alice_v01.post("keyvalue/write", {"key": "hers", "value": "of-alice"})
    before = everything(alice_v01)
    noun = route.path.partition("/")[0]
    ids = [record["ID"] for record in before.get(f"{noun}/get", ())]
    assert ids or f"{noun}/get" not in LISTS
    for id in ids or [""]:
        entity = {**NEW.get(noun, {"key": "hers", "value": "of-bob"}), **({"ID": id} if id else {})}
        asked = {"id": id, "key": "hers", **({"where": f'ID.Equals(Guid("{id}"))'} if id else {})}
        more: dict[str, Any] = {"json": entity} if route.method == "POST" else {"query_string": asked}
        answer = bob_v01.ask(route.method, route.path, **more).text
        assert "of-alice" not in answer
        assert not id or id not in answer
    assert everything(alice_v01) == before
