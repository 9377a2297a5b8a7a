"""The description of the interface; every answer in the other tests is compared with it."""

import json
from collections.abc import Iterator

from sipsorcery_web.contract.extensions import ALL_OPERATIONS
from sipsorcery_web.contract.records import wire_fields
from sipsorcery_web.rest.acts import ACTS, Act
from sipsorcery_web.rest.openapi import document, document_bytes
from sipsorcery_web.rest.resources import RESOURCES
from sipsorcery_web.rest.routes import ROUTES, Route
from tests.factories import DOMAIN

from .json_schema import complaints, resolved

DOCUMENT = document(DOMAIN, "/phones")
NO_RESOURCE = {
    "GetTimeZoneOffsetMinutes": "a number for clients of the original, whose times had no zone",
}
"""The operations that a token may call and that are no resource, with the reason."""


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (found for name, found in value.items() if name == "$ref")
        yield from (found for each in value.values() for found in references(each))
    elif isinstance(value, list):
        yield from (found for each in value for found in references(each))


def test_it_is_json_that_says_where_it_holds() -> None:
    assert json.loads(document_bytes(DOMAIN, "/phones")) == json.loads(json.dumps(DOCUMENT))
    assert DOCUMENT["servers"] == [{"url": "/phones/api/v1"}]


def test_its_references_lead_somewhere() -> None:
    assert all(resolved(reference, DOCUMENT) for reference in references(DOCUMENT))


def test_it_has_every_route_with_its_scope_and_a_name_of_its_own() -> None:
    described = {(path, method) for path, at in DOCUMENT["paths"].items() for method in at if method != "parameters"}
    there: list[Route | Act] = [*ROUTES, *ACTS]
    assert described == {(route.path, route.method.lower()) for route in there}
    names = [DOCUMENT["paths"][route.path][route.method.lower()]["operationId"] for route in there]
    assert len(names) == len(set(names))
    assert all(route.scope for route in ROUTES)


def test_no_operation_has_two_parameters_of_a_name() -> None:
    for path, at in DOCUMENT["paths"].items():
        for method in at.keys() - {"parameters"}:
            names = [(each["in"], each["name"]) for each in at[method]["parameters"]]
            assert len(names) == len(set(names)), (method, path)


def test_every_operation_that_tokens_may_call_is_one_of_the_interface() -> None:
    there = {resource.operation(verb).name for resource in RESOURCES for verb in resource.verbs}
    counts = {resource.operations.count for resource in RESOURCES if not resource.read_at_once}
    open_to_tokens = {name for name, operation in ALL_OPERATIONS.items() if operation.area is not None}
    assert open_to_tokens - counts - there == NO_RESOURCE.keys()


def test_it_has_every_field_of_every_record() -> None:
    for resource in RESOURCES:
        schema = DOCUMENT["components"]["schemas"][resource.record.__name__]
        assert list(schema["properties"]) == [entry.attribute for entry in wire_fields(resource.record)]


def test_what_a_schema_says_is_looked_at() -> None:
    account = {"$ref": "#/components/schemas/NewSIPAccount"}
    good = {"sip_username": "front-desk", "sip_domain": "sip.example.org"}
    assert list(complaints(good, account, DOCUMENT)) == []
    for wrong in (
        {"sip_username": 1},
        {"is_incoming_only": None},
        {"x": ""},
        {"network_id": "\n"},
        {"sip_username": "ann"},
    ):
        assert list(complaints(good | wrong, account, DOCUMENT))
    assert list(complaints({}, account, DOCUMENT))
