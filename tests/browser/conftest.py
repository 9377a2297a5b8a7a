"""Chromium, and real portals to use it with: `portal` has its service inside and over SOAP in turn.

Everything else has it inside; with SIPSORCERY_TEST_BACKEND=soap all have it over SOAP alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.provisioning.genuine import STORES

from .portals import (
    NO_ENGINE,
    NO_SET_UP,
    OVER_SOAP,
    Addressed,
    GenuinePortal,
    Portal,
    as_chosen,
    in_use,
    over_genuine,
    over_soap,
)
from .scenes import LONG, Scene
from .scenes import scene as scene_at
from .views import VIEWS
from .watching import Watch

LONG_DOMAIN = "telephonesofthenorthernharbourdentalpracticesandlaboratories.hospitals.example"
PHONE, DESK = 360, 1280
HEIGHTS = {PHONE: 740, DESK: 800}
NOT_OVER_SOAP = {"not_set_up": NO_SET_UP, "engine": NO_ENGINE, "console": NO_ENGINE}
"""Why some views are not there over SOAP, by who looks at them."""
PATIENCE = 30_000
"""Milliseconds; for a machine that has much else to do. Only what never comes takes them."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def usual(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal for what is looked at in one mode, under a domain that strains every layout."""
    with in_use(lambda: as_chosen(tmp_path_factory.mktemp("usual"), LONG_DOMAIN)) as portal:
        yield portal


@pytest.fixture(scope="session")
def soap(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal in front of another process that has the service."""
    with in_use(lambda: over_soap(tmp_path_factory.mktemp("over-soap"), "sip.example.org")) as portal:
        yield portal


@pytest.fixture(params=STORES)
def genuine(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[GenuinePortal]:
    """A portal in front of the original service, over one of its stores and then the other."""
    with in_use(lambda: over_genuine(tmp_path, request.param)) as portal:
        yield portal


@pytest.fixture(scope="session", params=["over_soap"] if OVER_SOAP else ["usual", "over_soap"])
def portal(request: pytest.FixtureRequest) -> Portal:
    """One portal, then the other: pages are the same whatever lies behind them."""
    portal: Portal = request.getfixturevalue({"usual": "usual", "over_soap": "soap"}[request.param])
    return portal


BOTH_WAYS = pytest.mark.parametrize(
    ("portal", "scripts", "width"),
    [("over_soap", True, DESK), ("usual", False, PHONE)],
    ids=["with scripts over SOAP", "without scripts on a phone"],
    indirect=["portal"],
)
"""For what somebody does from beginning to end: once with all there is, once with as little as there may be."""


@pytest.fixture
def alice(portal: Portal) -> str:
    """The username of a customer who has just been made."""
    return portal.customer("alice")


@pytest.fixture
def desk(portal: Portal) -> str:
    """The name of a SIP account that nobody has yet."""
    return portal.new_name("front-desk")


@dataclass
class Pages:
    """Opens pages, each in a browser that nobody has used, and watches them."""

    chromium: Browser
    watch: Watch = field(default_factory=Watch)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(
        self,
        portal: Addressed,
        width: int = DESK,
        scripts: bool = True,
        address: str = "",
        **options: object,
    ) -> Page:
        """A page at a portal, by another address of it where one is given. Its `watch` notes what goes wrong behind it."""
        context = self.chromium.new_context(
            base_url=address or portal.address,
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            java_script_enabled=scripts,
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        self.watch.over(context)
        return context.new_page()

    def close(self) -> None:
        while self._contexts:
            self._contexts.pop().close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in new browsers; at the end nothing may have gone wrong behind them."""
    pages = Pages(chromium)
    yield pages
    pages.close()
    assert pages.watch.complaints == []


@pytest.fixture
def page(open_page: Pages, portal: Portal) -> Page:
    """A page of a browser that nobody has used."""
    return open_page(portal)


@pytest.fixture(scope="session")
def scene(usual: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Pages to look at, with values as long as they may be."""
    with scene_at(tmp_path_factory.mktemp("scene"), usual, LONG) as scene:
        yield scene


@pytest.fixture(scope="session", params=VIEWS)
def viewed(request: pytest.FixtureRequest, chromium: Browser, scene: Scene) -> Iterator[Page]:
    """Each page in each state, opened once for all who look at it; nothing may have gone wrong behind it."""
    view = VIEWS[request.param]
    if OVER_SOAP and view.who in NOT_OVER_SOAP:
        pytest.skip(NOT_OVER_SOAP[view.who])
    pages = Pages(chromium)
    try:
        yield view.open(scene, pages, width=PHONE, reduced_motion="reduce")
    finally:
        pages.close()
    assert pages.watch.complaints == []
