"""The lists and their counts (spec, section 4.7): one pair of functions for all of them."""

from dataclasses import replace
from typing import Any

from sipsorcery_web.contract.extensions import ALL_RECORD_OPERATIONS
from sipsorcery_web.contract.filters import Where

from ..context import AuthedUnitOfWork
from ..store.lists import Listing, Scope
from ..store.reading import StoredPage
from .handler import Handler, reads


def reads_of(listing: Listing[Any]) -> dict[str, Handler]:
    """Return the operations that count a list and read a page of it."""
    named = ALL_RECORD_OPERATIONS[listing.record]
    return {named.count: count_of(listing), named.page: page_of(listing)}


def page_of(listing: Listing[Any]) -> Handler:
    """The operation that answers one page of a list."""

    def get(
        work: AuthedUnitOfWork, where_expression: Where, offset: int, count: int, from_end: bool = False
    ) -> StoredPage[Any]:
        scope, rows = _scope(work, listing), _kept_by_engine(work, listing)
        keyring = work.context.keyring if work.caller.tells_passwords else None
        return rows.page(work.session, scope, where_expression, offset, count, keyring, from_end)

    return reads(get)


def count_of(listing: Listing[Any]) -> Handler:
    """The operation that counts a list."""

    def get(work: AuthedUnitOfWork, where_expression: Where, at_most: int | None = None) -> int:
        return _kept_by_engine(work, listing).count(work.session, _scope(work, listing), where_expression, at_most)

    return reads(get)


def _scope(work: AuthedUnitOfWork, listing: Listing[Any]) -> Scope:
    """The rows that the caller sees: of what is private those of its own, whoever it is."""
    return Scope(work.caller.username) if listing.is_private else work.caller.scope


def _kept_by_engine(work: AuthedUnitOfWork, listing: Listing[Any]) -> Listing[Any]:
    """The same list over the engine's rows, where there is an engine that keeps these records."""
    return replace(listing, row=work.context.sip_engine_rows.get(listing.record, listing.row))
