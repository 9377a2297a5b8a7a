"""The topics of the help page: one for each area that has one, and some that belong to all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sipsorcery_web.portal.ui.area import areas


@dataclass(frozen=True)
class Topic:
    """A section of the page; `endpoint` is its screen."""

    anchor: str
    title: str
    endpoint: str = ""

    @property
    def template(self) -> str:
        """Return the template of the topic's text."""
        return f"help/topics/{self.anchor}.html"


OF_ALL = (
    Topic("lists", "Lists and files"),
    Topic("keyboard", "Keys"),
    Topic("words", "SIP words"),
)


def topics() -> Sequence[Topic]:
    """Return all topics, those of the areas first; areas without a title share another's."""
    return (*(Topic(area.help, area.title, area.endpoint) for area in areas() if area.help and area.title), *OF_ALL)


def anchor_of(blueprint: str | None) -> str:
    """Return the anchor of the topic that explains an area; empty for an area without help."""
    return next((area.help for area in areas() if area.name == blueprint), "")
