"""A device that has passkeys: Chromium's virtual authenticator (WebAuthn, section 11), and the way to set one up."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import CDPSession, Page

from .portals import Portal

OF_A_TELEPHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""An authenticator that is part of the device, and whose owner says yes to all that it asks."""


class Device:
    """The authenticators of a page's browser."""

    def __init__(self, page: Page) -> None:
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable")
        self._authenticator = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": OF_A_TELEPHONE})

    @property
    def credentials(self) -> list[Mapping[str, Any]]:
        """Return what the authenticator has."""
        found: list[Mapping[str, Any]] = self._devtools.send("WebAuthn.getCredentials", self._authenticator)[
            "credentials"
        ]
        return found

    def lose_all(self) -> None:
        self._devtools.send("WebAuthn.clearCredentials", self._authenticator)


def named(portal: Portal) -> str:
    """Return the address of a portal with a name in it, which passkeys need."""
    return f"http://localhost:{portal.front.port}"


def add_passkey(page: Page, name: str) -> None:
    page.goto("/security/passkeys")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add passkey").click()
