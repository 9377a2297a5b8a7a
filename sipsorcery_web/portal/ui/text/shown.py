"""Values as they stand in a page: escaped, and with nothing invisible in them."""

import re

from markupsafe import Markup, escape

from .invisible import visible_on_pages

_SPECIAL = re.compile(r"[^ !#-%(-;=?-~]").search
"""Finds what HTML takes for more than itself, and whatever is not printable ASCII."""


def shown(value: object) -> str:
    """Return a value as HTML. What is Markup already stays, as it does everywhere in Jinja."""
    if type(value) is str:
        return value if _SPECIAL(value) is None else escape(visible_on_pages(value))
    return value if type(value) is Markup else escape(visible_on_pages(value))
