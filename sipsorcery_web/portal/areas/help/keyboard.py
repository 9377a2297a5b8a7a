"""The keys of the pages: which there are, and whether this browser wants them (WCAG 2.1.4)."""

from collections.abc import Sequence

from flask import request

from sipsorcery_web.portal.http.cookies import name_of_choice
from sipsorcery_web.portal.ui.area import Area, areas

COOKIE = "keyboard"
OFF = "off"


def jumps() -> Sequence[Area]:
    """Return the areas that a letter leads to after `g`."""
    return [area for area in areas() if area.key]


def keys_are_on() -> bool:
    """Return True unless this browser has switched the keys off."""
    return request.cookies.get(name_of_choice(COOKIE)) != OFF
