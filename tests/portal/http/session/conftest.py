from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sipsorcery_web.portal.http.session import (
    init_app,
)
from tests.portal.storage.support import KINDS, Clock, Place, a_place

from .support import NINE, Failing, Portal, tiny_app


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with a_place(request.param, tmp_path) as place:
        yield place


@pytest.fixture
def build(place: Place) -> Callable[..., Portal]:
    def build(**options: bool) -> Portal:
        app, clock, keeping = tiny_app(), Clock(NINE), Failing(place.keeping)
        init_app(app, keeping, clock, **options)
        return Portal(app, place, keeping, clock, app.test_client())

    return build


@pytest.fixture
def portal(build: Callable[..., Portal]) -> Portal:
    return build()
