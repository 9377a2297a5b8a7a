import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.records import Customer, SIPAccount, SIPDialPlan
from sipsorcery_web.contract.rules import (
    ORIGINAL_PASSWORD_LENGTHS,
    Violation,
    customer_password_violations,
    customer_violations,
    dial_plan_violations,
    is_blank,
    new_customer_violations,
    refuse,
    sip_account_violations,
)
from sipsorcery_web.contract.rules.catalogue import DIAL_PLAN_NAME_MISSING, PASSWORD_LENGTH, SIP_ACCOUNT_LENGTHS
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.factories.records import person, sip_account

MESSAGES: dict[str, list[str]] = json.loads(Path(__file__).with_name("contract_facts.json").read_text())["messages"]


def of_customer(**fields: Any) -> list[str]:
    """Return the messages about alice as a new customer with these fields."""
    return [violation.message for violation in new_customer_violations(person("alice", **fields))]


def of_account(**fields: Any) -> list[str]:
    """Return the messages about an account of alice's with these fields."""
    account = replace(sip_account("alice-desk", owner="alice"), **fields)
    return [violation.message for violation in sip_account_violations(account)]


# Customers


def test_a_customer_that_keeps_to_the_rules_is_taken() -> None:
    assert of_customer() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"first_name": None}, "A first name must be specified."),
        ({"first_name": "n" * 65}, "The first name length must be less than 64."),
        ({"last_name": " \t"}, "A last name must be specified."),
        ({"last_name": "n" * 65}, "The last name length must be less than 64."),
        ({"email_address": ""}, "An email address must be specified."),
        ({"email_address": "a" * 55 + "@example.org"}, "The email address length must be less than 64."),
        ({"email_address": "alice"}, "The email address was an invalid format."),
        ({"email_address": "alice@example"}, "The email address was an invalid format."),
        ({"email_address": "al ice@example.org"}, "The email address was an invalid format."),
        ({"email_address": "alice@home@example.org"}, "The email address was an invalid format."),
        ({"customer_username": None}, "A username must be specified."),
        ({"customer_username": "lice"}, "The username length must be between 5 and 20."),
        ({"customer_username": "a" * 21}, "The username length must be between 5 and 20."),
        ({"customer_username": "alice.home"}, MESSAGES["Customer"][9]),
        ({"customer_username": "alic\u00e9"}, MESSAGES["Customer"][9]),
        ({"customer_username": "ali\u0000ce"}, MESSAGES["Customer"][9]),
        ({"customer_password": None}, "A password must be specified."),
        ({"customer_password": "      "}, "A password must be specified."),
        ({"customer_password": "12345"}, "The password length must be between 6 and 64."),
        ({"customer_password": "p" * 65}, "The password length must be between 6 and 64."),
        ({"customer_password": " 12345 "}, "The password length must be between 6 and 64."),
        ({"security_answer": None}, "The answer to the security question must be specified."),
        ({"security_answer": "n" * 65}, "The security question answer length must be less than 64."),
        ({"city": "\u0007"}, MESSAGES["Customer"][14]),
        ({"city": "n" * 65}, "The city length must be less than 64."),
        ({"web_site": "w" * 257}, "The web site length must be less than 256."),
        ({"country": "c" * 65}, "The country can have at most 64 characters."),
        ({"security_question": "q" * 1025}, "The security question can have at most 1024 characters."),
        ({"time_zone": "z" * 129}, "The time zone can have at most 128 characters."),
    ],
)
def test_a_customer_is_refused_for(fields: dict[str, Any], message: str) -> None:
    assert of_customer(**fields) == [message]


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": " " + "n" * 64 + " "},
        {"customer_username": "alice"},
        {"customer_username": "Alice_of-20-letters_"},
        {"customer_password": "123456"},
        {"customer_password": "p" * 20},
        {"customer_password": "correct horse batter"},
        {"email_address": "a" * 52 + "@example.org"},
        {"email_address": "a@b.c"},
        {"security_answer": "n" * 64},
        {"city": "Sault Ste. Marie"},
        {"web_site": "w" * 256},
        {"web_site": None, "country": None, "security_question": None, "time_zone": None},
    ],
)
def test_a_customer_is_taken_with(fields: dict[str, Any]) -> None:
    assert of_customer(**fields) == []


