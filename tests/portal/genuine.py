"""A portal in front of a stand-in for the original service, over real SOAP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sipsorcery_web.contract.records import SIPCDRAsset
from tests.conftest import PASSWORD
from tests.provisioning.genuine import GenuineService

from .browser import Browser, Page
from .house import House

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

    house: House
    service: GenuineService

    def register(self, username: str) -> Page:
        """Somebody registers by the portal's own page."""
        own = {"customer_username": username, "email_address": f"{username}@example.org"}
        return self.house.browser().submit("/register", **DETAILS | own)

    def signed_in(self, username: str) -> Browser:
        """The browser of somebody who has registered, confirmed the address and signed in."""
        self.register(username)
        self.service.confirm(username)
        browser = self.house.browser()
        browser.sign_in(username)
        self.service.asked.clear()
        return browser

    def cdrs(self, owner: str, count: int, **more: Any) -> Sequence[SIPCDRAsset]:
        """So many records of calls, a minute apart, the newest to 00001; every third one came in."""
        began = self.house.clock()
        records = [
            SIPCDRAsset(
                id=uuid4(),
                owner=owner,
                answered_status=200,
                call_direction="Out" if number % 3 else "In",
                call_id=f"{number}@192.0.2.1",
                created=began - timedelta(minutes=number),
                dst=f"{number:05}",
                dst_host="northline.example",
                dst_uri=f"sip:{number:05}@northline.example",
                from_header="<sip:front-desk@sip.example.org>",
                from_user="front-desk",
                **more,
            )
            for number in range(1, count + 1)
        ]
        self.service.store.put(*records)
        return records
