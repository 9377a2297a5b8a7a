"""Values that strangers on the network write into the fields of a call."""

from tests.portal.browser import Page

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe\u2066",
    "x" * 1024,
    "=HYPERLINK(0)",
    "bell\x07 and escape\x1b[31m",
    "two\r\nlines",
    "&lt;&#0;&amp;",
    "",
)


def check_nothing_runs(page: Page) -> None:
    """Check that nothing a stranger wrote has become an element, an attribute or an address of the page."""
    assert page.status in (200, 422)
    assert not page.all("//main//script | //main//img | //main//*[@onerror]")
    assert not [address for address in page.tree.xpath("//main//@href") if "script:" in address]
    assert "49{" not in page.text
