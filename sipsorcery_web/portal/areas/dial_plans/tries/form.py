"""The form of a try: the call, the script, and the answers that were typed beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, TextAreaField
from wtforms.validators import ValidationError

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.dial_plans.tries.leg_answers import LegAnswer, read_answer
from sipsorcery_web.dial_plans.tries.trial import USUAL_SEED
from sipsorcery_web.dial_plans.tries.tried_world import TypedAnswers
from sipsorcery_web.portal.http.clock import current_zone
from sipsorcery_web.portal.ui.forms import Form, choice, text
from sipsorcery_web.portal.ui.text.lines import as_stored

from ..scripts import MOST_CHARACTERS, type_value

DIRECTIONS = (("out", "Out: an account of yours dials"), ("in", "In: somebody calls an account of yours"))
LONGEST_NUMBER, LONGEST_CALLER, LONGEST_ANSWER, LONGEST_SEED = 200, 300, 8192, 100
MOST_ANSWERED = 65_536
"""Characters of all answers with their names."""
YEARS = range(1970, 9999)
"""The years of calls: they are there in every zone."""
TEXT_KINDS = ("value", "web", "enum", "request", "calls")
AFTER, WITH = " after", " with"
"""Ends of the names of the fields beside a leg's answer: seconds, and a code or an address."""
MINUTE = "%Y-%m-%dT%H:%M"


class TryForm(Form):
    """The call that is tried. Answers of legs and to questions have fields of their own beside these."""

    direction = choice("Direction")
    number = text("Number that is called")
    caller = text("Caller")
    time = text("Time")
    seed = text("Random numbers")
    script = TextAreaField("Script")
    script_type = HiddenField()

    outcome = "It was not tried."
    named_by = "number"
    stored: SIPDialPlan

    def for_plan(self, plan: SIPDialPlan) -> None:
        """Ask for a call through a plan."""
        self.stored = plan
        self.direction.choices = list(DIRECTIONS)

    @property
    def text(self) -> str:
        """The script that is tried, as it would be stored."""
        return as_stored(self.script.data or "", self.stored.dial_plan_script or "")

    @property
    def type(self) -> str:
        """The type that it is tried as: that of the plan, unless another was chosen in the editor."""
        return self.script_type.data or type_value(self.stored.script_type_description)

    @property
    def is_saved(self) -> bool:
        """Return True when the saved plan is tried."""
        stored = self.stored
        return self.text == (stored.dial_plan_script or "") and self.type == type_value(stored.script_type_description)

    @property
    def moment(self) -> datetime:
        """The moment of the call. ValueError where none was typed, or one of no year in YEARS."""
        moment = read_moment(self.time.data or "", current_zone())
        if moment.year not in YEARS:
            raise ValueError(f"The year {moment.year} is too far away.")
        return moment

    def validate_number(self, field: object) -> None:
        """The number as it is dialled."""
        number = self.number.data or ""
        if not number:
            raise ValidationError("Type the number that is called.")
        if len(number) > LONGEST_NUMBER or not number.isprintable() or any(each in number for each in ' "<>'):
            raise ValidationError("Type a number or the name of an account, as somebody dials it.")

    def validate_caller(self, field: object) -> None:
        """The caller as a From header shows it."""
        caller = self.caller.data or ""
        if len(caller) > LONGEST_CALLER or not caller.isprintable():
            raise ValidationError('Type a number, an account or an address such as "Bob" <sip:bob@example.org>.')

    def validate_time(self, field: object) -> None:
        """A day and a time."""
        try:
            _ = self.moment
        except ValueError as error:
            raise ValidationError("Type a day and a time, such as 2026-11-29 09:30.") from error

    def validate_seed(self, field: object) -> None:
        """A short text, since test cases keep it."""
        if len(self.seed.data or "") > LONGEST_SEED:
            raise ValidationError(f"Type at most {LONGEST_SEED} characters.")

    def validate_script(self, field: object) -> None:
        """No more than can be saved."""
        over = len(self.text) - MOST_CHARACTERS
        if over > 0 and not self.is_saved:
            raise ValidationError(f"The script has {over:,} characters more than the {MOST_CHARACTERS:,}.")


def read_moment(typed: str, zone: tzinfo) -> datetime:
    """The moment that was typed, in a zone unless it names another. Raises ValueError."""
    moment = datetime.fromisoformat(typed.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def first_values(plan: SIPDialPlan, now: datetime) -> Mapping[str, object]:
    """Return the values that the form shows at first."""
    return {
        "direction": "out",
        "number": "",
        "caller": plan.owner,
        "time": now.strftime(MINUTE),
        "seed": USUAL_SEED,
        "script": plan.dial_plan_script or "",
        "script_type": type_value(plan.script_type_description),
    }


@dataclass
class AnswersTyped:
    """The answers typed beside the form, and what is wrong with them by the names of their fields."""

    answers: TypedAnswers
    errors: Mapping[str, str] = field(default_factory=dict)
    submitted: MultiDict[str, str] = field(default_factory=MultiDict)
    """The fields as they were sent."""

    @property
    def written(self) -> Sequence[tuple[str, str]]:
        """Names and values of fields that carry the answers along."""
        return [*((name, str(answer)) for name, answer in self.answers.legs.items()), *self.answers.texts.items()]


def read_answers(submitted: MultiDict[str, str]) -> AnswersTyped:
    """Read the answers of a form: a leg's field has its name, `user@provider`, a question's its kind and subject."""
    legs: dict[str, LegAnswer] = {}
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, typed in submitted.items():
        if name.partition(":")[0] in TEXT_KINDS and ":" in name:
            if typed:
                texts[name] = typed.replace("\r\n", "\n")[:LONGEST_ANSWER]
        elif "@" in name and not name.endswith((AFTER, WITH)):
            try:
                legs[name] = read_answer(
                    _in_one(typed, submitted.get(name + WITH, ""), submitted.get(name + AFTER, ""))
                )
            except ValueError as error:
                errors[name] = str(error)
    found = AnswersTyped(TypedAnswers(legs=legs, texts=texts), errors, submitted)
    if sum(len(name) + len(value) for name, value in found.written) > MOST_ANSWERED:
        errors["answers"] = f"All answers may have {MOST_ANSWERED:,} characters together."
    return found


def _in_one(kind: str, more: str, after: str) -> str:
    """The fields of a leg as one text."""
    parts = [kind.strip()]
    if parts[0] in ("refused", "redirected") and more.strip():
        parts.append(more.strip())
    if after.strip() and parts[0] not in ("", "nobody"):
        parts.append(f"after {after.strip()}")
    return " ".join(parts)
