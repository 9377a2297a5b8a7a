"""Registrations with providers, and calls that come from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sipsorcery_web.contract.records import SIPProvider, SIPProviderBinding
from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .odd_provider import OddProvider
from .provider import Provider
from .sipp import CONVERSATION, Phone


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    provider = Provider(tmp_path / "provider")
    yield provider
    provider.stop()


def registered_with(harness: KamailioHarness, provider: Provider | OddProvider, name: str, **more: Any) -> SIPProvider:
    """A provider of alice's, with registration switched on."""
    record = SIPProvider(id=uuid4(), provider_name=name, **details(provider, **more))
    return harness.client("alice").sip_providers.add(record)


def details(provider: Provider | OddProvider, **more: Any) -> dict[str, Any]:
    """Return the fields of a provider that is to be registered with."""
    usual = {
        "provider_username": "line",
        "provider_password": provider.password,
        "provider_server": provider.server,
        "register_contact": f"sip:alice@{DOMAIN}",
        "register_enabled": True,
        "register_expiry": 60,
    }
    return usual | more


def knows_nobody(harness: KamailioHarness, provider: Provider) -> bool:
    """Return True when a call to the number at the provider finds no contact."""
    caller = Phone(harness.folder / "sipp", f"127.0.0.1:{provider.port}", "line", "", "provider.example")
    number = "line@provider.example"
    calling = caller.calls_without_password(number, *caller.refused(number, 404))
    return calling.process.wait(30) == 0


def binding(harness: KamailioHarness, name: str) -> SIPProviderBinding | None:
    found = harness.client("alice").provider_bindings.page()
    return next((binding for binding in found if binding.provider_name == name), None)


def is_registered(binding: SIPProviderBinding | None) -> bool:
    return binding is not None and binding.is_registered


def failure(binding: SIPProviderBinding | None) -> str:
    return (binding.registration_failure_message if binding else None) or ""


def row(harness: KamailioHarness, name: str) -> str:
    """Return the row of a provider on the page."""
    return next(row for row in harness.page("alice", "/providers").rows if name in row)


def test_a_provider_takes_the_registration(harness: KamailioHarness, provider: Provider) -> None:
    provider.start()

    registered_with(harness, provider, "northline")

    found = eventually(lambda: binding(harness, "northline"), is_registered)
    assert found is not None
    assert found.last_register_time is not None
    assert found.last_register_attempt is not None
    assert found.next_registration_time > found.last_register_time
    assert found.registration_failure_message is None
    assert "Registered" in row(harness, "northline")


def test_a_deleted_provider_is_told_that_it_is_over(harness: KamailioHarness, provider: Provider) -> None:
    provider.start()
    added = registered_with(harness, provider, "deleted")
    eventually(lambda: binding(harness, "deleted"), is_registered)

    harness.client("alice").sip_providers.delete(added)

    eventually(lambda: knows_nobody(harness, provider))


def test_a_deleted_customers_providers_are_told_that_it_is_over(harness: KamailioHarness, provider: Provider) -> None:
    provider.start()
    record = SIPProvider(
        id=uuid4(), provider_name="leaving", **details(provider, register_contact=f"sip:leaver@{DOMAIN}")
    )
    harness.client("leaver").sip_providers.add(record)
    eventually(lambda: harness.client("leaver").provider_bindings.page()[0], is_registered)

    harness.client("leaver").delete_customer("leaver")

    eventually(lambda: knows_nobody(harness, provider))


def test_a_providers_password_is_not_where_the_engine_reads(harness: KamailioHarness, provider: Provider) -> None:
    provider.start()

    registered_with(harness, provider, "with-realm", register_realm="provider.example")

    eventually(lambda: binding(harness, "with-realm"), is_registered)
    assert provider.password not in harness.engine_tables()


