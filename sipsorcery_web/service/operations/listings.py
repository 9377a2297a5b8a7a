"""The lists and their counts (spec, section 4.7): one pair of functions for all of them."""

from dataclasses import replace
from typing import Any

from sipsorcery_web.contract.operations import RECORD_OPERATIONS

from ..context import AuthedUnitOfWork
from ..store.lists import Listing
from .handler import Handler, reads


def reads_of(listing: Listing[Any]) -> dict[str, Handler]:
    """Return the operations that count a list and read a page of it."""
    named = RECORD_OPERATIONS[listing.record]
    return {named.count: count_of(listing), named.page: page_of(listing)}


def page_of(listing: Listing[Any]) -> Handler:
    """The operation that answers one page of a list."""

    def get(work: AuthedUnitOfWork, where_expression: str | None, offset: int, count: int) -> list[Any]:
        scope, rows = work.caller.scope, _kept_by_engine(work, listing)
        return rows.page(work.session, scope, where_expression, offset, count, work.context.keyring)

    return reads(get)


def count_of(listing: Listing[Any]) -> Handler:
    """The operation that counts a list."""

    def get(work: AuthedUnitOfWork, where_expression: str | None) -> int:
        return _kept_by_engine(work, listing).count(work.session, work.caller.scope, where_expression)

    return reads(get)


def _kept_by_engine(work: AuthedUnitOfWork, listing: Listing[Any]) -> Listing[Any]:
    """The same list over the engine's rows, where there is an engine that keeps these records."""
    return replace(listing, row=work.context.sip_engine_rows.get(listing.record, listing.row))
