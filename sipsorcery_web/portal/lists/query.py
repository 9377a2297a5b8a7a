"""A list's query, as its address carries it: a search, filters, a page and its size; and addresses that change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.xml_text import without_invalid_xml

from ..http.cookies import keep_choice, name_of_choice

PAGE_SIZE = 25
SIZES = (25, 50, 100)
"""What a visitor can choose; the choice is kept in a cookie."""
LARGEST_PAGE = 100
LONGEST_QUERY = 200
LAST_NUMBER = 10_000_000
SIZE_COOKIE = "page_size"


@dataclass(frozen=True)
class ListQuery:
    """The part of a list that the address asks for: `?q=`, `?page=`, `?size=`; out of range means the nearest.

    Below 0 pages are counted from the end: `?page=-1` is the last one.
    """

    query: str
    number: int
    size: int
    counts_all: bool = False
    """Whether the address asks for the exact number of records, however long that takes: `?total=exact`."""

    @classmethod
    def from_request(cls) -> "ListQuery":
        """Return the query of this request."""
        number = request.args.get("page", 1, type=int) or 1
        number = max(-LAST_NUMBER, min(number, LAST_NUMBER))
        return cls(query_text("q"), number, page_size(), request.args.get("total") == "exact")


@dataclass(frozen=True)
class FilterOption:
    """One way to sift a list: the value in the address, its words, and what it lets through (None: everything)."""

    value: str
    words: str
    where: Expression | None = None


@dataclass(frozen=True)
class ListFilter:
    """A choice between options, such as `?state=off`; the first is what is shown unasked."""

    name: str
    options: Sequence[FilterOption]

    @property
    def chosen(self) -> FilterOption:
        """The option that the address names; the first one for anything unknown."""
        value = request.args.get(self.name)
        return next((option for option in self.options if option.value == value), self.options[0])


def init_app(app: Flask) -> None:
    """Let templates make addresses of the list that they show, and browsers keep the size that was chosen."""
    app.after_request(_remember_size)
    app.add_template_global(address_with)
    app.add_template_global(kept_parameters)


def address_with(**changes: str | None) -> str:
    """The address of this list with other parameters, None taking one away; all but `page` lead to the first page."""
    given = {name: text for name, text in request.args.to_dict().items() if name != "page"} | changes
    here = url_for(str(request.endpoint), **(request.view_args or {}))
    return address_of(here, {name: text for name, text in given.items() if text})


def address_of(path: str, parameters: Mapping[str, str]) -> str:
    """Return a path with these parameters, joined by hand: `url_for` takes some names for its own."""
    return f"{path}?{urlencode(parameters)}" if parameters else path


def kept_parameters(*leaving_out: str) -> dict[str, str]:
    """The parameters of the address that a form beside the list has to send along."""
    return {name: text for name, text in request.args.to_dict().items() if name not in ("page", *leaving_out)}


def query_text(name: str) -> str:
    """A text of the address, as far as a filter can carry it."""
    return without_invalid_xml(request.args.get(name, "")).strip()[:LONGEST_QUERY]


def page_size() -> int:
    """Return the number of rows of a page: that of the address, else the one chosen last."""
    given = request.args.get("size", type=int)
    wanted = given if given is not None else request.cookies.get(name_of_choice(SIZE_COOKIE), PAGE_SIZE, type=int)
    return min(max(1, wanted), LARGEST_PAGE)


def _remember_size(response: Response) -> Response:
    if response.status_code == HTTPStatus.OK and b"size" in request.query_string:
        given = request.args.get("size", type=int)
        if given in SIZES and request.cookies.get(name_of_choice(SIZE_COOKIE)) != str(given):
            keep_choice(response, SIZE_COOKIE, str(given))
    return response
