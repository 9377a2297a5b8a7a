"""A contact that names no SIP account, as the built-in engine finds it when a call comes in."""

from typing import Any

import pytest

from sipsorcery_web.portal.areas.sip_providers import contacts as module
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.fake_sip_engine import SERVER, FakeEngine

LOST = "No SIP account of yours has this contact, so calls from this provider do not reach you."
PLACES = ("/providers", "/provider-registrations")


def places_of(harness: AppHarness, owner: str, contact: str, **more: Any) -> tuple[str, ...]:
    """The addresses of the pages that show a provider with this contact."""
    provider = harness.provider(owner, "northline", register_enabled=True, register_contact=contact, **more)
    return (*PLACES, f"/providers/{provider.id}")


def remarks(browser: Browser, places: tuple[str, ...], remark: str = LOST) -> list[bool]:
    return [remark in browser.open(place).text for place in places]


def test_a_contact_without_an_account_is_remarked_wherever_the_provider_is_shown(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser
) -> None:
    places = places_of(harness, "alice", f"sip:nobody@{DOMAIN}")
    assert remarks(alice, places) == [True, True, True]

    harness.account("alice", "nobody")

    assert remarks(alice, places) == [False, False, False]


@pytest.mark.parametrize(
    "contact",
    [
        f"sip:her-desk@{DOMAIN}",
        f"sip:HER-DESK@{DOMAIN}:5060",
        f"sip:035577.her-desk@{DOMAIN}",
        f"sip:her-desk@{SERVER.host}",
    ],
    ids=["the account", "in other letters", "behind a dot", "at the engine's address"],
)
def test_a_contact_that_rings_an_account_is_not_remarked(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, contact: str
) -> None:
    harness.account("alice", "her-desk")
    assert remarks(alice, places_of(harness, "alice", contact)) == [False, False, False]


@pytest.mark.parametrize("contact", ["sip:her-desk@elsewhere.example", f"sip:her-desk.other@{DOMAIN}"])
def test_an_account_elsewhere_is_none(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, contact: str
) -> None:
    harness.account("alice", "her-desk")
    assert remarks(alice, places_of(harness, "alice", contact)) == [True, True, True]


def test_another_customers_account_is_none_of_hers(harness: AppHarness, sip_engine: FakeEngine, alice: Browser) -> None:
    harness.account("bobby", "his-desk")
    assert remarks(alice, places_of(harness, "alice", f"sip:his-desk@{DOMAIN}")) == [True, True, True]


def test_an_administrator_reads_whose_account_is_missing(
    harness: AppHarness, sip_engine: FakeEngine, administrator: Browser
) -> None:
    places = places_of(harness, "alice", f"sip:nobody@{DOMAIN}")
    assert all(remarks(administrator, places, "No SIP account of alice has this contact"))


def test_a_provider_that_is_not_registered_with_needs_no_account(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser
) -> None:
    provider = harness.provider("alice", "outward", register_contact=f"sip:nobody@{DOMAIN}")
    assert remarks(alice, ("/providers", f"/providers/{provider.id}")) == [False, False]


def test_nothing_is_said_of_calls_that_are_another_services(harness: AppHarness, alice: Browser) -> None:
    assert remarks(alice, places_of(harness, "alice", "sip:nobody@elsewhere.example")) == [False, False, False]


def test_contacts_of_a_long_list_are_looked_for_in_portions(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    for name in ("line1", "line2", "line3", "line4", "line5"):
        harness.account("alice", name)
        wanted = f"sip:{name}@{DOMAIN}" if name != "line4" else f"sip:lime4@{DOMAIN}"
        harness.provider("alice", f"by-{name}", register_enabled=True, register_contact=wanted)
    assert alice.open("/providers").text.count(LOST) == 1
