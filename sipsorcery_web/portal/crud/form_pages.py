"""The form of a page: what may be given back, or kept, of a POST that could not be carried out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import BooleanField, Field, HiddenField

from ..ui.forms import Form, is_secret

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True)
class FormPage:
    """The form of a page: `thing` is what it is about, in a sentence.

    `never_kept` names fields of the class that are neither given back nor kept, since this page does not show them;
    secrets never are. `add_page` is the endpoint that adds a record like the edited one.
    """

    form: type[Form]
    thing: str
    never_kept: frozenset[str] = frozenset()
    add_page: str = ""

    def typed(self, submitted: MultiDict[str, str]) -> dict[str, list[str]]:
        """Return what was sent for the fields of this form: no secrets, nothing that it does not declare."""
        return {
            name: submitted.getlist(name) for name in self._fields if name in submitted and name not in self.secrets
        }

    def rows(self, typed: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Return labels and texts of typed values, in the order of the form; hidden fields are left out."""
        return [
            (field.label.text, "yes" if isinstance(field, BooleanField) else ", ".join(filter(None, typed[name])))
            for name, field in self._fields.items()
            if name in typed and not isinstance(field, HiddenField)
        ]

    def secrets_in(self, submitted: MultiDict[str, str]) -> list[str]:
        """Return the labels of the secrets that were typed."""
        return [self._fields[name].label.text for name in self._fields if name in self.secrets and submitted.get(name)]

    def name(self, typed: Mapping[str, Sequence[str]]) -> str:
        """Return the typed name of the record, or nothing."""
        return next(iter(typed.get(self.form.named_by, ())), "")

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The names of the fields that hold secrets."""
        return frozenset(name for name, field in self._fields.items() if is_secret(field))

    @cached_property
    def _fields(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.form(formdata=None) if field.name not in self.never_kept}


def takes_form(form: type[Form], thing: str, *, never_kept: Iterable[str] = (), add_page: str = "") -> Callable[[V], V]:
    """Mark a view whose page takes this form; see `FormPage`."""

    def mark(view: V) -> V:
        view.__dict__["form_page"] = FormPage(form, thing, frozenset(never_kept), add_page)
        return view

    return mark


def form_page_of(endpoint: str | None) -> FormPage | None:
    """Return the form of an endpoint's page, or None."""
    return getattr(current_app.view_functions.get(endpoint or ""), "form_page", None)


def form_page_at(path: str) -> FormPage | None:
    """Return the form that the page at this path takes, or None; the path has the prefix that the portal is under."""
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, _ = adapter.match(path.removeprefix(request.script_root), method="POST") if adapter else ("", {})
    except HTTPException:  # not found, or a redirect
        return None
    return form_page_of(endpoint)
