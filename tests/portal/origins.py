"""The headers of browsers about the page that has sent a form (Fetch Standard; Fetch Metadata Request Headers).

And the one page whose form may lead to another site.
"""

import re

ORIGIN_HEADERS = {"Origin", "Referer", "Sec-Fetch-Site"}
"""A test that gives one of them gives all."""

FROM_ELSEWHERE = {"Origin": "https://evil.example", "Referer": "https://evil.example/", "Sec-Fetch-Site": "cross-site"}
"""Another site has made the browser send it."""


def from_page_of(base_url: str) -> dict[str, str]:
    """Return the headers of a form on a page of the portal itself.

    `Sec-Fetch-Site` is left out over plain http, but for this machine.
    """
    told = {"Origin": base_url, "Referer": f"{base_url}/"}
    is_trustworthy = base_url.startswith(("https://", "http://localhost", "http://127.0.0.1"))
    return told | ({"Sec-Fetch-Site": "same-origin"} if is_trustworthy else {})


def is_wider_for_forms(path: str, given: str, value: str) -> bool:
    """Return True for the policy of the one page whose form leads to another site, and of no other."""
    return path.startswith("/oauth/authorize?") and re.sub("(?<=form-action 'self') [^;]+", "", given) == value
