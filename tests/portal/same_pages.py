"""Pages that tell the same to everybody."""

from .browser import Page


def text_of_any(page: Page) -> str:
    """Return the text that any request would get: without the id of this one."""
    return page.text.replace(page.response.headers["X-Request-ID"], "")
