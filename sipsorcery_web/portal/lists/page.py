"""One page of a list: its records, where it stands in the whole, and the addresses of its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from flask import request, url_for

from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.operations import AtLeast
from sipsorcery_web.contract.records import Record
from sipsorcery_web.provisioning.client import Entries

from ..http.capabilities import capabilities
from .query import SIZES, ListQuery, address_of, address_with, kept_parameters
from .search import MOST_COUNTED, MOST_COUNTED_FOUND, SHORTEST_PART, pages_of, search_page

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class ListPage(Generic[R]):
    """A page of records; positions count from 1. Pages whose number is below 0 are counted from the end of the list."""

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
    def place_in_words(self) -> str:
        """Return where in a record the text was looked for."""
        return "beginning with" if len(self.query) < SHORTEST_PART else "with"

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
    def is_counted(self) -> bool:
        """Return True when the total is the number of records; else there are more than that."""
        return not isinstance(self.total, AtLeast)

    @property
    def total_in_words(self) -> str:
        """Return how many records there are."""
        return str(self.total) if self.is_counted else f"{self.total:,} and more"

    @property
    def range_in_words(self) -> str:
        """Return where the page stands in the list."""
        if self.number > 0:
            first = (self.number - 1) * self.size + 1 if self.items else 0
            return f"{first} to {first + len(self.items) - 1 if self.items else 0}"
        behind = (-self.number - 1) * self.size
        return f"{behind + 1} to {behind + len(self.items)} from the end" if behind else f"the last {len(self.items)}"

    @property
    def previous_number(self) -> int:
        """Return the number of the page before this one; 0 for none."""
        return self.number - 1

    @property
    def next_number(self) -> int:
        """Return the number of the page behind this one; 0 for none."""
        return 0 if self.is_counted and self.number >= self.pages else self.number + 1

    @property
    def last_number(self) -> int:
        """Return the number of the last page; 0 where this is the last one."""
        number = self.pages if self.is_counted else -1
        return number if number != self.number else 0

    @property
    def is_filtered(self) -> bool:
        """Return True when the address asks for less than the whole list."""
        return any(text.strip() for name, text in request.args.items() if name not in ("page", "size", "total"))

    def url(self, number: int) -> str:
        """The address of another page of the same list."""
        return address_with(page=str(number))

    def export_url(self, endpoint: str, form: str) -> str:
        """The address of the same list as a file: csv or json, with all its rows."""
        return address_of(url_for(endpoint, form=form), kept_parameters("size"))


def page_of(entries: Entries[R], list_query: ListQuery, where: Expression | None) -> ListPage[R]:
    """Return the page that was asked for."""
    at_most = MOST_COUNTED_FOUND if list_query.query else MOST_COUNTED
    found = search_page(entries, where, list_query.number, list_query.size, None if list_query.counts_all else at_most)
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
