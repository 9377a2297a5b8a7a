"""A list as a file: everything that the address finds, as CSV (RFC 4180) or JSON (RFC 8259).

JSON is for programs and holds each text as it is, with whatever is not ASCII written as an escape.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Generic, TypeVar

from flask import Blueprint, Response, request, stream_with_context
from flask.blueprints import BlueprintSetupState

from sipsorcery_web.contract.errors import Busy, ProvisioningError
from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.records import Record, Values, places_of
from sipsorcery_web.in_thread import begun
from sipsorcery_web.provisioning.client import Entries

from ..http.backend import current_login, wait_anew
from ..http.capabilities import capabilities
from ..http.clock import current_zone, now
from ..http.parts import part
from ..http.programs import is_program, takes_tokens
from ..http.visitor_slots import VisitorSlots
from ..ui import error_page, formats
from . import cells
from .file_text import compressed, in_pieces
from .search import Ask, Plan, search_all

R = TypeVar("R", bound=Record)
V = TypeVar("V", bound=Callable[..., Any])

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
INCOMPLETE = "INCOMPLETE: the service stopped answering, so rows are missing from here on."
BUSY = error_page.ErrorPage(
    429,
    "Another file is being written",
    "Each visitor gets one file at a time, and there are few for all. Ask again when it has arrived.",
)
BUSY_FOR = 5
"""Seconds until it is worth asking again."""


class ExportSlots(VisitorSlots):
    """Slots for files, each of which takes as long as its reader does."""


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column of an export: its name in JSON, its heading in CSV, its value (text, number, Boolean, moment or None).

    The value is a field of the record, the one of the column's name where no other is named in `of`; or what `value`
    makes of the fields there. The heading of a moment names the zone that it is in.
    """

    name: str
    heading: str
    of: str | tuple[str, ...] = ()
    value: Callable[..., object] | None = None
    is_moment: bool = False

    @property
    def fields(self) -> Sequence[str]:
        """Return the names of the fields that the value is made of."""
        return (self.of,) if isinstance(self.of, str) else self.of or (self.name,)

    def heading_in(self, zone: tzinfo) -> str:
        """The heading, with the zone where that matters."""
        return f"{self.heading} ({zone})" if self.is_moment else self.heading


def owner_column() -> Sequence[Column[Any]]:
    """Return the column of the owner for an administrator, who gets the records of all; nothing for others."""
    return (Column("owner", "Owner"),) if current_login().is_administrator else ()


def export_routes(bp: Blueprint) -> Callable[[V], V]:
    """Make a view of the list `/things` answer at `/things.csv` and `/things.json`; it is given `form`, csv or json.

    Programs may ask with a token: they get the moments in UTC, since not every token may read whose it is.
    """

    def register(view: V) -> V:
        def add(state: BlueprintSetupState) -> None:
            rule = f"{bp.url_prefix}.<any(csv, json):form>"
            state.app.add_url_rule(rule, endpoint=f"{bp.name}.export", view_func=takes_tokens(view), methods=["GET"])

        bp.record(add)
        return view

    return register


def exported(
    form: str,
    name: str,
    columns: Sequence[Column[R]],
    entries: Entries[R],
    where: Expression | None,
    further: Callable[[R], Expression] | None = None,
) -> Response:
    """All rows that the filter finds, streamed, with moments in the visitor's zone; `name` is that of the file.

    The first rows are asked for before the answer begins, so that a refusal is still a page; so is a file too many.
    Raises Busy for a program's file too many.
    """
    with part(ExportSlots).slot(current_login().username) as mine:
        if mine is None and is_program():
            raise Busy
        if mine is None:
            busy: Response = error_page.error_page(BUSY, BUSY_FOR)
            return busy
        portions = search_all(entries, where, further, _plan())
        cut = _in_columns(entries.record, columns)
        zone = current_zone()
        lines = (_csv if form == "csv" else _json)(columns, map(cut, portions), zone)
        kept = mine.pop_all() if request.method == "GET" else mine
        response = _streamed(_in_turn(kept, in_pieces(lines)), CONTENT_TYPES[form])
        response.call_on_close(kept.close)  # also where nobody has read a line
        day = formats.iso(now(), zone)[:10]
        response.headers["Content-Disposition"] = f'attachment; filename="{name}-{day}.{form}"'
        return response


def _plan() -> Plan[Any]:
    """A service in this process is asked when its rows are needed; from another, they are on their way by then."""
    return _at_leisure if capabilities().reads_at_once else lambda ask: begun(ask).result


def _at_leisure(ask: Ask[R]) -> Ask[R]:
    """A long file may wait for each of its portions as long as a page for all that it shows."""

    def ask_anew() -> Sequence[R]:
        wait_anew()
        return ask()

    return ask_anew


def _streamed(pieces: Iterator[bytes], content_type: str) -> Response:
    """The answer, compressed for who takes it so."""
    is_packed = request.accept_encodings.quality("gzip") > 0
    response = Response(stream_with_context(compressed(pieces) if is_packed else pieces), content_type=content_type)
    response.vary.add("Accept-Encoding")
    if is_packed:
        response.content_encoding = "gzip"
    return response


def _in_turn(turn: ExitStack, pieces: Iterator[bytes]) -> Iterator[bytes]:
    with turn:
        yield from pieces


Table = Sequence[Sequence[object]]
"""The values of some rows, column by column."""


def _in_columns(record: type[R], columns: Sequence[Column[R]]) -> Callable[[Sequence[Values]], Table]:
    """Return what makes the columns of a portion of rows: all of one, then of the next, which takes half the time."""
    places = places_of(record)
    made_of = [(column.value, [places[name] for name in column.fields]) for column in columns]

    def cut(rows: Sequence[Values]) -> Table:
        fields = list(zip(*rows, strict=True)) or [()] * len(places)
        return [
            fields[taken[0]] if value is None else list(map(value, *(fields[place] for place in taken)))
            for value, taken in made_of
        ]

    return cut


def _csv(columns: Sequence[Column[R]], tables: Iterable[Table], zone: tzinfo) -> Iterator[str]:
    write = cells.column_writer(zone)
    yield "\ufeff" + cells.line([column.heading_in(zone) for column in columns])
    try:
        for table in tables:
            for row in zip(*map(write, table), strict=True):
                yield ",".join(row) + "\r\n"
    except ProvisioningError:
        yield cells.line([INCOMPLETE])


def _json(columns: Sequence[Column[R]], tables: Iterable[Table], zone: tzinfo) -> Iterator[str]:
    names, iso = [column.name for column in columns], formats.iso_writer(zone)
    named = {"time_zone": str(zone)} if any(column.is_moment for column in columns) else {}
    before = "[\n"
    try:
        for row in (row for table in tables for row in zip(*table, strict=True)):
            plain = [iso(value) or None if isinstance(value, datetime) else value for value in row]
            yield before + json.dumps(dict(zip(names, plain, strict=True)) | named)
            before = ",\n"
    except ProvisioningError:
        yield before + json.dumps({"incomplete": INCOMPLETE})
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"