def test_a_provider_refuses_and_its_own_words_are_shown(harness: KamailioHarness, provider: Provider) -> None:
    provider.start()

    registered_with(harness, provider, "refusing", provider_username="barred")

    found = eventually(lambda: binding(harness, "refusing"), failure)
    assert failure(found) == "403 No business with 'you'; DROP TABLE customers"
    assert "No business with 'you'" in harness.page("alice", "/providers").text


def test_a_wrong_password_is_told_and_repaired(harness: KamailioHarness, provider: Provider) -> None:
    provider.start()
    wrong = registered_with(harness, provider, "mistyped", provider_password="swordf1sh")

    assert failure(eventually(lambda: binding(harness, "mistyped"), failure)).startswith("401 ")
    assert "Password refused" in harness.page("alice", "/providers").text

    harness.client("alice").sip_providers.update(wrong.with_(provider_password=provider.password))
    eventually(lambda: binding(harness, "mistyped"), is_registered)


def test_a_provider_that_is_not_there_is_told_and_comes_back(harness: KamailioHarness, provider: Provider) -> None:
    registered_with(harness, provider, "away")

    assert "did not answer" in failure(eventually(lambda: binding(harness, "away"), failure, seconds=25))

    provider.start()
    found = eventually(lambda: binding(harness, "away"), is_registered, seconds=25)
    assert failure(found) == ""


def test_a_name_that_leads_nowhere_is_told(harness: KamailioHarness, provider: Provider) -> None:
    registered_with(harness, provider, "misspelt", provider_server="sip:no-such-host.invalid")

    assert "leads to no address" in failure(eventually(lambda: binding(harness, "misspelt"), failure, seconds=25))


def test_switching_a_registration_off_tells_the_provider(harness: KamailioHarness, provider: Provider) -> None:
    provider.start()
    record = registered_with(harness, provider, "ending")
    eventually(lambda: binding(harness, "ending"), is_registered)

    harness.client("alice").sip_providers.update(record.with_(register_enabled=False))

    eventually(lambda: binding(harness, "ending"), lambda found: found is None)
    assert knows_nobody(harness, provider)


def test_custom_headers_reach_the_provider(harness: KamailioHarness, tmp_path: Path) -> None:
    provider = Provider(tmp_path / "strict", header="4711")
    provider.start()
    try:
        registered_with(harness, provider, "with-headers", custom_headers="X-Customer: 4711|X-Other: two")
        eventually(lambda: binding(harness, "with-headers"), is_registered)
    finally:
        provider.stop()


def test_a_call_from_the_provider_rings_the_account_that_the_contact_names(
    harness: KamailioHarness, provider: Provider
) -> None:
    provider.start()
    account = harness.account("alice", "front-desk")
    phone = harness.phone(account)
    phone.register()
    trunk = registered_with(harness, provider, "trunk one", register_contact=f"sip:front-desk@{DOMAIN}")
    eventually(lambda: binding(harness, "trunk one"), is_registered)
    eventually(harness.addresses_of_providers, lambda told: f"udp {HOME} {trunk.id.hex}" in told)
    number = "line@provider.example"
    outside = Phone(harness.folder / "sipp", f"127.0.0.1:{provider.port}", "0877001", "", "elsewhere.example")
    answering = phone.takes(*CONVERSATION)

    calling = outside.calls_without_password(number, *outside.talk(number, seconds=2))

    assert "through trunk one" in " ".join(eventually(lambda: harness.page("alice", "/calls?q=0877001").rows))
    calling.wait()
    answering.wait()
    cdr = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.from_user == "0877001"])[0]
    assert (cdr.call_direction, cdr.answered_status) == ("In", 200)
    assert (cdr.dst, cdr.dst_host, cdr.dst_uri) == (
        "front-desk",
        DOMAIN,
        f"sip:front-desk@{DOMAIN};provider=trunk%20one",
    )
    assert "through trunk one" in " ".join(harness.page("alice", "/cdrs?q=0877001").rows)
    assert "0877001" in " ".join(harness.page("alice", "/cdrs?q=0877001").rows)
