"""Characters that nobody sees, on pages: shown by their code points, but for what goes back to the portal."""

from markupsafe import Markup

from sipsorcery_web.invisible import visible


def visible_on_pages(value: object) -> object:
    """Return what a template puts into a page: text with nothing invisible in it, everything else as it is.

    For Jinja's `finalize`, so that no template can forget it. What goes back to the portal (values of form fields)
    takes part as Markup: through WTForms, or with the filter `unchanged`.
    """
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def unchanged(value: object) -> Markup:
    """Return text for the value of a form field, escaped; what is sent back has to be what was stored."""
    return Markup.escape(value)
