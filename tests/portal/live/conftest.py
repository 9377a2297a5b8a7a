"""Somebody who looks on: what a live list tells them, look by look, without waiting."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from sipsorcery_web.portal.live.messages import CONTENT_TYPE
from sipsorcery_web.portal.live.streams import EXTENSION, Streams
from sipsorcery_web.portal.live.views import LEAVING
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

Told = list[dict[str, Any]]


@dataclass
class Pauses:
    """Stands where the server's event stands: between two looks something happens, and after the last one leaves."""

    happenings: list[Callable[[], object]]
    lengths: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> bool:
        self.lengths.append(seconds)
        if not self.happenings:
            return True
        self.happenings.pop(0)()
        return False


def told(browser: Browser, *between: Callable[[], object], path: str = "/sip-accounts", **headers: str) -> Told:
    """What a browser is told while these things happen, one after each look."""
    return told_with_pauses(browser, *between, path=path, **headers)[0]


def told_with_pauses(
    browser: Browser, *between: Callable[[], object], path: str = "/sip-accounts", **headers: str
) -> tuple[Told, list[float]]:
    pauses = Pauses(list(between))
    asked = {"Accept": CONTENT_TYPE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = browser.raw("GET", path, headers=asked, environ_base={LEAVING: pauses})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, CONTENT_TYPE)
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in answer.headers
    *events, rest = answer.get_data(as_text=True).split("\n\n")
    assert rest == ""
    assert all(event.startswith("data: ") and "\n" not in event for event in events)
    return [json.loads(event.removeprefix("data: ")) for event in events], pauses.lengths


def nothing() -> None:
    """Nothing happens between two looks."""


@pytest.fixture
def streams(harness: AppHarness) -> Iterator[Streams]:
    """Room for two streams, as in the server."""
    streams: Streams = harness.app.extensions[EXTENSION]
    streams.most = 2
    yield streams
    streams.most = 0
    assert streams.count == 0, "a stream has kept its place"
