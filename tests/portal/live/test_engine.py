"""What whoever looks on is told of the SIP engine."""

from collections.abc import Callable

import pytest

from ..browser import Browser
from ..engines import FakeEngine
from ..house import House
from ..test_engine import ACTS, LISTS, MAY_BE_OLD
from .conftest import told

pytestmark = pytest.mark.usefixtures("streams")


@pytest.mark.parametrize("path", LISTS)
def test_whoever_looks_on_is_told_that_the_engine_has_gone(engine: FakeEngine, alice: Browser, path: str) -> None:
    before, after = told(alice, engine.leave, path=path)
    assert MAY_BE_OLD not in before["list"]
    assert MAY_BE_OLD in after["list"]


@pytest.mark.parametrize(("path", "made"), [(path, made) for path, _, _, made in ACTS])
def test_what_comes_comes_with_its_button(
    house: House, engine: FakeEngine, alice: Browser, path: str, made: Callable[[House, str], object]
) -> None:
    before, after = told(alice, lambda: made(house, "alice"), path=path)
    assert 'form="control"' not in before["list"]
    assert 'form="control"' in after["list"]
