"""The rules as constants: their sentences are those of the original, and each is read back as itself."""

import json
import string
from pathlib import Path

import pytest

from sipsorcery_web.contract.errors import Conflict, Refused, Rule
from sipsorcery_web.contract.extensions import AccessToken, Invite
from sipsorcery_web.contract.faults import error_for, fault_for
from sipsorcery_web.contract.records import Customer, SIPAccount, SIPDialPlan, SIPProvider, wire_fields
from sipsorcery_web.contract.rules.catalogue import RULES

MESSAGES: dict[str, list[str]] = json.loads(Path(__file__).with_name("contract_facts.json").read_text())["messages"]
NOT_OF_A_RECORD = {"new_password", "old_password", "reason", "count"}
"""What UpdateCustomerPassword, SuspendCustomer and AddInvites take besides."""


class Values(dict[str, str]):
    """A value for whatever a sentence tells."""

    def __missing__(self, name: str) -> str:
        return f"{name} 1, 'as' \"typed\"\n(or pasted)"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sentence)
def test_a_refusal_is_the_same_on_the_other_side_of_the_wire(rule: Rule) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(rule.sentence) if name]
    values = {name: Values()[name] for name in names}
    refused = (Conflict if rule.is_taken else Refused)(rule, values=values)

    told = error_for(fault_for(refused))

    assert isinstance(told, Refused)
    assert (type(told), told.rule, told.fields, told.values, told.message) == (
        type(refused),
        rule,
        rule.fields,
        values,
        refused.message,
    )


@pytest.mark.parametrize("sentence", [*MESSAGES["Customer"], *MESSAGES["SIPAccount"]])
def test_a_sentence_of_the_original_has_a_rule(sentence: str) -> None:
    sentence = sentence.replace("{char}", "#").replace("{suffix}", "bobby")
    told = error_for(fault_for(Refused(sentence)))

    assert isinstance(told, Refused)
    assert told.rule is not None
    assert told.message == sentence


def test_every_field_of_a_rule_is_one_of_a_record() -> None:
    records = (AccessToken, Invite, Customer, SIPAccount, SIPDialPlan, SIPProvider)
    known = {entry.attribute for record in records for entry in wire_fields(record)} | NOT_OF_A_RECORD

    assert {field for rule in RULES for field in rule.fields} <= known


def test_no_two_rules_have_the_same_sentence() -> None:
    sentences = [rule.sentence for rule in RULES]

    assert len(sentences) == len(set(sentences))
