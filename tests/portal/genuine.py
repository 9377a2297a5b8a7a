"""A portal in front of a stand-in for the original service, over real SOAP."""

from collections.abc import Sequence
from dataclasses import dataclass

from sipsorcery_web.contract.records import SIPCDRAsset
from tests.factories import PASSWORD
from tests.provisioning.genuine import GenuineService
from tests.provisioning.genuine.calls import cdrs_of

from .app_harness import AppHarness
from .browser import Browser, Page

DETAILS = {
    "first_name": "Alice",
    "last_name": "Example",
    "security_answer": "teal",
    "city": "Galway",
    "customer_password": PASSWORD,
    "retyped_password": PASSWORD,
}


@dataclass
class Front:
    """The portal and the service behind it."""

    harness: AppHarness
    service: GenuineService

    def register(self, username: str) -> Page:
        """Register by the portal's own page."""
        own = {"customer_username": username, "email_address": f"{username}@example.org"}
        return self.harness.browser().submit("/register", **DETAILS | own)

    def signed_in(self, username: str) -> Browser:
        """The browser of somebody who has registered, confirmed the address and signed in."""
        self.register(username)
        self.service.confirm(username)
        browser = self.harness.browser()
        browser.sign_in(username)
        self.service.asked.clear()
        return browser

    def cdrs(self, owner: str, count: int) -> Sequence[SIPCDRAsset]:
        """Store so many call records, the newest first."""
        records = cdrs_of(owner, count, self.harness.clock())
        self.service.store.put(*records)
        return records
