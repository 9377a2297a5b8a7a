"""The demonstration, as somebody finds it who has just run it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import HOME
from tests.running import free_port

from .portals import OVER_SOAP, TOP
from .steps import heading, sign_in
from .test_accessibility import AXE, LOOKS, violations
from .test_layout import FAULTS, WIDTHS

pytestmark = pytest.mark.skipif(OVER_SOAP, reason="the demonstration has its service in the same process")

PATIENCE = 60_000
NAV_ITEMS = (
    "/sip-accounts",
    "/registrations",
    "/providers",
    "/provider-registrations",
    "/dial-plans",
    "/calls",
    "/cdrs",
)


@dataclass(frozen=True)
class Demonstration:
    """The address of the demonstration."""

    address: str


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Run the demonstration in a process of its own."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    environment = {**rest, "TMPDIR": str(folder), "SIPSORCERY_PORT": str(port)}
    log = folder.with_name("demo.log")
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "demo"], cwd=TOP, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline().startswith("SIPSorcery Web: "), log.read_text()
        yield Demonstration(f"http://{HOME}:{port}")
        process.terminate()
    assert process.returncode == 0
    check_left_behind(folder, log)


def check_left_behind(folder: Path, log: Path) -> None:
    assert [*folder.iterdir()] == []
    assert "Traceback" not in log.read_text()


@pytest.fixture
def harbour(demonstration: Demonstration, open_page: Callable[..., Page]) -> Page:
    """Return the customers named on the sign-in page."""
    page = open_page(demonstration)
    page.goto("/login")
    password, username = page.locator("main code").all_inner_texts()[:2]
    sign_in(page, username, password)
    return page


def test_what_the_page_tells_is_enough_to_see_something_everywhere(harbour: Page) -> None:
    for place in NAV_ITEMS:
        harbour.goto(place)
        assert harbour.get_by_role("row").count() > 1, place


def test_calls_begin_and_end_before_ones_eyes(harbour: Page) -> None:
    harbour.goto("/calls")
    expect(heading(harbour, "Calls")).to_be_visible()
    legs = harbour.get_by_role("row")
    expect(legs).not_to_have_count(legs.count(), timeout=PATIENCE)


def test_the_note_at_the_door_fits_and_can_be_read(
    demonstration: Demonstration, open_page: Callable[..., Page]
) -> None:
    page = open_page(demonstration, reduced_motion="reduce")
    page.goto("/login")
    page.evaluate(AXE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(FAULTS) == [], f"at {width} px"
    for theme, _ in LOOKS:
        page.emulate_media(color_scheme=theme)
        assert violations(page) == [], theme
