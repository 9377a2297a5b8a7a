"""The page of the console, the lines that its script asks for once a second, and the same as text."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from sipsorcery_web.events.event import BEYOND_ALL, EventServer, EventType
from sipsorcery_web.events.filters.errors import FilterError
from sipsorcery_web.events.filters.parsing import DEFAULT, LONGEST
from sipsorcery_web.events.reading import read_last
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.live.views import STATE, asked_again
from sipsorcery_web.portal.ui.area import Area, NavItem
from sipsorcery_web.portal.ui.forms import NOT_SAVED

from .form import FIELD, ConsoleForm, words_of
from .lines import first_line, text_of
from .reading import Source, Told, event_number, has_console, require_source

LINES_OF_FILE = 1_000
MOST_ON_PAGE = 1_000
"""Lines that a page keeps: its script drops the first ones beyond."""
AFTER, BEFORE = "after", "before"
CURSOR = "Console-Cursor"
"""In an answer: the cursor behind the lines that it tells."""
MORE = "Console-More"
"""In an answer: there are more lines already."""
EXAMPLES = (
    (DEFAULT, "all but SIP messages"),
    ("event full and request invite", "the SIP messages of calls"),
    ("event full and request register", "the SIP messages of registrations"),
    ("event 53", "what dial plans do"),
    ("event trouble", "errors and warnings"),
    ("event * and ipaddr 10.1.1.5", "what an address has to do with"),
    ("event * and regex error", "lines with a word"),
)

bp = Blueprint("console", __name__, url_prefix="/console")
AREA = Area(
    bp,
    "Console",
    key="o",
    nav=NavItem("console", "Console", beside=("console_ladders",)),
    help="console",
    is_here=has_console,
)


@bp.get("")
def index() -> Any:
    """The command box and, of a filter, lines; a script goes on from there, or who has none by a link."""
    source, form = require_source(), ConsoleForm.from_request()
    if FIELD not in request.args:
        return _page(form)
    if not form.validate():
        return _page(form), form.status
    try:
        text = form.filter.data or ""
        return _page(form, _asked_of(source, text))
    except FilterError as refused:
        form.refuse(refused)
        return _page(form), form.status


@bp.get("/lines")
@asked_again
def lines() -> Response:
    """Answer with the lines behind a cursor, and the next cursor; 204 where there are none."""
    source = require_source()
    try:
        told = _at_cursor(source.go_on, request.args.get(FIELD, ""), AFTER)
    except FilterError as refused:
        return Response(words_of(refused), NOT_SAVED, {STATE: "refused"}, mimetype="text/plain")
    headers = {CURSOR: told.cursor, **({} if told.is_all else {MORE: "1"})}
    if not told.lines:
        return Response(status=204, headers=headers)
    return Response(render_template("console/lines.html", lines=told.lines), headers=headers, mimetype="text/html")


@bp.get("/lines.txt")
def text() -> Any:
    """Answer with the last lines, or those before an event, as a file of text that begins with the filter in force.

    There is no such file where another service tells the lines, which keeps none.
    """
    store, form = require_source().store or abort(404), ConsoleForm.from_request()
    if not form.validate():
        return _page(form), form.status
    try:
        found = read_last(store, form.asked, LINES_OF_FILE, _before())
    except FilterError as refused:
        form.refuse(refused)
        return _page(form), form.status
    content = first_line(form.asked.describe(), found.earliest) + "".join(text_of(each.event) for each in found.events)
    response = Response(content, mimetype="text/plain")
    name = f"console-{now():%Y-%m-%d-%H%M%S}.txt"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _page(form: ConsoleForm, told: Told | None = None) -> str:
    return render_template(
        "console/index.html",
        form=form,
        told=told,
        before=request.args.get(BEFORE, ""),
        longest=LONGEST,
        most=MOST_ON_PAGE,
        examples=EXAMPLES,
        types=list(EventType),
        servers=list(EventServer),
    )


def _asked_of(source: Source, text: str) -> Told:
    if AFTER in request.args:
        return _at_cursor(source.go_on, text, AFTER)
    if BEFORE in request.args:
        return _at_cursor(source.look_back, text, BEFORE)
    return source.connect(text)


def _at_cursor(read: Callable[[str, str], Told], text: str, name: str) -> Told:
    """Return the lines at a cursor of this request; 400 without one."""
    try:
        return read(text, request.args.get(name, ""))
    except FilterError:
        raise
    except ValueError:
        abort(400)


def _before() -> int:
    """Return the number of the event that lines are asked before, beyond all where none is named; 400 for no number."""
    try:
        return event_number(request.args.get(BEFORE) or str(BEYOND_ALL))
    except ValueError:
        abort(400)
