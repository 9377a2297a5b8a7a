"""Bodies of requests: JSON of its type, and nothing that a record does not have."""

import pytest

from sipsorcery_web.rest.bodies import record_of
from sipsorcery_web.rest.resources import RESOURCES
from tests.portal.conftest import HarnessWith

from .program import Program, problem, program_of
from .test_handlers import NEW

ACCOUNT = NEW["sip-accounts"]


def sent(program: Program, content: bytes, content_type: str = "application/json") -> tuple[int, str, str]:
    return problem(program.ask("POST", "/sip-accounts", data=content, headers={"Content-Type": content_type}))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"sip_username": NaN}',
        b'{"sip_username": "front-desk", "sip_username": "back-desk"}',
        b'{"sip_username": ' + b"[" * 100_000,
        b'{"network_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_object_in_json_is_refused(alice: Program, content: bytes) -> None:
    assert sent(alice, content)[0] == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/xml", ""])
def test_content_of_another_type_is_refused(alice: Program, content_type: str) -> None:
    assert sent(alice, b"{}", content_type)[0] == 415


def test_each_address_says_which_types_it_takes(alice: Program) -> None:
    address = alice.post("/sip-accounts", ACCOUNT).headers["Location"]
    other = {"headers": {"Content-Type": "text/plain"}, "data": b"{}"}
    assert alice.ask("POST", "/sip-accounts", **other).headers["Accept-Post"] == "application/json"  # type: ignore[arg-type]
    patched = alice.ask("PATCH", address, **other)  # type: ignore[arg-type]
    assert patched.headers["Accept-Patch"] == "application/merge-patch+json, application/json"


def test_content_that_is_too_large_is_refused(harness_with: HarnessWith) -> None:
    program = program_of(harness_with(request_limit=2000), "alice")
    assert sent(program, b" " * 3000)[0] == 413


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sip_username", 7),
        ("sip_username", ["front-desk"]),
        ("is_incoming_only", "true"),
        ("is_incoming_only", 1),
        ("is_incoming_only", None),
        ("inserted", "yesterday"),
        ("id", "1"),
    ],
)
def test_a_value_of_another_type_is_refused_at_its_field(alice: Program, field: str, value: object) -> None:
    assert problem(alice.post("/sip-accounts", ACCOUNT | {field: value})) == (422, "wrong-type", field)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 1.5, True, "60"])
def test_a_number_is_a_whole_one_of_32_bits(alice: Program, value: object) -> None:
    answer = alice.post("/providers", NEW["providers"] | {"register_expiry": value})
    assert problem(answer) == (422, "wrong-type", "register_expiry")


def test_a_name_that_no_field_has_is_refused(alice: Program) -> None:
    assert problem(alice.post("/sip-accounts", ACCOUNT | {"SIPUsername": "x"})) == (422, "unknown-field", "SIPUsername")


def test_a_character_that_no_record_can_have_is_refused(alice: Program) -> None:
    for text in ("a\u0000b", "\ud800", "a\u2028b"):
        answer = alice.post("/sip-accounts", ACCOUNT | {"network_id": text})
        assert problem(answer) == (422, "control-character", "network_id" if text == "a\u2028b" else "")


def test_the_members_of_an_enumeration_are_those_of_the_wire(alice: Program) -> None:
    wrong = alice.post("/providers", NEW["providers"] | {"provider_type": "sip"})
    assert problem(wrong) == (422, "wrong-type", "provider_type")


def test_a_whole_record_has_every_field_that_the_caller_decides_about() -> None:
    for resource in RESOURCES:
        decided = {entry.attribute for entry in resource.fields if resource.is_writable(entry) and not entry.is_secret}
        assert record_of(resource, {}, is_whole=True).present == frozenset(decided)
        assert record_of(resource, {}).present == frozenset()
