"""The controls of forms as HTML: what WTForms' widgets write, at less cost.

An account's form has some fifteen, and choices among hundreds of dial plans.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from wtforms import Field, SelectField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, Input, PasswordInput, Select, TextArea
from wtforms.widgets.core import clean_key

from .text.shown import shown

OPTIONS_KEPT = 4096
"""As many options are written once in each process; the names of dial plans stand in two choices of each account."""


class ChoiceField(SelectField):
    """One of several `choices`, pairs of a value and its words; a value has nothing changed in it."""

    choices: Sequence[tuple[str, str]]

    def pre_validate(self, form: Any) -> None:
        """Raise ValidationError for a value that is not offered."""
        if self.validate_choice and not self.process_errors and self.data not in dict(self.choices):
            raise ValidationError(self.gettext("Not a valid choice."))


def control(field: Field, given: Mapping[str, Any]) -> Markup:
    """Return the control of a field with these attributes, as its widget would write it.

    The words of choices have nothing invisible in them.
    """
    named = {clean_key(name): value for name, value in given.items()}
    attributes = {"id": field.id, **_flags(field), **(field.render_kw or {}), **named, "name": field.name}
    match field.widget:
        case Select():
            html = f"<select {_written(attributes)}>{''.join(_options(field))}</select>"
        case TextArea():
            html = f"<textarea {_written(attributes)}>\r\n{escape(field._value())}</textarea>"
        case Input(input_type=kind):
            html = f"<input {_written({'type': kind, **_value(field), **attributes, **_hidden(field)})}>"
        case widget:
            raise TypeError(f"{widget} has no control here")
    return Markup(html)  # noqa: S704 (escaped where it is put together)


def _flags(field: Field) -> dict[str, Any]:
    """Return what validators demand of a field, as far as its control has an attribute for it."""
    demands = vars(field.flags)
    return {name: demands[name] for name in demands if name in field.widget.validation_attrs}


def _value(field: Field) -> dict[str, Any]:
    if isinstance(field.widget, CheckboxInput) and field.data:
        return {"value": field._value(), "checked": True}
    return {"value": field._value()}


def _hidden(field: Field) -> dict[str, str]:
    """Return what takes the place of a secret, which no page has."""
    return {"value": ""} if isinstance(field.widget, PasswordInput) else {}


def _options(field: Field) -> Iterator[str]:
    chosen = field.data
    for value, words in field.choices:
        yield f"<option{' selected' if value == chosen else ''} {_option(value, words)}</option>"


@lru_cache(OPTIONS_KEPT)
def _option(value: str, words: str) -> str:
    return f'value="{escape(value)}">{shown(words)}'


def _written(attributes: Mapping[str, Any]) -> str:
    """Return attributes in the order of their names; True stands as the name alone, and False is left out."""
    return " ".join(_attribute(name, attributes[name]) for name in sorted(attributes) if attributes[name] is not False)


def _attribute(name: str, value: object) -> str:
    """Return an attribute; what is HTML already, such as a hint, may have quotes."""
    if value is True:
        return name
    text = str(value).replace('"', "&quot;") if isinstance(value, Markup) else escape(value)
    return f'{name}="{text}"'