def test_the_rules_for_a_new_customer_hold_in_the_order_of_the_original() -> None:
    missing = [message.message for message in new_customer_violations(Customer())]
    too_long = [message.message for message in new_customer_violations(wordy_customer())]
    specified = [message for message in MESSAGES["Customer"] if "must be specified" in message]
    lengths = [message for message in MESSAGES["Customer"] if "length must be" in message]

    assert missing == specified
    assert too_long == [message.replace("between 6 and 20", "between 6 and 64") for message in lengths]


@pytest.mark.parametrize(("password", "is_taken"), [("p" * 20, True), ("p" * 21, False), ("12345", False)])
def test_at_another_service_a_password_is_as_long_as_the_original_allows(password: str, is_taken: bool) -> None:
    found = customer_password_violations(password, "new_password", ORIGINAL_PASSWORD_LENGTHS)

    told = [] if is_taken else ["The password length must be between 6 and 20."]
    assert [violation.message for violation in found] == told


def wordy_customer() -> Customer:
    fields = (
        "first_name",
        "last_name",
        "email_address",
        "customer_username",
        "customer_password",
        "security_answer",
        "city",
    )
    return Customer(**dict.fromkeys(fields, "x" * 65), web_site="x" * 257)  # type: ignore[arg-type]


def test_a_password_that_is_missing_is_told_also_when_nothing_else_is_wrong() -> None:
    assert of_customer(customer_password=None) == ["A password must be specified."]
    assert of_customer(customer_password=None, web_site="w" * 257) == [
        "A password must be specified.",
        "The web site length must be less than 256.",
    ]


def test_a_customer_who_changes_details_needs_no_password() -> None:
    assert list(customer_violations(person("alice", customer_password=None))) == []


def test_a_new_password_is_complained_about_at_its_own_field() -> None:
    assert list(customer_password_violations("short", "new_password")) == [Violation("new_password", PASSWORD_LENGTH)]
    assert list(customer_password_violations("long-enough", "new_password")) == []


# SIP accounts


def test_a_sip_account_that_keeps_to_the_rules_is_taken() -> None:
    assert of_account() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"owner": None}, MESSAGES["SIPAccount"][0]),
        ({"sip_username": "  "}, MESSAGES["SIPAccount"][1]),
        ({"sip_domain": None}, MESSAGES["SIPAccount"][2]),
        ({"sip_username": "desk"}, MESSAGES["SIPAccount"][3]),
        ({"sip_username": " desk "}, MESSAGES["SIPAccount"][3]),
        ({"sip_username": "my-dispatcher-1"}, MESSAGES["SIPAccount"][4]),
        ({"sip_username": "alice desk"}, MESSAGES["SIPAccount"][5]),
        ({"sip_username": "alice@desk"}, MESSAGES["SIPAccount"][5]),
        ({"sip_username": "alic\u00e9-desk"}, MESSAGES["SIPAccount"][5]),
        ({"sip_username": "desk.bobby"}, MESSAGES["SIPAccount"][6].format(suffix="bobby")),
        ({"sip_username": "desk.alice.bobby"}, MESSAGES["SIPAccount"][6].format(suffix="bobby")),
        ({"sip_username": "desk.Alice"}, MESSAGES["SIPAccount"][6].format(suffix="Alice")),
        ({"sip_password": None}, MESSAGES["SIPAccount"][7]),
        ({"sip_password": "   "}, MESSAGES["SIPAccount"][7]),
        ({"sip_password": "12345"}, MESSAGES["SIPAccount"][8]),
        ({"sip_password": "1" * 16}, MESSAGES["SIPAccount"][8]),
        ({"sip_password": "12345", "is_incoming_only": True}, MESSAGES["SIPAccount"][8]),
        ({"sip_username": "a" * 33}, "The sip username can have at most 32 characters."),
        ({"sip_domain": "d" * 129}, "The sip domain can have at most 128 characters."),
        ({"network_id": "n" * 17}, "The network id can have at most 16 characters."),
        ({"ip_address_acl": "n" * 257}, "The ip address acl can have at most 256 characters."),
        ({"in_dial_plan_name": "n" * 65}, "The in dial plan name can have at most 64 characters."),
    ],
)
def test_a_sip_account_is_refused_for(fields: dict[str, Any], message: str) -> None:
    assert of_account(**fields) == [message]


