"""The forms of a SIP provider, filled in."""

from typing import Any

from sipsorcery_web.contract.records import SIPProvider
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

ADD = "/providers/add"
ADD_GOOGLE_VOICE = "/providers/add?provider_type=GoogleVoice"
SECRET = "bl4ckbird!"
REGISTERING: dict[str, Any] = {"register_enabled": True, "register_contact": "sip:alice@sip.example.org"}
SAVED = "northline is saved."


def add(browser: Browser, address: str = ADD, **fields: Any) -> Page:
    usual = {"provider_name": "northline", "provider_username": "HD-204417", "provider_password": SECRET}
    server = {} if "Google" in address else {"provider_server": "sip.northline.example"}
    return browser.submit(address, **(usual | server | fields))


def edit(browser: Browser, provider: SIPProvider, **fields: Any) -> Page:
    return browser.submit(f"/providers/{provider.id}", **fields)


def stored_in(harness: AppHarness, provider: SIPProvider) -> SIPProvider:
    """The provider as it lies in the store now."""
    stored = harness.stored_provider(provider.id)
    assert stored is not None
    return stored


def change(harness: AppHarness, provider: SIPProvider, **values: Any) -> SIPProvider:
    """Store a provider as another client does."""
    return harness.service_fixture.someone(provider.owner or "").sip_providers.update(provider.with_(**values))
