"""The words of the pages for what the service refuses."""

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.faults import refusal_of
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.rules import catalogue as rules
from sipsorcery_web.portal.ui import messages


@pytest.mark.parametrize("transport", ["TLS", "WSS", "SCTP"])
def test_a_rule_is_told_in_the_words_of_the_pages(transport: str) -> None:
    words = f"The SIP engine does not speak {transport}. Most providers take UDP or TCP."
    rule, values = rules.SERVER_TRANSPORT["register_server"], {"transport": transport}

    assert messages.plain(Refused(rule, values=values)) == words
    assert messages.plain(Violation("register_server", rule, values)) == words
    assert messages.plain(refusal_of(rule.filled(values))) == words


@pytest.mark.parametrize(("version", "other"), [(4, 6), (6, 4)])
def test_an_address_that_is_out_of_reach_is_told_with_the_version_that_is_not(version: int, other: int) -> None:
    assert messages.plain(Refused(rules.SERVER_IP_VERSION["provider_server", version])) == (
        f"The SIP engine does not reach IPv{version} addresses. Enter a name, or an IPv{other} address."
    )


def test_a_customer_who_is_named_in_a_refusal_is_not_told_to_others() -> None:
    refused = Refused(rules.SIP_USERNAME_OF_ANOTHER, values={"suffix": "bobby"})

    assert "bobby" in refused.message
    assert messages.plain(refused).startswith("What stands behind the last dot looks like a customer’s name.")


def test_a_rule_without_other_words_keeps_its_sentence() -> None:
    assert messages.plain(Refused(rules.FOREIGN_DOMAIN)) == "The domain is not one of this service."


def test_a_sentence_without_a_rule_stays_as_it_is() -> None:
    assert messages.plain(Refused("The {sky} is falling.")) == "The {sky} is falling."
    assert messages.plain(Violation("note", "The note can have at most 200 characters.")) == (
        "The note can have at most 200 characters."
    )


def test_a_choice_that_is_gone_is_told_in_the_words_of_the_pages() -> None:
    assert messages.of_wtforms("Not a valid choice.") == "What was chosen is not in the list any more. Choose again."
    assert messages.of_wtforms("Enter a whole number.") == "Enter a whole number."
