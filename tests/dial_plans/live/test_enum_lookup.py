"""ENUM against a name server of this machine, and against records of all kinds."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.dial_plans.live.enum_lookup import enum_lookup
from sipsorcery_web.network.naptr import Rule
from tests.name_server import NameServer, name_server

__all__ = ["name_server"]

NAME = "4.3.2.1.e164.arpa"


def rule(expression: str = "!^.*$!sip:info@example.org!", **more: object) -> Rule:
    facts = {"order": 100, "preference": 10, "flags": "u", "service": "E2U+sip", "replacement": ""}
    return Rule(**facts | {"expression": expression} | more)  # type: ignore[arg-type]


def found(*rules: Rule) -> str | None:
    return enum_lookup(NAME, lambda name, seconds: rules)


@pytest.mark.parametrize(
    ("expression", "uri"),
    [
        ("!^.*$!sip:info@example.org!", "sip:info@example.org"),
        ("!^\\+12(.*)$!sip:x\\1@example.org!", "sip:x34@example.org"),
        ("/^(.*)$/sips:\\1@example.org/i", "sips:+1234@example.org"),
        ("!^.*$!SIP:a\\!b@example.org!", "SIP:a!b@example.org"),
        ("!\\+1(2)(3)4!sip:\\2\\1@example.org;user=phone!", "sip:32@example.org;user=phone"),
        ("!^.*$!tel:+1234!", None),
        ("!^999!sip:x@example.org!", None),
        ("!^.*$!sip:x@example.org\r\nVia: y!", None),
        ("!^.*$!sip:x@example.org", None),
        ("!(!sip:x@example.org!", None),
        ("!^.*$!sip:\\7@example.org!", "sip:@example.org"),
        ("!^(+*)*$!sip:x!", None),
        ("", None),
        ("1^.*$1sip:x@example.org1", None),
    ],
)
def test_a_number_is_rewritten_as_the_record_says(expression: str, uri: str | None) -> None:
    assert found(rule(expression)) == uri


def test_the_order_decides_and_then_the_preference() -> None:
    rules = [
        rule("!^.*$!sip:third@example.org!", order=200, preference=1),
        rule("!^.*$!sip:second@example.org!", preference=20),
        rule("!^.*$!sip:first@example.org!", preference=10),
    ]

    assert found(*rules) == "sip:first@example.org"


@pytest.mark.parametrize("service", ["E2U+sip", "e2u+SIP", "sip+E2U", "E2U+voice:sip+sip", "E2U+sip:x"])
def test_services_of_sip_are_known_by_their_old_and_new_names(service: str) -> None:
    assert found(rule(service=service)) == "sip:info@example.org"


@pytest.mark.parametrize("service", ["E2U+mailto", "E2U+web:http", "sip", ""])
def test_other_services_are_passed_by(service: str) -> None:
    assert found(rule(service=service, preference=1), rule("!^.*$!sip:b@example.org!")) == "sip:b@example.org"


def test_a_record_that_leads_to_another_name_is_followed() -> None:
    zone = {
        NAME: [rule("", flags="", replacement="1234.carrier.example")],
        "1234.carrier.example": [rule("!^\\+(.*)$!sip:\\1@carrier.example!")],
    }

    assert enum_lookup(NAME, lambda name, seconds: zone[name]) == "sip:1234@carrier.example"


def test_a_circle_of_names_ends() -> None:
    asked: list[str] = []

    def circle(name: str, seconds: float) -> Sequence[Rule]:
        asked.append(name)
        return [rule("", flags="", replacement=NAME)]

    assert enum_lookup(NAME, circle) is None
    assert len(asked) == 5


def test_five_seconds_are_for_all_names_together() -> None:
    moments = iter([0.0, 0.0, 3.0, 6.0])
    waits: list[float] = []

    def slow(name: str, seconds: float) -> Sequence[Rule]:
        waits.append(seconds)
        return [rule("", flags="", replacement=NAME)]

    assert enum_lookup(NAME, slow, lambda: next(moments)) is None
    assert waits == [5.0, 2.0]


def test_an_expression_that_takes_for_ever_is_left_out() -> None:
    hostile = "!^(\\+?(1|12|123|1234|2|3|4|23|34|234)*)*x$!sip:x@example.org!"
    long_name = "4.3.2.1." * 15 + "e164.arpa"

    assert enum_lookup(long_name, lambda name, seconds: [rule(hostile), rule(preference=20)]) == "sip:info@example.org"


@pytest.mark.parametrize(
    "name", ["", "e164.arpa", "+1234", "1234", "4.3.2.1", "4.3.2.1.e164.arpa/x", "www.example.org"]
)
def test_what_is_no_name_of_a_number_is_not_asked_for(name: str) -> None:
    def never(name: str, seconds: float) -> Sequence[Rule]:
        raise AssertionError(name)

    assert enum_lookup(name, never) is None


@given(st.text())
def test_no_expression_of_a_stranger_breaks_a_lookup(expression: str) -> None:
    uri = found(rule(expression))
    assert uri is None or (uri.isascii() and uri.isprintable())


def test_a_number_is_looked_up_at_a_name_server(name_server: NameServer) -> None:
    name_server.knows(NAME, "NAPTR", r'100 10 "u" "E2U+sip" "!^\\+(.*)$!sip:\\1@example.org!" .')
    assert enum_lookup(f"{NAME}.") == "sip:1234@example.org"
    assert name_server.asked == [NAME]


def test_a_number_that_has_no_records_has_no_address(name_server: NameServer) -> None:
    assert enum_lookup("9.9.e164.arpa") is None
    assert name_server.asked == ["9.9.e164.arpa"]
