"""Passkeys on the pages: what the script does between them, without a browser."""

from collections.abc import Mapping
from typing import Any

from tests.factories import PASSWORD

from .browser import Browser, Page
from .webauthn_authenticator import Authenticator

PAGE = "/security/passkeys"
SECOND_STEP = "/login/passkey"
ALONE = "/login/with-passkey"


def options_at(browser: Browser, address: str) -> Mapping[str, Any]:
    """Return what the script is told at an address of a page."""
    options: Mapping[str, Any] = browser.raw("GET", f"{address}/options").get_json()
    return options


def send_new(browser: Browser, answer: str, name: str = "telephone") -> Page:
    """Send the form of a new passkey with an answer."""
    return browser.force(PAGE, {"credential": answer}, name=name)


def added(browser: Browser, name: str = "telephone", **facts: Any) -> Authenticator:
    """Add a passkey, and return the authenticator that has it."""
    authenticator = Authenticator(**facts)
    page = send_new(browser, authenticator.create(options_at(browser, PAGE)), name)
    assert page.status == 200, page.notes
    return authenticator


def to_second_step(browser: Browser, username: str, password: str = PASSWORD) -> Page:
    """Give the password, and come to the page that asks for a passkey."""
    page = browser.submit("/login", username=username, password=password)
    assert page.path == SECOND_STEP, (page.path, page.notes)
    return page


def send_second_step(browser: Browser, answer: str) -> Page:
    """Send the form of the second step with an answer."""
    return browser.force(SECOND_STEP, {"credential": answer})


def send_alone(browser: Browser, answer: str) -> Page:
    """Send the form of the sign-in with the answer of a passkey alone."""
    return browser.post(ALONE, {"csrf_token": browser.token(), "credential": answer})
