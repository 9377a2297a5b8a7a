"""A list as a file: everything that the address finds, row by row, as CSV (RFC 4180) or JSON (RFC 8259).

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

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.records import Record
from sipsorcery_web.provisioning.client import Entries

from ..http.backend import current_login, wait_anew
from ..http.clock import current_zone, now
from ..ui import error_page, formats
from . import cells
from .export_slots import export_slot
from .search import search_all

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


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column of an export: its name in JSON, its heading in CSV, its value (text, number, Boolean, moment or None).

    Where no `value` is given, it is the field of the record that has the column's name. The heading of a moment names
    the zone that it is in.
    """

    name: str
    heading: str
    value: Callable[[R], object] | None = None
    is_moment: bool = False

    def value_of(self, record: R) -> object:
        """Return the value of this column in the row of a record."""
        return getattr(record, self.name) if self.value is None else self.value(record)

    def heading_in(self, zone: tzinfo) -> str:
        """The heading, with the zone where that matters."""
        return f"{self.heading} ({zone})" if self.is_moment else self.heading


def owner_column() -> Sequence[Column[Any]]:
    """Return the column of the owner for an administrator, who gets the records of all; nothing for others."""
    return (Column("owner", "Owner"),) if current_login().is_administrator else ()


def export_routes(bp: Blueprint) -> Callable[[V], V]:
    """Make a view of the list `/things` answer at `/things.csv` and `/things.json`; it is given `form`, csv or json."""

    def register(view: V) -> V:
        def add(state: BlueprintSetupState) -> None:
            rule = f"{bp.url_prefix}.<any(csv, json):form>"
            state.app.add_url_rule(rule, endpoint=f"{bp.name}.export", view_func=view, methods=["GET"])

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
    """
    with export_slot(current_login().username) as mine:
        if mine is None:
            busy: Response = error_page.error_page(BUSY, BUSY_FOR)
            return busy
        rows = search_all(entries, where, further)
        zone = current_zone()
        write = _csv if form == "csv" else _json
        kept = mine.pop_all() if request.method == "GET" else mine
        lines = _in_turn(kept, write(columns, _at_leisure(rows), zone))
        response = Response(stream_with_context(lines), content_type=CONTENT_TYPES[form])
        response.call_on_close(kept.close)  # also where nobody has read a line
        day = formats.iso(now(), zone)[:10]
        response.headers["Content-Disposition"] = f'attachment; filename="{name}-{day}.{form}"'
        return response


def _in_turn(turn: ExitStack, lines: Iterator[str]) -> Iterator[str]:
    with turn:
        yield from lines


def _at_leisure(rows: Iterable[R]) -> Iterator[R]:
    """A long file may wait for each of its portions as long as a page for all that it shows."""
    for row in rows:
        wait_anew()
        yield row


def _csv(columns: Sequence[Column[R]], rows: Iterable[R], zone: tzinfo) -> Iterator[str]:
    yield "\ufeff" + cells.line([column.heading_in(zone) for column in columns])
    try:
        for row in rows:
            yield cells.line([cells.cell(column.value_of(row), zone) for column in columns])
    except ProvisioningError:
        yield cells.line([INCOMPLETE])


def _json(columns: Sequence[Column[R]], rows: Iterable[R], zone: tzinfo) -> Iterator[str]:
    before = "[\n"
    named = {"time_zone": str(zone)} if any(column.is_moment for column in columns) else {}
    try:
        for row in rows:
            yield before + json.dumps({column.name: _plain(column.value_of(row), zone) for column in columns} | named)
            before = ",\n"
    except ProvisioningError:
        yield before + json.dumps({"incomplete": INCOMPLETE})
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def _plain(value: object, zone: tzinfo) -> object:
    return formats.iso(value, zone) or None if isinstance(value, datetime) else value
