"""Every page, in every state that it can be brought to: who looks at it, and how it is reached."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from ..scenes import Opening, Scene

Steps = Callable[[Page, Scene], None]

STRANGERS = ("portal", "not_set_up", "by_invitation", "away")
"""Who has not signed in is told by the portal that they are at."""

VIEWS: dict[str, "View"] = {}


@dataclass(frozen=True)
class View:
    """A page in a state. `who` has signed in, or is a stranger, at one of the scene's portals; `engine` is whoever owns
    what is at the portal with the SIP engine, `console` at the one with a console, `lines_told` at the one in front of it."""

    name: str
    who: str
    steps: Steps

    def open(self, scene: Scene, open_page: Opening, **options: Any) -> Page:
        """Go there in a browser of its own."""
        if self.who in ("engine", "console", "lines_told"):
            page: Page = getattr(scene, f"with_{self.who}").page_of(open_page, **options)
        elif self.who in STRANGERS:
            page = open_page(getattr(scene, self.who), **options)
        else:
            page = scene.page_of(getattr(scene, self.who), open_page, **options)
        self.steps(page, scene)
        return page


def view(who: str) -> Callable[[Steps], Steps]:
    """Make a view of the steps that lead to it."""

    def keep(steps: Steps) -> Steps:
        name = steps.__name__.replace("_", "-")
        VIEWS[name] = View(name, who, steps)
        return steps

    return keep
