"""Takes a picture of every page and state: `python -m tests.browser.pictures DIR [NAME …]`.

The name `readme` stands for the pictures of the README and of the gallery, which pngquant makes small.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import launch

from .conftest import DESK, PHONE, Pages
from .portals import embedded, in_use
from .scenes import PRACTICE, Scene
from .scenes import scene as scene_at
from .views import VIEWS

DOMAIN = "harbour-dental.example"
THEMES = ("light", "dark")
README = "readme"
GALLERY = {
    "providers": ("providers", DESK, "light"),
    "dial-plan": ("dial-plan", DESK, "dark"),
    "comparison": ("dial-plan-compared", DESK, "light"),
    "calls": ("calls", DESK, "dark"),
    "call-records": ("call-records", DESK, "light"),
    "call": ("call-details", DESK, "dark"),
    "console": ("console", DESK, "dark"),
    "security": ("security-with-alert", DESK, "light"),
    "accounts-phone": ("accounts", PHONE, "light"),
    "call-records-phone": ("call-records", PHONE, "dark"),
}
"""Name in the gallery: view, width and theme."""


def take(folder: Path, names: list[str]) -> None:
    """Put the pictures of these views, or of all, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launch(playwright) as chromium, practice() as scene:
        if README in names:
            take_for_readme(folder, scene, chromium)
        for name in [name for name in VIEWS if not names or name in names]:
            for width in (DESK, PHONE):
                take_view(folder, name, width, scene, chromium)


def take_view(folder: Path, name: str, width: int, scene: Scene, chromium: Browser) -> None:
    """One view at one width, in both themes."""
    with opened(chromium) as pages:
        page = VIEWS[name].open(scene, pages, width=width)
        for theme in THEMES:
            take_page(page, theme, folder / f"{name}-{width}-{theme}.png", full=name != "menu")


def take_for_readme(folder: Path, scene: Scene, chromium: Browser) -> None:
    """The list of accounts and the gallery, as a browser's window shows them."""
    with opened(chromium) as pages:
        page = VIEWS["accounts"].open(scene, pages, width=DESK)
        for theme in THEMES:
            take_small(page, theme, folder / f"accounts-{theme}.png")
    for name, (view, width, theme) in GALLERY.items():
        with opened(chromium) as pages:
            page = VIEWS[view].open(scene, pages, width=width)
            take_small(page, theme, folder / f"gallery-{name}.png")


def take_page(page: Page, theme: str, path: Path, full: bool) -> None:
    """The page as it looks now."""
    page.emulate_media(color_scheme="light" if theme == "light" else "dark", reduced_motion="reduce")
    if full:  # the window as high as the page, so that what is fixed to its edges stands there
        size = page.viewport_size
        assert size is not None
        height: int = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    page.screenshot(path=path, animations="disabled")


def take_small(page: Page, theme: str, path: Path) -> None:
    """The window as it looks now, in 256 colours where Debian's pngquant is there, which leaves half of the bytes."""
    take_page(page, theme, path, full=False)
    if found := shutil.which("pngquant"):
        subprocess.run([found, "--force", "--strip", "--output", path, path], check=True)


@contextmanager
def opened(chromium: Browser) -> Iterator[Pages]:
    """Pages that are closed at the end."""
    pages = Pages(chromium)
    try:
        yield pages
    finally:
        pages.close()


@contextmanager
def practice() -> Iterator[Scene]:
    """A dental practice, in a folder that goes with it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        in_use(lambda: embedded(Path(folder) / "practice", DOMAIN)) as portal,
        scene_at(Path(folder) / "beside", portal, PRACTICE) as scene,
    ):
        yield scene


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    take(Path(sys.argv[1]), sys.argv[2:])
