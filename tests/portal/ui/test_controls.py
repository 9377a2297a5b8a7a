"""Controls of forms, compared with what WTForms' widgets write."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import DateField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import Select, html_params

from sipsorcery_web.portal.ui.controls import control
from sipsorcery_web.portal.ui.forms import Form, checkbox, choice, password, text

CHOICES = [("", "None"), ("night", "night"), ('a"<b>', "a & <b>"), ("über", "über")]
ATTRIBUTES: list[dict[str, Any]] = [
    {},
    {"autocomplete": "off", "aria-describedby": Markup('a "hint" &amp; <b>')},
    {"data_reveals": "desk", "class_": 'wide "&" <small>', "aria-invalid": False, "autofocus": True, "rows": 12},
    {"value": "another", "id": "other"},
]


class PhoneForm(Form):
    """One field of each kind that forms have."""

    name = text("Name")
    pin = password("PIN")
    answer = password("Answer")
    loud = checkbox("Loud")
    plan = choice("Plan")
    opened = HiddenField()
    notes = TextAreaField("Notes")
    since = DateField("Since")
    needed = TextAreaField("Needed", [DataRequired(), Length(max=30)], render_kw={"spellcheck": "false"})


@pytest.fixture(autouse=True)
def request_of_alice() -> Iterator[None]:
    app = Flask(__name__)
    app.secret_key = "only for this test"
    with app.test_request_context():
        yield


def phone_form(**values: Any) -> PhoneForm:
    form = PhoneForm(data=values)
    form.plan.choices = CHOICES
    return form


@pytest.mark.parametrize("given", ATTRIBUTES)
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"name": 'alice "<&>\u202e', "pin": "1234", "loud": True, "notes": "<a>\n&", "since": date(2026, 11, 12)},
    ],
)
def test_a_control_is_what_its_widget_would_write(values: dict[str, Any], given: dict[str, Any]) -> None:
    form = phone_form(**values)
    for field in form:
        if field is not form.plan:
            assert field(**given) == super(Form.Meta, form.meta).render_field(field, given)


def test_a_date_that_was_mistyped_stays_as_it_was_typed() -> None:
    form = PhoneForm(formdata=MultiDict({"since": "to<morrow", "loud": "yes"}))
    assert 'value="to&lt;morrow"' in form.since()
    assert form.loud() == '<input checked id="loud" name="loud" type="checkbox" value="yes">'


@pytest.mark.parametrize("chosen", ["", "night", 'a"<b>', "gone", None])
def test_a_choice_has_the_options_of_its_widget(chosen: str | None) -> None:
    form = phone_form(plan=chosen)
    options = [f"<option {html_params(selected=value == chosen, value=value)}>" for value, _ in CHOICES]
    assert form.plan(autocomplete="off").count("<option") == len(CHOICES)
    assert all(option in form.plan(autocomplete="off") for option in options)
    assert form.plan(autocomplete="off") == Select()(form.plan, autocomplete="off")


def test_the_words_of_a_choice_have_nothing_invisible_in_them() -> None:
    form = phone_form()
    form.plan.choices = [("a\u202eb", "a\u202eb")]
    assert form.plan() == '<select id="plan" name="plan"><option value="a\u202eb">a[U+202E]b</option></select>'


@pytest.mark.parametrize(("sent", "is_offered"), [("night", True), ("", True), ("day", False)])
def test_only_what_is_offered_can_be_chosen(sent: str, is_offered: bool) -> None:
    form = PhoneForm(formdata=MultiDict({"plan": sent, "needed": "yes"}))
    form.plan.choices = CHOICES
    assert form.validate() is is_offered
    assert form.plan.errors == ([] if is_offered else ["What was chosen is not in the list any more. Choose again."])


def test_a_widget_that_no_form_has_is_an_error() -> None:
    form = phone_form()
    form.notes.widget = object()
    with pytest.raises(TypeError):
        control(form.notes, {})
