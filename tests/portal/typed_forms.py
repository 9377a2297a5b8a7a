"""The portal's forms with something typed into them, and how to find it again on a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import pytest

from sipsorcery_web.portal.http.session import COOKIE
from tests.factories import PASSWORD

from .browser import Browser, Page, words


@dataclass(frozen=True)
class Filled:
    """A form, what is typed into it, and the labels that stand beside it. `noun` is asked of the service to find it."""

    path: str
    typed: Mapping[str, str]
    shown: tuple[str, ...]
    noun: str = ""


ADDED = {
    "a SIP account": Filled("/sip-accounts/add", {"sip_username": "front-desk", "network_id": "attic"}, ("Username", "Network id"), "SIPDomains"),
    "a provider": Filled("/providers/add", {"provider_name": "northline", "provider_from": "sip:a@b.example"}, ("Name", "From header")),
    "a Google Voice provider": Filled("/providers/add?provider_type=GoogleVoice", {"provider_name": "gv", "gv_callback_number": "15550123"}, ("Name", "Callback number")),
    "a dial plan": Filled("/dial-plans/add", {"dial_plan_name": "night", "dial_plan_script": "sys.Log('a')\r\nsys.Log('b')"}, ("Name", "Script")),
    "the settings": Filled("/account", {"city": "Cork", "web_site": "https://cork.example"}, ("City", "Web site"), "Customer"),
}  # fmt: skip
EDITED = {
    "a SIP account": Filled("/sip-accounts/{account_id}", {"network_id": "attic", "ip_address_acl": "^203"}, ("Network id",), "SIPAccounts"),
    "a provider": Filled("/providers/{provider_id}", {"provider_name": "southline", "provider_from": "sip:a@b.example"}, ("Name", "From header"), "SIPProviders"),
    "a dial plan": Filled("/dial-plans/{plan_id}", {"dial_plan_name": "night", "note": "for the holidays"}, ("Name", "Note"), "DialPlans"),
}  # fmt: skip

added = pytest.mark.parametrize("filled", ADDED.values(), ids=ADDED)
edited = pytest.mark.parametrize("filled", EDITED.values(), ids=EDITED)
everywhere = pytest.mark.parametrize(
    "filled", [*ADDED.values(), *EDITED.values()], ids=[*(f"new: {name}" for name in ADDED), *EDITED]
)


def of(filled: Filled, ids: Mapping[str, UUID]) -> str:
    return filled.path.format(**ids)


def table(page: Page) -> dict[str, str]:
    """Return the typed values that the page shows."""
    rows = page.all("//main//table[caption='What you typed']//tbody/tr")
    return {words(row[0]): row[1].text_content() for row in rows}


def check_shown(page: Page, filled: Filled) -> None:
    told = table(page)
    for label, text in zip(filled.shown, filled.typed.values(), strict=False):
        assert told[label].splitlines() == text.splitlines()


def check_in_form(page: Page, filled: Filled) -> None:
    assert {name: page.value(name) for name in filled.typed} == dict(filled.typed)


def sign_in_again(page: Page, username: str = "alice") -> Page:
    return page.submit(username=username, password=PASSWORD)


def forget_the_session(browser: Browser) -> None:
    browser.client.delete_cookie(COOKIE)
