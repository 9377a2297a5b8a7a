"""The form of a dial plan that is a list of rules: its fields stand for the script, which is written from them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import request
from wtforms import HiddenField
from wtforms.widgets import TextInput

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.dial_plans.rules.ruby import from_ruby, to_ruby
from sipsorcery_web.dial_plans.rules.rule import DIALLED, MOST_RULES, Destination, Rule

from ..form import DialPlanForm
from ..scripts import RUBY, type_value
from .places import places_of
from .rows import COLUMNS, RuleRow, act_on, read_rows
from .sentences import sentence

ACT = "rule_act"
"""The buttons that change the list and save nothing."""
EXAMPLES = (
    Rule(direction="in", action="dial", destinations=(Destination(),), seconds=30),
    Rule(direction="in", action="respond", code=480),
    Rule(direction="out", action="dial", destinations=(Destination(user=DIALLED),)),
)
"""The rules that a new plan begins with."""


class ColumnField(HiddenField):
    """A field that each rule has, sent under one name; the table of what was typed shows the script in its place."""

    widget = TextInput()
    rows: Sequence[str] = ()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the values of all rules."""
        self.rows = list(valuelist)


class RulesForm(DialPlanForm):
    """A list of rules. What is wrong with one stands in its row, and the first of these at `dial_plan_script`."""

    direction = ColumnField()
    caller_match = ColumnField()
    caller = ColumnField()
    number_match = ColumnField()
    number = ColumnField()
    begins = ColumnField()
    ends = ColumnField()
    action = ColumnField()
    seconds = ColumnField()
    code = ColumnField()
    reason = ColumnField()
    places = ColumnField()
    days = ColumnField()
    user = ColumnField()
    where = ColumnField()

    template = "dial_plans/rules.html"
    rules: Sequence[Rule] = ()
    rows: list[RuleRow]
    looked_at: int | None = None
    """The number of the row that a button has just changed."""

    def for_new(self, owner: str, source: str) -> None:
        """Ask for a new plan."""
        super().for_new(owner, source)
        self._for_rules(from_ruby(source) or EXAMPLES)

    def for_stored(self, plan: SIPDialPlan, has_users: bool, is_administrator: bool) -> None:
        """Ask for changes to a plan."""
        super().for_stored(plan, has_users, is_administrator)
        self._for_rules(rules_of(plan) or ())

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Return True when the form was sent to be saved, and may be."""
        return ACT not in request.form and bool(super().validate_on_submit(extra_validators))

    def violations(self) -> Iterator[Violation]:
        """The contract's rules, and what is wrong with the rules of the list."""
        yield from super().violations()
        if len(self.rows) > MOST_RULES:
            yield Violation("dial_plan_script", f"A plan can have at most {MOST_RULES} rules.")
        for row in self.rows:
            row.is_open = row.is_open or bool(row.errors)
        if self._problems:
            self.dial_plan_script.id, sentence = self._problems[0]
            yield Violation("dial_plan_script", sentence)

    @property
    def _problems(self) -> Sequence[tuple[str, str]]:
        """Return what is wrong with the rules: the id of each field, and a sentence with the rule's number."""
        return [
            (f"{name}-{number}", f"Rule {number + 1}: {error}")
            for number, row in enumerate(self.rows)
            for name, error in row.errors.items()
        ]

    @property
    def further_problems(self) -> Sequence[tuple[str, str]]:
        """Return what is wrong with rules beside the first problem, once the form was refused."""
        return self._problems[1:] if self.errors else ()

    @property
    def sentences(self) -> Sequence[str]:
        """Each rule in words; "" for one that cannot stand so."""
        return ["" if row.errors else sentence(rule) for row, rule in zip(self.rows, self.rules, strict=True)]

    @property
    def is_changed(self) -> bool:
        """Return True when a button of the list was pressed, so that what is shown is not saved."""
        return request.method == "POST" and ACT in request.form

    def extras(self) -> Mapping[str, Any]:
        """Return the places that can be chosen."""
        return {"places": places_of(self.owner)}

    def _for_rules(self, stored: Sequence[Rule]) -> None:
        """Take the rules that were sent, else those that are stored, and write the script from them."""
        self.dial_plan_script.label.text, self.dial_plan_script.id = "Rules", "rules"
        self.script_type_description.data = RUBY
        sent = {name: self[name].rows for name in COLUMNS}
        is_sent = request.method == "POST" or any(sent.values())
        self.rows = read_rows(sent) if is_sent else list(map(RuleRow.of, stored))
        if self.is_changed:
            self.looked_at = act_on(self.rows, request.form[ACT])
        self.rules = [row.rule() for row in self.rows]
        self.dial_plan_script.data = to_ruby(
            [rule for row, rule in zip(self.rows, self.rules, strict=True) if not row.errors]
        )


def rules_of(plan: SIPDialPlan) -> Sequence[Rule] | None:
    """The rules of a plan; None for one that is no list of rules."""
    if type_value(plan.script_type_description) != RUBY:
        return None
    return from_ruby(plan.dial_plan_script or "")
