"""One page of a list: its records, where it stands in the whole, and the addresses of its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request, url_for

from sipsorcery_web.contract.carriable import carriable
from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.records import Record
from sipsorcery_web.provisioning.client import Entries

from .finding import find_page, pages_of

R = TypeVar("R", bound=Record)

PAGE_SIZE = 25
LARGEST_PAGE = 100
LONGEST_QUERY = 200


@dataclass(frozen=True)
class Asked:
    """What the address asks of a list: `?q=`, `?page=` and `?size=`; anything out of range becomes the nearest."""

    query: str
    number: int
    size: int

    @classmethod
    def from_request(cls) -> "Asked":
        """What this request asks."""
        query = carriable(request.args.get("q", "")).strip()[:LONGEST_QUERY]
        number = max(1, request.args.get("page", 1, type=int))
        size = min(max(1, request.args.get("size", PAGE_SIZE, type=int)), LARGEST_PAGE)
        return cls(query, min(number, 10_000_000), size)


@dataclass(frozen=True)
class Page(Generic[R]):
    """A page of records; positions count from 1."""

    asked: Asked
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
        return self.asked.query

    @property
    def size(self) -> int:
        """How many records a page has."""
        return self.asked.size

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

    def url(self, number: int) -> str:
        """The address of another page of the same list."""
        here = url_for(str(request.endpoint), **(request.view_args or {}))
        return f"{here}?{urlencode(request.args.to_dict() | {'page': str(number)})}"


def page_of(entries: Entries[R], asked: Asked, where: Expression | None) -> Page[R]:
    """The page that was asked for."""
    found = find_page(entries, where, asked.number, asked.size)
    return Page(asked, found.items, found.total, found.number, found.is_complete)
