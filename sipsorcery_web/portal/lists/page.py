"""One page of a list: its records, where it stands in the whole, and the addresses of its neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import after_this_request, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.records import Record
from sipsorcery_web.contract.xml_text import without_invalid_xml
from sipsorcery_web.provisioning.client import Entries

from ..http.cookies import keep_choice
from .search import pages_of, search_page

R = TypeVar("R", bound=Record)

PAGE_SIZE = 25
SIZES = (25, 50, 100)
"""What a visitor can choose; the choice is kept in a cookie."""
LARGEST_PAGE = 100
LONGEST_QUERY = 200
SIZE_COOKIE = "page_size"


@dataclass(frozen=True)
class ListQuery:
    """What the address asks of a list: `?q=`, `?page=` and `?size=`; anything out of range becomes the nearest."""

    query: str
    number: int
    size: int

    @classmethod
    def from_request(cls) -> "ListQuery":
        """What this request asks."""
        number = max(1, request.args.get("page", 1, type=int))
        return cls(query_text("q"), min(number, 10_000_000), page_size())


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
        """What the address asks for; the first option for anything unknown."""
        value = request.args.get(self.name)
        return next((option for option in self.options if option.value == value), self.options[0])


@dataclass(frozen=True)
class ListPage(Generic[R]):
    """A page of records; positions count from 1."""

    list_query: ListQuery
    items: Sequence[R]
    total: int
    number: int
    is_complete: bool = True
    """Whether every record was looked at; some services cannot search, and then there is a limit."""
    first_label: str = ""
    last_label: str = ""

    @property
    def query(self) -> str:
        """What was searched for."""
        return self.list_query.query

    @property
    def size(self) -> int:
        """How many records a page has."""
        return self.list_query.size

    @property
    def sizes(self) -> Sequence[int]:
        """The sizes to choose from, while they make a difference."""
        return SIZES if self.total > min(SIZES) else ()

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return pages_of(self.total, self.size)

    @property
    def first(self) -> int:
        """The position of the first record."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The position of the last record."""
        return self.first + len(self.items) - 1 if self.items else 0

    @property
    def is_filtered(self) -> bool:
        """Whether the address asks for less than the whole list."""
        return any(text.strip() for name, text in request.args.items() if name not in ("page", "size"))

    def url(self, number: int) -> str:
        """The address of another page of the same list."""
        return address_with(page=str(number))

    def export_url(self, endpoint: str, form: str) -> str:
        """The address of the same list as a file: csv or json, with all its rows."""
        return _address(url_for(endpoint, form=form), kept_parameters("size"))


def address_with(**changes: str | None) -> str:
    """The address of this list with other parameters, None taking one away; all but `page` lead to the first page."""
    given = {name: text for name, text in request.args.to_dict().items() if name != "page"} | changes
    here = url_for(str(request.endpoint), **(request.view_args or {}))
    return _address(here, {name: text for name, text in given.items() if text})


def kept_parameters(*leaving_out: str) -> dict[str, str]:
    """The parameters of the address that a form beside the list has to send along."""
    return {name: text for name, text in request.args.to_dict().items() if name not in ("page", *leaving_out)}


def query_text(name: str) -> str:
    """A text of the address, as far as a filter can carry it."""
    return without_invalid_xml(request.args.get(name, "")).strip()[:LONGEST_QUERY]


def page_size() -> int:
    """How many rows a page has: what the address says, else what was chosen last."""
    given = request.args.get("size", type=int)
    if given in SIZES:
        _remember(given)
    wanted = given if given is not None else request.cookies.get(SIZE_COOKIE, PAGE_SIZE, type=int)
    return min(max(1, wanted), LARGEST_PAGE)


def page_of(entries: Entries[R], list_query: ListQuery, where: Expression | None) -> ListPage[R]:
    """The page that was asked for."""
    found = search_page(entries, where, list_query.number, list_query.size)
    return ListPage(list_query, found.items, found.total, found.number, found.is_complete)


def _address(path: str, parameters: Mapping[str, str]) -> str:
    """Joined by hand, since `url_for` takes some parameters for its own."""
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _remember(size: int) -> None:
    @after_this_request
    def set_cookie(response: Response) -> Response:
        if request.cookies.get(SIZE_COOKIE) != str(size):
            keep_choice(response, SIZE_COOKIE, str(size))
        return response