@pytest.mark.parametrize("character", ["#", "'", "-", ";", "\\", " ", "\u00e9", "\t"])
def test_a_sip_password_is_refused_for_the_character(character: str) -> None:
    assert of_account(sip_password=f"black{character}bird") == [MESSAGES["SIPAccount"][9].replace("{char}", character)]


@pytest.mark.parametrize(
    "fields",
    [
        {"sip_username": "alice"},
        {"sip_username": "a" * 32},
        {"sip_username": "desk.alice"},
        {"sip_username": "a.bob"},
        {"sip_username": "ends.with.dot."},
        {"sip_username": "Dispatcher"},
        {"sip_password": "123456"},
        {"sip_password": '!"$%&()*+,./:<='},
        {"sip_password": ">?@[]^_`{|}~"},
        {"sip_password": None, "is_incoming_only": True},
        {"sip_password": "  ", "is_incoming_only": True},
        {"network_id": None, "ip_address_acl": "n" * 256},
    ],
)
def test_a_sip_account_is_taken_with(fields: dict[str, Any]) -> None:
    assert of_account(**fields) == []


def test_the_rules_for_a_sip_account_hold_in_the_order_of_the_original() -> None:
    assert [violation.message for violation in sip_account_violations(SIPAccount())] == [
        MESSAGES["SIPAccount"][place] for place in (0, 1, 2, 7)
    ]


def test_a_violation_names_its_field() -> None:
    broken = sip_account("desk", owner="alice", network_id="n" * 17, sip_password="1")

    assert [violation.field for violation in sip_account_violations(broken)] == [
        "sip_username",
        "sip_password",
        "network_id",
    ]


def test_the_lengths_are_those_of_the_columns() -> None:
    columns = SIPAccountRow.__table__.columns
    assert {field: columns[field].type.length for field in SIP_ACCOUNT_LENGTHS} == SIP_ACCOUNT_LENGTHS  # type: ignore[attr-defined]


# Dial plans


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_dial_plan_needs_a_name(name: str | None) -> None:
    assert list(dial_plan_violations(SIPDialPlan(dial_plan_name=name))) == [
        Violation("dial_plan_name", DIAL_PLAN_NAME_MISSING)
    ]


def test_a_dial_plan_is_refused_for_what_its_columns_cannot_hold() -> None:
    plan = SIPDialPlan(
        dial_plan_name="n" * 65,
        script_type_description="s" * 13,
        trace_email_address="e" * 257,
        authorised_apps="a" * 2049,
    )

    assert [violation.field for violation in dial_plan_violations(plan)] == [
        "dial_plan_name",
        "script_type_description",
        "trace_email_address",
        "authorised_apps",
    ]
    assert list(dial_plan_violations(SIPDialPlan(dial_plan_name="n" * 64))) == []


# What the rules share


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        (None, True),
        ("", True),
        (" \t\r\n", True),
        ("\u0000\u0007", True),
        ("\u00a0", True),
        (".", False),
        (" a ", False),
    ],
)
def test_blank_is(text: str | None, blank: bool) -> None:
    assert is_blank(text) is blank


def test_a_record_is_refused_with_its_first_violation() -> None:
    with pytest.raises(Refused, match="first"):
        refuse(iter([Violation("a", "first"), Violation("b", "second")]))
    refuse([])
