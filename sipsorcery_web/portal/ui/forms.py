"""The base of all forms: errors from the contract's rules, and refusals put back at their fields."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import g, request
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, PasswordField, StringField, TextAreaField

from sipsorcery_web.contract.errors import ContractError, ProvisioningError, Refused, TooManyAttempts, Unavailable
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.xml_text import NOT_KEPT, line_violations

from ..http.urls import with_parameter
from . import messages
from .controls import ChoiceField, control

F = TypeVar("F", bound="Form")

NOT_SAVED = 422
"""The status of a form that comes back with errors."""
AWAY_STATUS = 503
OUT_OF_DATE = 400
"""The status of a form that comes back because it was made for another session."""


@dataclass(frozen=True)
class Restored:
    """The values that a page puts back into a form that was sent, and the sentence that says why."""

    typed: Mapping[str, Sequence[str]]
    problem: str


@dataclass(frozen=True)
class RestoredValue:
    """A field that was typed before a sign-in, and what is stored now."""

    label: str
    typed: str
    stored: str


@dataclass(frozen=True)
class TypedForm:
    """The values typed into a page's form. They wait under `form_id` for the form at `path`, if they are stored."""

    name: str
    thing: str
    rows: Sequence[tuple[str, str]]
    secrets: Sequence[str]
    values: Mapping[str, Sequence[str]]
    path: str = ""
    form_id: str = ""

    @property
    def title(self) -> str:
        """The record's name, else its kind."""
        return self.name or self.thing

    @property
    def address(self) -> str:
        """The address of the form with this in it; empty where nothing is stored."""
        return with_parameter(self.path, "kept", self.form_id) if self.form_id else ""


class Form(FlaskForm):
    """A form that is refused field by field; the token against forged requests is checked before any view."""

    class Meta:
        csrf = False

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Return what was submitted as a form; neither files nor JSON, of which the fields know nothing."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return request.form if request.method == "POST" else None

        def render_field(self, field: Field, render_kw: Mapping[str, Any]) -> Markup:
            """Return the control of a field with these attributes."""
            return control(field, render_kw)

    problem = ""
    """What is wrong with the form as a whole."""
    status = 200
    outcome = "Nothing was saved yet."
    """What became of a form that comes back with errors at its fields."""
    is_refused = False
    """Whether the service has said no, and not the form itself."""
    restored: Sequence["RestoredValue"] = ()
    """What was kept over a sign-in and differs from what is stored."""
    named_by = ""
    """The field that names the record."""
    raised: tuple[type[ProvisioningError], ...] = (TooManyAttempts,)
    """Refusals that have a page of their own."""

    def violations(self) -> Iterable[Violation]:
        """The rules that the typed values break."""
        return ()

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Return True when nothing is wrong; the fields hold the errors."""
        super().validate(extra_validators)
        for field in self:
            field.errors = [messages.of_wtforms(error) for error in field.errors]
        lines = list(self._line_violations())
        named = {violation.field for violation in lines}
        others = (violation for violation in self.violations() if violation.field not in named)
        for violation in (*lines, *others):
            self.add_error(violation.field, messages.plain(violation))
        if self.errors:
            self.status = NOT_SAVED
        return not self.errors

    def _line_violations(self) -> Iterator[Violation]:
        """Yield the fields of one line that hold control characters: no browser sends these unless it is told to."""
        for field in self:
            is_line = isinstance(field, StringField) and not isinstance(field, TextAreaField)
            if is_line and field.name not in NOT_KEPT and isinstance(field.data, str):
                shown_at = "" if isinstance(field, HiddenField) else field.name
                yield from line_violations(shown_at, field.data)

    def add_error(self, field: str, message: str) -> None:
        """Put an error at a field, or above the form when it has no such field."""
        self.status = NOT_SAVED
        if field in self:
            self[field].errors = [*self[field].errors, message]
        else:
            self.problem = message

    def try_save(self, change: Callable[[], object]) -> bool:
        """Run a change; a refusal or an absent service leaves the form as it was typed, with the reason in it."""
        try:
            change()
        except self.raised:
            raise
        except Refused as error:
            self.is_refused = True
            self.add_error(self._first_of(error.fields), messages.plain(error))
            return False
        except (Unavailable, ContractError) as error:
            self.status, self.problem = AWAY_STATUS, messages.away(error)
            return False
        return True

    def _first_of(self, names: Iterable[str]) -> str:
        """The first of these fields that people can see here; empty where there is none."""
        seen = (name for name in names if name in self and not isinstance(self[name], HiddenField))
        return next(seen, "")


def load_form(form: type[F], values: Mapping[str, Any], kept: Mapping[str, Sequence[str]] | None = None) -> F:
    """A form with what was submitted; else with what was kept over a sign-in; else with these values."""
    again: Restored | None = g.get("restored")
    if again is not None:
        kept = again.typed
    if request.method == "POST" or (not kept and again is None):
        return form(data=values)
    sent = MultiDict((name, text) for name, texts in (kept or {}).items() for text in texts)
    restored = form(formdata=sent, data=values)
    if again is not None:
        restored.problem, restored.status = again.problem, OUT_OF_DATE
    restored.restored = [
        RestoredValue(field.label.text, typed, stored)
        for field in restored
        if not (isinstance(field, HiddenField) or is_secret(field))
        and (typed := display_value(field, field.data)) != (stored := display_value(field, field.object_data))
    ]
    return restored


def read_id(typed: str | None) -> UUID | None:
    """Return the id that a hidden field holds; None for anything else."""
    try:
        return UUID(typed or "")
    except ValueError:
        return None


def text(label: str) -> StringField:
    """A line of text, without the blanks around it."""
    return StringField(label, filters=[_stripped])


def password(label: str) -> PasswordField:
    """A secret; it is never put into a page."""
    return PasswordField(label)


def shown_secret(label: str) -> PasswordField:
    """Return a field for a secret that is shown while it is typed, and never put back."""
    return PasswordField(label, render_kw={"type": "text"})


def checkbox(label: str) -> BooleanField:
    """Return a field for yes or no."""
    return BooleanField(label)


def choice(label: str, **options: Any) -> ChoiceField:
    """One of several; the view gives `choices`."""
    return ChoiceField(label, choices=[], **options)


def choices_with(stored: str | None, choices: Iterable[tuple[str, str]], label: str = "{}") -> list[tuple[str, str]]:
    """The choices, and first what is stored when it is not among them, so that saving does not replace it."""
    known = list(choices)
    if stored is None or stored in {value for value, _ in known}:
        return known
    return [(stored, label.format(stored)), *known]


def is_secret(field: Field) -> bool:
    """Return whether a field holds a secret, which is never given back, kept, or compared as it is."""
    return isinstance(field, PasswordField)


def display_value(field: Field, value: object) -> str:
    """A value of a field as words."""
    if isinstance(field, BooleanField):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _stripped(value: str | None) -> str | None:
    return value.strip() if value else value
