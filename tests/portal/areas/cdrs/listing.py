"""A list of call records, as its tests read it."""

from urllib.parse import urlencode

from tests.portal.browser import Browser, Page, words


def cells(page: Page) -> list[dict[str, str]]:
    """Return the text of each row, by its cells' first class; headings of days are no rows."""
    return [
        {cell.get("class").split()[0].removeprefix("cell-"): words(cell) for cell in row.xpath("./td")}
        for row in page.all("//main//tbody/tr[not(@class)]")
    ]


def dialled(page: Page) -> list[str]:
    """The numbers that were called, in the order of the list."""
    return [row["destination"].partition("@")[0] for row in cells(page)]


def days(page: Page) -> list[str]:
    """The headings of the days."""
    return [words(heading) for heading in page.all("//main//tr[@class='day']/th")]


def asked(browser: Browser, **parameters: object) -> Page:
    """The list with these parameters in its address; `from_` stands for `from`."""
    return browser.open("/cdrs?" + urlencode({name.rstrip("_"): value for name, value in parameters.items()}))
