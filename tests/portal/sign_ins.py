"""Sign-ins that succeed or not."""

from typing import Any

from .browser import Browser, Page


def try_to_sign_in(browser: Browser, username: str, password: str) -> Page:
    return browser.submit("/login", username=username, password=password)


def fail_to_sign_in(browser: Browser, username: str, times: int, **options: Any) -> Page:
    csrf_token = browser.token()
    for _ in range(times):
        typed = {"username": username, "password": "n1ghtingale", "csrf_token": csrf_token}
        page = browser.post("/login", typed, **options)
    return page
