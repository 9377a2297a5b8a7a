"""One page of a list: its records, where it stands in the whole, and the addresses of its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from flask import request, url_for

from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.records import Record
from sipsorcery_web.provisioning.client import Entries

from ..http.capabilities import capabilities
from .query import SIZES, ListQuery, address_of, address_with, kept_parameters
from .search import pages_of, search_page

R = TypeVar("R", bound=Record)


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
        """Return the text that was searched for."""
        return self.list_query.query

    @property
    def size(self) -> int:
        """Return how many records a page has."""
        return self.list_query.size

    @property
    def sizes(self) -> Sequence[int]:
        """The sizes to choose from, while they make a difference."""
        return SIZES if self.total > min(SIZES) else ()

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
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
        """Return True when the address asks for less than the whole list."""
        return any(text.strip() for name, text in request.args.items() if name not in ("page", "size"))

    def url(self, number: int) -> str:
        """The address of another page of the same list."""
        return address_with(page=str(number))

    def export_url(self, endpoint: str, form: str) -> str:
        """The address of the same list as a file: csv or json, with all its rows."""
        return address_of(url_for(endpoint, form=form), kept_parameters("size"))


def page_of(entries: Entries[R], list_query: ListQuery, where: Expression | None) -> ListPage[R]:
    """Return the page that was asked for."""
    found = search_page(entries, where, list_query.number, list_query.size)
    return ListPage(list_query, found.items, found.total, found.number, found.is_complete)


def labelled_page_of(entries: Entries[R], list_query: ListQuery, where: Expression | None, name: str) -> ListPage[R]:
    """Return the page that was asked for, with the names that it begins and ends with where the list is sorted by them.

    `name` is the field of the record that holds its name.
    """
    page = page_of(entries, list_query, where)
    if not page.items or not capabilities().sorts_lists:
        return page
    first, last = getattr(page.items[0], name) or "", getattr(page.items[-1], name) or ""
    return replace(page, first_label=first, last_label=last)
