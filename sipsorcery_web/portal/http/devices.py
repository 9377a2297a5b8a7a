"""The device of a visitor, as its browser says of itself (RFC 9110, section 10.1.5), and in plain words.

What a browser says may be made up; the words claim no more than it says. Only what people have is told apart: browsers
name those that they descend from as well, so that the first rule that fits is the right one.
"""

from collections.abc import Sequence

from flask import request

from sipsorcery_web.contract.xml_text import in_one_line

LONGEST = 256
"""Characters that are kept of what a browser says."""
UNKNOWN = "Not told"

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def user_agent() -> str:
    """Return what the browser of this request says of itself."""
    return in_one_line(request.user_agent.string)[:LONGEST]


def device_words(told: str) -> str:
    """Return the words for what a browser or program says: "Firefox on Linux", or the name that a program gives."""
    browser, system = _first(_BROWSERS, told), _first(_SYSTEMS, told)
    if browser and told.startswith("Mozilla/"):
        return f"{browser} on {system}" if system else browser
    return told.split("/")[0].strip() or UNKNOWN


def _first(rules: Sequence[tuple[str, str]], told: str) -> str:
    return next((words for part, words in rules if part in told), "")
