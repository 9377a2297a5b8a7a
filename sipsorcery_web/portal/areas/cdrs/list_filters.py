"""The filters of the list of call records: days, direction, result, a number or address."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import DateField

from sipsorcery_web.contract.call_records import WITHOUT_CHALLENGES
from sipsorcery_web.contract.filters import Expression, all_of, any_of, prop
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.clock import current_zone
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, query_text
from sipsorcery_web.portal.lists.search import and_, text_search
from sipsorcery_web.portal.ui.controls import ChoiceField
from sipsorcery_web.portal.ui.forms import Form, checkbox, choice, text

STATUS, DIRECTION, CREATED = prop("AnsweredStatus"), prop("CallDirection"), prop("Created")
NOT_A_DAY = "This is not a day. One looks like 2026-11-12."
NOT_A_CODE = "A status code is a number from 100 to 699, such as 486."
BACKWARDS = "The last day is before the first one."


def _status_in(*codes: int) -> Expression:
    return any_of(*(STATUS.equals(code) for code in codes))


ANSWERED = all_of(STATUS.at_least(200), STATUS.less_than(300))
DIRECTIONS = ListFilter(
    "direction",
    (
        FilterOption("", "In and out"),
        FilterOption("in", "In", DIRECTION.equals("In")),
        FilterOption("out", "Out", DIRECTION.equals("Out")),
    ),
)
RESULTS = ListFilter(
    "status",
    (
        FilterOption("", "Any result"),
        FilterOption("answered", "Answered", ANSWERED),
        FilterOption("not-answered", "Not answered", any_of(STATUS.less_than(200), STATUS.at_least(300))),
        FilterOption("busy", "Busy", _status_in(486, 600)),
        FilterOption("gave-up", "Caller gave up", _status_in(487)),
        FilterOption("no-answer", "No answer", _status_in(0, 408, 480)),
        FilterOption("not-found", "Not found", _status_in(404, 410, 484, 485, 604)),
        FilterOption("refused", "Refused", _status_in(403, 603, 606, 607, 608)),
        FilterOption("failed", "Server failed", all_of(STATUS.at_least(500), STATUS.less_than(600))),
    ),
)


def _day(label: str, name: str) -> DateField:
    """A day, which need not be given; what is no day stays as it was typed."""
    return DateField(label, name=name, invalid_value_message=NOT_A_DAY)


def _choice(label: str, name: str) -> ChoiceField:
    """A choice among the options of a filter; an unknown one means the first."""
    return choice(label, name=name, validate_choice=False)


class CDRFilterForm(Form):
    """The form above the list; it stands in the address, so that what was found can be found again."""

    from_day = _day("From day", "from")
    to_day = _day("To day", "to")
    direction = _choice("Direction", DIRECTIONS.name)
    result = _choice("Result", RESULTS.name)
    q = text("Number or address")
    owner = text("Owner")
    code = text("Status code")
    challenges = checkbox("Show requests for a password")

    @classmethod
    def from_request(cls) -> "CDRFilterForm":
        """Return the filters of this request; the owner is for administrators to ask."""
        filters = cls(formdata=MultiDict(_given()))
        for field, options in ((filters.direction, DIRECTIONS), (filters.result, RESULTS)):
            field.choices = [(option.value, option.words) for option in options.options]
        if not current_login().is_administrator:
            del filters.owner
        return filters

    @property
    def has_details(self) -> bool:
        """Return True when a filter is set that is seldom used."""
        return bool(self.code.data or self.challenges.data)

    def violations(self) -> Iterator[Violation]:
        """Yield the violations of values that cannot be searched for."""
        if self.code.data and _code(self.code.data) is None:
            yield Violation("code", NOT_A_CODE)
        if self.from_day.data and self.to_day.data and self.to_day.data < self.from_day.data:
            yield Violation("to_day", BACKWARDS)

    def where(self) -> Expression | None:
        """The condition that a record has to meet; what is cheap to look at comes first."""
        zone = current_zone()
        owner = self.owner.data if "owner" in self else ""
        return and_(
            prop("Owner").equals(owner) if owner else None,
            self._result(),
            _since(self.from_day.data, zone),
            _until(self.to_day.data, zone),
            DIRECTIONS.chosen.where,
            text_search(self.q.data or "", "Dst", "DstURI", "FromUser", "FromName", "FromHeader"),
        )

    def _result(self) -> Expression | None:
        code = _code(self.code.data)
        if code is not None:
            return STATUS.equals(code)
        hidden = None if self.challenges.data else WITHOUT_CHALLENGES
        return and_(hidden, RESULTS.chosen.where)


def start_of(day: date, zone: tzinfo) -> datetime | None:
    """The moment that a day begins, in UTC, by the offset valid then; None beyond the calendar.

    Where the clock is put forward at midnight that is its jump, and where it is put back, its first midnight (PEP 495).
    """
    try:
        return datetime.combine(day, time.min, zone).astimezone(UTC)
    except OverflowError:
        return None


def _since(day: date | None, zone: tzinfo) -> Expression | None:
    start = start_of(day, zone) if day else None
    return CREATED.at_least(start) if start else None


def _until(day: date | None, zone: tzinfo) -> Expression | None:
    """The whole of that day still counts."""
    end = start_of(day + timedelta(days=1), zone) if day and day < date.max else None
    return CREATED.less_than(end) if end else None


def _given() -> dict[str, str]:
    """The address's parameters as far as a filter can carry them; `?status=486` is a code, too."""
    given = {name: text for name in request.args if (text := query_text(name))}
    if given.get("status", "").isdecimal():
        given.setdefault("code", given.pop("status"))
    return given


def _code(text: str | None) -> int | None:
    is_code = text and text.isascii() and text.isdecimal() and len(text) == 3 and 100 <= int(text) < 700
    return int(text) if text and is_code else None
