"""The areas of the portal as data: their pages, and how people get there. Navigation, keys and help follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, request

from ..http.parts import add_part, part


@dataclass(frozen=True)
class NavItem:
    """An entry of the navigation; `long` is a word that narrow screens leave out, `beside` are other areas of it."""

    icon: str
    label: str
    long: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Area:
    """A room of the portal. `start` is the view that people come in by, `key` the letter that leads there after `g`.

    `help` is the anchor of the topic that explains its pages, whose text is `templates/help/topics/<anchor>.html`.
    """

    blueprint: Blueprint
    title: str = ""
    start: str = "index"
    key: str = ""
    nav: NavItem | None = None
    help: str = ""
    needs: str = ""
    """A capability of the service without which there is no such area."""
    is_here: Callable[[], bool] | None = None
    """Tells whether the application that answers this request has the area, where not all have it."""

    @property
    def name(self) -> str:
        """The name of its blueprint."""
        return self.blueprint.name

    @property
    def endpoint(self) -> str:
        """The endpoint of the page that people come in by."""
        return f"{self.name}.{self.start}"

    @property
    def current(self) -> bool:
        """Return True when the page that is shown belongs to its entry of the navigation."""
        return request.blueprint in (self.name, *(self.nav.beside if self.nav else ()))


@dataclass(frozen=True)
class Areas:
    """The areas of an application, in the order of the navigation and the help."""

    all: Sequence[Area]


def init_app(app: Flask, areas: Sequence[Area]) -> None:
    """Put the areas into the application, in the order of the navigation and the help."""
    add_part(app, Areas(areas))
    for area in areas:
        app.register_blueprint(area.blueprint)


def areas() -> Sequence[Area]:
    """Return the areas of the application that answers this request."""
    return [area for area in part(Areas).all if area.is_here is None or area.is_here()]
