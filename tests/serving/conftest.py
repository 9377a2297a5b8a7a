"""The portal as a process, for the tests of what serves it."""

import logging

import pytest

from tests.database.conftest import postgres_url  # noqa: F401 (a fixture)
from tests.portal_process import portal_process  # noqa: F401 (a fixture)


@pytest.fixture(autouse=True)
def nothing_is_said_of_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence waitress about its queue: on a busy machine a request waits for its thread, which is not worth a word."""
    monkeypatch.setattr(logging.getLogger("waitress.queue"), "disabled", True)
