"""Debian's Chromium, started once for all tests that need a browser: Playwright runs once in a process."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

ARGUMENTS = (
    "--no-sandbox",  # Chromium's own needs a user that is not root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright, *more: str, without: tuple[str, ...] = ()) -> Browser:
    """Debian's Chromium with more arguments, leaving out some of what Playwright tells it."""
    return playwright.chromium.launch(
        executable_path=chromium_path(), args=[*ARGUMENTS, *more], ignore_default_args=list(without)
    )


def chromium_path() -> str | None:
    return shutil.which("chromium")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if chromium_path() is None:
        pytest.skip("there is no chromium; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launch(playwright) as chromium:
        yield chromium
