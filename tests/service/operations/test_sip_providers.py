from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.errors import Conflict, NotFound, ProvisioningError, Refused
from sipsorcery_web.contract.records import ProviderType, SIPProvider, SIPProviderBinding
from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.provider_policy import ProviderPolicy, SIPEngineReach
from sipsorcery_web.service.store.models import SIPProviderBindingRow, SIPProviderRow
from sipsorcery_web.service.store.rows import secret_of
from tests.conftest import Clock, ServiceFixture
from tests.factories.records import sip_provider


def provider(name: str = "blue", **more: Any) -> SIPProvider:
    """A provider record that breaks no rule."""
    return sip_provider(
        name,
        **(
            {"provider_server": "sip.blue.example.com", "provider_username": "alice", "provider_password": "s3cret"}
            | more
        ),
    )


REGISTERING: dict[str, Any] = {
    "register_enabled": True,
    "register_contact": "alice@sip.example.org",
    "register_expiry": 600,
}


def binding_of(service_fixture: ServiceFixture) -> SIPProviderBinding | None:
    found = service_fixture.alice.provider_bindings.page()
    return found[0] if found else None


def test_an_added_provider_is_answered_and_listed_as_stored(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.sip_providers.add(provider(owner="bobby"))

    assert (added.provider_name, added.owner, added.provider_password) == ("blue", "alice", "s3cret")
    assert (added.provider_type, added.register_admin_enabled) == (ProviderType.SIP, True)
    assert service_fixture.alice.sip_providers.page() == [added]


def test_a_server_is_stored_with_its_scheme(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice.sip_providers.add(provider()).provider_server == "sip:sip.blue.example.com"


def test_a_name_is_taken_once_by_an_owner(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.sip_providers.add(provider())

    with pytest.raises(Conflict, match=r"^A SIP provider with this name already exists\.$"):
        service_fixture.alice.sip_providers.add(provider())
    assert service_fixture.bob.sip_providers.add(provider()).owner == "bobby"


def test_bob_cannot_change_or_delete_alices_provider(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.sip_providers.add(provider())

    for act in (service_fixture.bob.sip_providers.update, service_fixture.bob.sip_providers.delete):
        with pytest.raises(NotFound, match=r"^The SIP provider was not found\.$"):
            act(replace(added, owner="bobby", provider_server="sip.evil.example.com"))
    assert service_fixture.alice.sip_providers.page() == [added]


def test_only_the_administrator_says_whether_registrations_are_allowed(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.sip_providers.add(provider(register_admin_enabled=False))
    assert added.register_admin_enabled

    service_fixture.administrator.sip_providers.update(replace(added, register_admin_enabled=False))
    assert not service_fixture.alice.sip_providers.update(
        replace(added, register_admin_enabled=True)
    ).register_admin_enabled


def test_the_password_is_sealed(service_fixture: ServiceFixture, service_context: ServiceContext) -> None:
    service_fixture.alice.sip_providers.add(provider())

    with service_context.database.read() as session:
        row = session.scalars(select(SIPProviderRow)).one()
        assert "s3cret" not in str(vars(row))
        assert secret_of(row, "provider_password", service_context.keyring) == "s3cret"


# Registrations


def test_a_provider_that_registers_has_a_binding(service_fixture: ServiceFixture, clock: Clock) -> None:
    added = service_fixture.alice.sip_providers.add(provider(**REGISTERING))
    binding = binding_of(service_fixture)

    assert binding is not None
    assert (binding.provider_id, binding.provider_name, binding.owner) == (added.id, "blue", "alice")
    assert (binding.binding_uri, binding.binding_expiry) == ("sip:alice@sip.example.org", 600)
    assert (binding.is_registered, binding.next_registration_time) == (False, clock.now)


def test_a_provider_that_does_not_register_has_none(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.sip_providers.add(provider())

    assert binding_of(service_fixture) is None


def test_a_changed_provider_registers_anew(service_fixture: ServiceFixture, clock: Clock) -> None:
    added = service_fixture.alice.sip_providers.add(provider(**REGISTERING))
    clock.pass_(minutes=5)
    service_fixture.alice.sip_providers.update(replace(added, provider_name="green", register_expiry=900))
    binding = binding_of(service_fixture)

    assert binding is not None
    assert (binding.provider_name, binding.binding_expiry, binding.next_registration_time) == ("green", 900, clock.now)
    assert service_fixture.alice.provider_bindings.count() == 1


def test_a_binding_that_is_not_registered_goes_with_the_wish(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.sip_providers.add(provider(**REGISTERING))
    service_fixture.alice.sip_providers.update(replace(added, register_enabled=False))

    assert binding_of(service_fixture) is None


def test_a_registered_binding_is_left_to_be_unregistered(
    service_fixture: ServiceFixture, service_context: ServiceContext, clock: Clock
) -> None:
    added = service_fixture.alice.sip_providers.add(provider(**REGISTERING))
    with service_context.database.write() as session:
        session.scalars(select(SIPProviderBindingRow)).one().is_registered = True
    clock.pass_(minutes=5)
    service_fixture.alice.sip_providers.update(replace(added, register_enabled=False))
    binding = binding_of(service_fixture)

    assert binding is not None
    assert (binding.binding_expiry, binding.next_registration_time) == (0, clock.now)


def test_a_locked_provider_does_not_register(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.sip_providers.add(provider(**REGISTERING))
    service_fixture.administrator.sip_providers.update(replace(added, register_admin_enabled=False))

    assert binding_of(service_fixture) is None


def test_a_deleted_provider_takes_its_binding_along(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.sip_providers.add(provider(**REGISTERING))
    service_fixture.alice.sip_providers.delete(added)

    assert (service_fixture.alice.sip_providers.count(), service_fixture.alice.provider_bindings.count()) == (0, 0)


@pytest.mark.parametrize(("given", "stored"), [(0, 60), (59, 60), (60, 60), (3600, 3600)])
def test_a_registration_lasts_a_minute_at_the_least(service_fixture: ServiceFixture, given: int, stored: int) -> None:
    assert service_fixture.alice.sip_providers.add(provider(register_expiry=given)).register_expiry == stored


# What an installation allows


@pytest.fixture
def service_fixture_with(service_context: ServiceContext) -> Callable[..., ServiceFixture]:
    return lambda **policy: ServiceFixture(Service(replace(service_context, provider_policy=ProviderPolicy(**policy))))


@pytest.mark.parametrize(
    "server",
    [
        "127.0.0.1",
        "127.0.0.1:5060",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "172.16.0.1",
        "[::1]",
        "[fd00::1]:5060",
        "[fe80::1]",
        "0.0.0.0",
        "a.localhost",
        "127.1",
        "127.0.0.1.",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
        "8.8.8.8;maddr=127.0.0.1",
        "0177.0.0.1",
        "1.0x7f",
    ],
)
@pytest.mark.parametrize("field", ["provider_server", "register_server", "provider_outbound_proxy"])
def test_addresses_of_private_networks_are_refused(
    service_fixture_with: Callable[..., ServiceFixture], server: str, field: str
) -> None:
    with pytest.raises(Refused):
        service_fixture_with().alice.sip_providers.add(provider(**{field: server}))


REACH = SIPEngineReach(frozenset({"udp", "tcp"}), 4)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"provider_server": "sips:sip.blue.example"}, "Provider Server asks for TLS"),
        ({"provider_server": "sip:sip.blue.example;transport=ws"}, "Provider Server asks for WS"),
        ({"register_server": "sip:[2606:4700::1111]:5060"}, "Provider Register Server is an IPv6 address"),
        ({"provider_outbound_proxy": "sip:edge.blue.example;transport=TLS"}, "Provider Outbound Proxy asks for TLS"),
    ],
)
def test_a_server_that_the_engine_cannot_reach_is_not_registered_with(
    service_fixture_with: Callable[..., ServiceFixture], fields: dict[str, str], named: str
) -> None:
    alice = service_fixture_with(reach=REACH).alice

    with pytest.raises(Refused, match=named):
        alice.sip_providers.add(provider(**REGISTERING, **fields))
    assert alice.sip_providers.add(provider(**fields))


def test_without_an_engine_nothing_is_known_of_what_it_reaches(
    service_fixture_with: Callable[..., ServiceFixture],
) -> None:
    assert service_fixture_with().alice.sip_providers.add(
        provider(**REGISTERING, provider_server="sips:sip.blue.example")
    )


def test_only_the_server_that_is_used_has_to_be_reached(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    fields = {"provider_server": "sips:sip.blue.example", "provider_outbound_proxy": "sip:edge.blue.example"}

    assert service_fixture_with(reach=REACH).alice.sip_providers.add(provider(**REGISTERING, **fields))


def test_private_networks_can_be_allowed(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    assert service_fixture_with(contacts=ContactPolicy(allows_private=True)).alice.sip_providers.add(
        provider(provider_server="10.0.0.1")
    )


def test_forbidden_servers_are_refused(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    with pytest.raises(Refused, match="disallowed string"):
        service_fixture_with(forbidden=r"blue\.").alice.sip_providers.add(provider())


def test_registrations_can_be_switched_off(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    alice = service_fixture_with(registrations=False).alice

    with pytest.raises(Refused, match=r"^SIP provider registrations are disabled on this system\.$"):
        alice.sip_providers.add(provider(**REGISTERING))
    assert alice.sip_providers.add(provider())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"provider_name": None}, "Provider Name must be specified"),
        ({"provider_name": "blue.example"}, "cannot contain a full stop"),
        ({"provider_server": None}, "Server must be specified"),
        ({"provider_server": "blue"}, "at least one '.'"),
        ({"register_enabled": True}, "valid contact must be supplied"),
        ({"custom_headers": "Via: x"}, "belongs to the call itself"),
        ({"custom_headers": "X-A: b\r\nVia: x"}, "control character"),
        ({"provider_password": "p" * 33}, "at most 32"),
    ],
)
def test_a_provider_that_breaks_a_rule_is_refused(
    service_fixture: ServiceFixture, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProvisioningError, match=message):
        service_fixture.alice.sip_providers.add(provider(**fields))
    assert service_fixture.alice.sip_providers.count() == 0


def test_a_provider_keeps_what_was_not_given(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.sip_providers.add(provider(**REGISTERING))
    changed = service_fixture.alice.sip_providers.update(
        SIPProvider(id=added.id, provider_from="alice", present=frozenset({"id", "provider_from"}))
    )
    assert changed == replace(added, provider_from="alice")
    assert changed.last_update - added.last_update == timedelta(0)
