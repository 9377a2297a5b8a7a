"""The bytes of bodies and headers that pages take over the wire, by Chromium's own network log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, expect

from .portals import Portal
from .scenes import Scene

Opening = Callable[..., Page]


@dataclass
class Meter:
    """Counts requests, and `encodedDataLength` of CDP's Network.loadingFinished: encoded body and response headers."""

    types: dict[str, str] = field(default_factory=dict)
    bytes: dict[str, float] = field(default_factory=dict)

    def at(self, page: Page) -> "Meter":
        """Listen to a page."""
        network = page.context.new_cdp_session(page)
        network.on("Network.requestWillBeSent", self._asked)
        network.on("Network.loadingFinished", self._answered)
        network.send("Network.enable")
        return self

    @property
    def total(self) -> float:
        return sum(self.bytes.values())

    def of_pages(self) -> float:
        """Return the bytes of the documents."""
        return sum(size for request, size in self.bytes.items() if self.types[request] == "Document")

    def _asked(self, event: dict[str, Any]) -> None:
        self.types[event["requestId"]] = event["type"]

    def _answered(self, event: dict[str, Any]) -> None:
        """Return the answers that came over the wire, without those that the browser has already."""
        if event["encodedDataLength"]:
            self.bytes[event["requestId"]] = event["encodedDataLength"]


def test_the_first_visit_takes_four_requests_and_25_kilobytes(open_page: Opening, usual: Portal) -> None:
    page = open_page(usual)
    meter = Meter().at(page)
    page.goto("/login", wait_until="networkidle")
    assert len(meter.bytes) <= 4
    assert meter.total <= 25_000


def test_a_list_of_25_long_rows_takes_15_kilobytes(open_page: Opening, scene: Scene) -> None:
    page = scene.page_of(scene.owner, open_page)
    meter = Meter().at(page)
    page.goto("/sip-accounts")
    expect(page.get_by_text("Live, as of")).to_be_visible()
    assert page.get_by_role("row").count() == 26  # with the headings
    assert meter.of_pages() <= 15_000
