"""The command box: a filter, which stands in the address."""

from collections.abc import Iterator

from flask import request
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.events.filters.errors import FilterError
from sipsorcery_web.events.filters.parsing import DEFAULT
from sipsorcery_web.events.filters.scope import ScopedFilter
from sipsorcery_web.portal.ui.forms import NOT_SAVED, Form, text

from .reading import filter_in_force

FIELD = "filter"


class ConsoleForm(Form):
    """The form of the page. `asked` is the filter in force, once the form is valid."""

    filter = text("Filter")
    asked: ScopedFilter

    @classmethod
    def from_request(cls) -> "ConsoleForm":
        """Return the form with the filter of this request; a blank one is the default."""
        return cls(formdata=MultiDict({FIELD: request.args.get(FIELD, "").strip() or DEFAULT}))

    def violations(self) -> Iterator[Violation]:
        """Yield why the filter cannot be carried out, and where."""
        try:
            self.asked = filter_in_force(self.filter.data or "")
        except FilterError as refused:
            yield Violation(FIELD, words_of(refused))

    def refuse(self, refused: FilterError) -> None:
        """Put at the field what only shows when events are looked at."""
        self.add_error(FIELD, words_of(refused))
        self.status = NOT_SAVED


def words_of(refused: FilterError) -> str:
    """Return the reason and the place of a refusal; another service tells no place."""
    return f"{refused.reason} (At character {refused.column}.)" if refused.column else refused.reason
