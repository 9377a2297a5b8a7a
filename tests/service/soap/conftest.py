"""Fixtures that the tests of this folder share."""

import pytest

from .wire import Noted, Wire, served


@pytest.fixture
def wire() -> Wire:
    noted = Noted()
    return Wire(noted, served(noted))
