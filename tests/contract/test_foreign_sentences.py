"""The meaning of other services' sentences, as far as they can be read."""

import json
from pathlib import Path

import pytest

from sipsorcery_web.contract.errors import Rule
from sipsorcery_web.contract.faults import refusal_of
from sipsorcery_web.contract.foreign_sentences import guess_fields
from sipsorcery_web.contract.rules import catalogue as rules

MESSAGES: dict[str, list[str]] = json.loads(Path(__file__).with_name("contract_facts.json").read_text())["messages"]


@pytest.mark.parametrize(
    ("message", "field"),
    [
        *[(message, "first_name") for message in MESSAGES["Customer"][0:2]],
        *[(message, "last_name") for message in MESSAGES["Customer"][2:4]],
        *[(message, "email_address") for message in MESSAGES["Customer"][4:7]],
        *[(message, "customer_username") for message in MESSAGES["Customer"][7:10]],
        *[(message, "customer_password") for message in MESSAGES["Customer"][10:12]],
        *[(message, "security_answer") for message in MESSAGES["Customer"][12:14]],
        *[(message, "city") for message in MESSAGES["Customer"][14:16]],
        (MESSAGES["Customer"][16], "web_site"),
        *[(message, "sip_username") for message in (MESSAGES["SIPAccount"][1], *MESSAGES["SIPAccount"][3:7])],
        (MESSAGES["SIPAccount"][2], "sip_domain"),
        *[(message, "sip_password") for message in MESSAGES["SIPAccount"][7:10]],
        ("The requested username is already in use please try a different one.", "customer_username"),
        ("The email address is already associated with an account.", "email_address"),
        ("The SIP account name is already in use on this domain.", "sip_username"),
        ("The existing password did not match when attempting a password update.", "old_password"),
        ("The Provider Server contains a disallowed string. If you are trying to …", "provider_server"),
        ("The Provider Register Server contains a disallowed string. If you are trying to …", "register_server"),
        ("The Provider Outbound Proxy is an address of a private network.", "provider_outbound_proxy"),
        ("A SIP provider with this name already exists.", "provider_name"),
        ("SIP provider registrations are disabled on this system.", "register_enabled"),
        ("No invite code was specified", "invite_code"),
        ("The invite code has already been used.", "invite_code"),
    ],
)
def test_a_refusal_of_a_service_is_laid_at_its_field(message: str, field: str) -> None:
    assert field in guess_fields(message)


def test_a_refusal_about_nothing_known_has_no_field() -> None:
    assert guess_fields("The sky is falling.") == ()


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("Sorry new account creations currently require an invite code, ask office@example.org.", rules.INVITE_NEEDED),
        (
            "The Provider Register Server contains a disallowed string. Ask us.",
            rules.SERVER_FORBIDDEN["register_server"],
        ),
        ("Your password has an invalid character # it can only contain letters.", rules.SIP_PASSWORD_INVALID),
    ],
)
def test_a_sentence_that_ends_as_an_installation_has_it_is_known_by_its_beginning(sentence: str, rule: Rule) -> None:
    refused = refusal_of(sentence)

    assert (refused.rule, refused.fields, refused.message) == (rule, rule.fields, sentence)


def test_a_sentence_that_nobody_knows_is_told_as_it_is() -> None:
    refused = refusal_of("The sky is falling on your city name.")

    assert (refused.rule, refused.message) == (None, "The sky is falling on your city name.")
