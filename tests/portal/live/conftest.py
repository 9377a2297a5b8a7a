"""A watcher of a live list, look by look, without waiting."""

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.test import TestResponse

from sipsorcery_web.portal.live.clock_headers import CLOCK, ZONE
from sipsorcery_web.portal.live.views import HEADER, STAMP, STATE
from tests.portal.browser import Browser


@dataclass(frozen=True)
class Look:
    """The answer to one look."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def state(self) -> str:
        return self.response.headers[STATE]

    @property
    def list(self) -> str:
        return self.response.text

    @property
    def etag(self) -> str:
        return self.response.headers.get("ETag", "")

    @property
    def stamp(self) -> str:
        return self.response.headers.get(STAMP, "")

    @property
    def clock(self) -> str:
        return self.response.headers.get(CLOCK, "")

    @property
    def zone(self) -> str:
        return self.response.headers.get(ZONE, "")


def look(browser: Browser, path: str = "/sip-accounts", seen: str = "", stamp: str = "") -> Look:
    """Return the answer for a browser that shows the list with the ETag `seen`, and with the stamp."""
    headers = {HEADER: "1", STAMP: stamp, **({"If-None-Match": seen} if seen else {})}
    response = browser.raw("GET", path, headers=headers)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in response.headers
    return Look(response)


def looks(
    browser: Browser, *between: Callable[[], object], path: str = "/sip-accounts", stamped: bool = True
) -> list[Look]:
    """Return what a browser is told while these things happen, one after each look.

    It asks with the last answer's ETag and stamp; without stamps as if it had another one each time.
    """
    found = [look(browser, path)]
    for happens in between:
        happens()
        last = next((each for each in reversed(found) if each.etag), found[0])
        found.append(look(browser, path, last.etag, last.stamp if stamped else ""))
    return found


def nothing() -> None:
    """Do nothing between two looks."""
