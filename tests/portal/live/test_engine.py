"""The SIP engine on live lists."""

from collections.abc import Callable

import pytest

from ..app_harness import AppHarness
from ..browser import Browser
from ..fake_sip_engine import FakeEngine
from ..http.test_sip_engine import ACTS, LISTS, MAY_BE_OLD
from .conftest import looks


@pytest.mark.parametrize("path", LISTS)
def test_whoever_looks_on_is_told_that_the_engine_has_gone(sip_engine: FakeEngine, alice: Browser, path: str) -> None:
    before, after = looks(alice, sip_engine.leave, path=path)
    assert MAY_BE_OLD not in before.list
    assert MAY_BE_OLD in after.list


@pytest.mark.parametrize(("path", "made"), [(path, made) for path, _, _, made in ACTS])
def test_what_comes_comes_with_its_button(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, path: str, made: Callable[[AppHarness, str], object]
) -> None:
    before, after = looks(alice, lambda: made(harness, "alice"), path=path)
    assert 'form="control"' not in before.list
    assert 'form="control"' in after.list
