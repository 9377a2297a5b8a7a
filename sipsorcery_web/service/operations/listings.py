"""The lists and their counts (spec, section 4.7): one pair of functions for all of them."""

from dataclasses import replace
from typing import Any

from ..call import OwnWork
from ..store.lists import Listing
from .handler import Handler, reads


def page_of(listing: Listing[Any]) -> Handler:
    """The operation that answers one page of a list."""

    def get(work: OwnWork, where_expression: str | None, offset: int, count: int) -> list[Any]:
        scope, rows = work.caller.scope, _kept_by_engine(work, listing)
        return rows.page(work.session, scope, where_expression, offset, count, work.parts.keyring)

    return reads(get)


def count_of(listing: Listing[Any]) -> Handler:
    """The operation that counts a list."""

    def get(work: OwnWork, where_expression: str | None) -> int:
        return _kept_by_engine(work, listing).count(work.session, work.caller.scope, where_expression)

    return reads(get)


def _kept_by_engine(work: OwnWork, listing: Listing[Any]) -> Listing[Any]:
    """The same list over the engine's rows, where there is an engine that keeps these records."""
    return replace(listing, row=work.parts.engine_rows.get(listing.record, listing.row))
