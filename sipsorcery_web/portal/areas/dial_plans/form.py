"""The form of a dial plan."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from wtforms import HiddenField, TextAreaField
from wtforms.validators import ValidationError

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.contract.rules import Violation, dial_plan_violations
from sipsorcery_web.portal.crud.conflict import EditForm
from sipsorcery_web.portal.ui.forms import checkbox, choice, choices_with, read_id, text
from sipsorcery_web.portal.ui.text.lines import as_stored, line_end_of

from .scripts import MOST_CHARACTERS, RUBY, TYPES, type_value
from .starters import STARTERS, WITHOUT_DIAL_STRINGS

ADMINISTRATIVE = ("max_execution_count", "authorised_apps")
LONGEST_NAME = 64
LONGEST_NOTE = 200
MOST_EXECUTIONS = 1000
USUAL_EXECUTIONS = 3
"""What a new plan has; what an administrator sends is stored as it is (spec, section 4.6)."""
KEPT_TYPE = "{} (kept as it is)"


class DialPlanForm(EditForm):
    """A dial plan; a type that this portal does not offer stays until another one is chosen."""

    id = HiddenField()
    dial_plan_name = text("Name")
    script_type_description = choice("Script type")
    trace_email_address = text("Trace e-mail")
    dial_plan_script = TextAreaField("Script")
    note = text("Note")
    rename_accounts = checkbox("Rename it in the accounts too")
    max_execution_count = text("Most calls at once")
    authorised_apps = text("Authorised applications")

    apart = EditForm.apart | {"note", "rename_accounts"}
    only_new = frozenset({"id"})
    only_stored = EditForm.only_stored | {"note", "rename_accounts", *ADMINISTRATIVE}
    named_by = "dial_plan_name"
    template = "dial_plans/form.html"
    remarks: Any = None
    """What there is to say about the script, once somebody was asked."""
    stored: SIPDialPlan | None = None
    saved: SIPDialPlan
    """What the service has stored of the form."""
    source = ""
    """The script that the form was opened on; one that is not touched stays exactly so."""
    owner = ""

    def for_new(self, owner: str, source: str) -> None:
        """Ask for a new plan."""
        self.owner, self.source = owner, source
        self.script_type_description.choices = list(TYPES)
        self.leave_out(*self.only_stored)

    def for_stored(self, plan: SIPDialPlan, has_users: bool, is_administrator: bool) -> None:
        """Ask for changes to a plan."""
        self.stored, self.owner, self.source = plan, plan.owner or "", plan.dial_plan_script or ""
        stored = type_value(plan.script_type_description)
        self.script_type_description.choices = choices_with(stored, TYPES, KEPT_TYPE)
        unused = () if has_users else ("rename_accounts",)
        self.leave_out(*self.only_new, *unused, *(() if is_administrator else ADMINISTRATIVE))

    def extras(self) -> Mapping[str, Any]:
        """Return what the page of this form shows besides."""
        return {}

    @property
    def script(self) -> str:
        """The script as it is to be stored."""
        return as_stored(self.dial_plan_script.data or "", self.source)

    @property
    def line_end(self) -> str:
        """The line end that the script is stored with."""
        return line_end_of(self.source)

    def record(self) -> SIPDialPlan:
        """The plan as it was typed; what the form does not show stays as it is stored."""
        typed: dict[str, Any] = {
            "dial_plan_name": self.dial_plan_name.data,
            "trace_email_address": self.trace_email_address.data or None,
            "dial_plan_script": self.script,
        }
        chosen = self.script_type_description.data
        if self.stored is None:
            return SIPDialPlan(
                **typed,
                id=read_id(self.id.data) or uuid4(),
                owner=self.owner,
                script_type_description=chosen,
                max_execution_count=USUAL_EXECUTIONS,
            )
        if chosen != type_value(self.stored.script_type_description):
            typed["script_type_description"] = chosen
        if "max_execution_count" in self:
            typed["max_execution_count"] = int(self.max_execution_count.data)
            typed["authorised_apps"] = self.authorised_apps.data or None
        return self.stored.with_(**_changes(self.stored, typed))

    def violations(self) -> Iterator[Violation]:
        """The contract's rules, and the limits of this form."""
        if self.max_execution_count and self.max_execution_count.errors:
            return
        yield from dial_plan_violations(self.record())
        length = len(self.script)
        if length > MOST_CHARACTERS and self.script != self.source:
            over = length - MOST_CHARACTERS
            yield Violation("dial_plan_script", f"The script has {length:,} characters: {over:,} more than the 30,000.")
        if "note" in self and len(self.note.data or "") > LONGEST_NOTE:
            yield Violation("note", f"The note can have at most {LONGEST_NOTE} characters.")

    def validate_max_execution_count(self, field: Any) -> None:
        """A whole number; the service has no limit of its own."""
        digits = field.data or ""
        if not (digits.isascii() and digits.isdigit() and len(digits) < 5 and 0 <= int(digits) <= MOST_EXECUTIONS):
            raise ValidationError(f"Enter a whole number from 0 to {MOST_EXECUTIONS:,}.")


def values_of(plan: SIPDialPlan) -> Mapping[str, object]:
    """Return the values that the form of a stored plan shows at first."""
    return {
        "dial_plan_name": plan.dial_plan_name,
        "script_type_description": type_value(plan.script_type_description),
        "trace_email_address": plan.trace_email_address,
        "dial_plan_script": plan.dial_plan_script or "",
        "rename_accounts": True,
        "max_execution_count": str(plan.max_execution_count),
        "authorised_apps": plan.authorised_apps,
    }


def new_values(script_type: str, takes_dial_strings: bool = True) -> Mapping[str, object]:
    """Return the values that the form of a new plan shows at first. The id makes a second submission harmless."""
    starters = STARTERS if takes_dial_strings else WITHOUT_DIAL_STRINGS
    chosen = script_type if script_type in starters else RUBY
    return {"id": str(uuid4()), "script_type_description": chosen, "dial_plan_script": starters[chosen]}


def values_of_copy(plan: SIPDialPlan, name: str) -> Mapping[str, object]:
    """Return the values that the form of a copy shows at first."""
    return {**values_of(plan), "id": str(uuid4()), "dial_plan_name": name}


def copy_name(name: str, taken: set[str]) -> str:
    """The name of a copy: "<name> Copy", "<name> Copy 2" and so on, the first that is free and short enough."""
    number = 1
    while True:
        ending = " Copy" if number == 1 else f" Copy {number}"
        copied = name[: LONGEST_NAME - len(ending)].rstrip() + ending
        if copied not in taken:
            return copied
        number += 1


def _changes(stored: SIPDialPlan, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that differ from the stored ones.

    "" and nothing are shown alike, so that neither replaces the other.
    """
    return {name: value for name, value in typed.items() if (value or None) != (getattr(stored, name) or None)}
