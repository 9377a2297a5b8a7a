"""A page at the end of a long list costs what the first one does."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from sipsorcery_web.contract.operations import RECORD_OPERATIONS
from sipsorcery_web.database.connection import Database
from sipsorcery_web.rest.cursors import Start
from sipsorcery_web.rest.resources import RESOURCES, Resource
from sipsorcery_web.service.operations import LISTS
from sipsorcery_web.service.store.lists import Scope
from tests.service.store.test_plans import ROWS, Asked, on_sqlite, steps_of_sqlite

__all__ = ["on_sqlite"]

LONG = [
    pytest.param(resource, id=resource.noun)
    for resource in RESOURCES
    if not resource.read_at_once and resource.record in RECORD_OPERATIONS
]
MINE = Scope("alice")


def listing_of(resource: Resource) -> Any:
    return next(listing for listing in LISTS if listing.record is resource.record)


def page(resource: Resource, start: Start) -> Asked:
    def asked(session: Session) -> object:
        return listing_of(resource).page(session, MINE, start.where(resource), start.offset, 26, None)

    return asked


def near_the_end(database: Database, resource: Resource) -> Start:
    """The beginning of the last page but one, as the page before tells it."""
    with database.read() as session:
        before = listing_of(resource).page(session, MINE, None, ROWS - 80, 26, None)
        return Start(None, ROWS - 80).behind(resource, list(before.values())[:25])


@pytest.mark.parametrize("resource", LONG)
def test_a_page_near_the_end_takes_the_store_as_long_as_the_first(on_sqlite: Database, resource: Resource) -> None:
    start = near_the_end(on_sqlite, resource)
    first, last = page(resource, Start()), page(resource, start)
    with on_sqlite.read() as session:
        assert len(last(session)) == 26  # type: ignore[arg-type]
    assert steps_of_sqlite(on_sqlite, last) <= 2 * steps_of_sqlite(on_sqlite, first) + 500
