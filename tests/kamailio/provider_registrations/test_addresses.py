"""The entries of Kamailio's htable for the addresses of registered providers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from socket import EAI_NONAME, gaierror
from typing import Any
from uuid import UUID, uuid4

import pytest

from sipsorcery_web.ip_addresses import ContactPolicy, read_address
from sipsorcery_web.kamailio.provider_registrations.addresses import (
    ProviderAddresses,
    RegisteredProvider,
    entries_of,
)
from sipsorcery_web.kamailio.provider_registrations.server_addresses import LOOKED_UP_AGAIN_AFTER, ServerAddresses
from sipsorcery_web.kamailio.provider_registrations.servers import Resolver
from sipsorcery_web.kamailio.rpc import KamailioAbsent, KamailioRefusal
from sipsorcery_web.service.store.models import SIPProviderBindingRow
from tests.conftest import ServiceFixture
from tests.factories.records import sip_provider

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class FakeKamailio:
    """Its htable, in place of the engine."""

    entries: dict[str, Any] = field(default_factory=dict)
    lasts: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    is_away: bool = False
    is_too_full: bool = False

    def call(self, method: str, table: str, *parameters: Any) -> Any:
        assert table == "providers"
        if self.is_away:
            raise KamailioAbsent("away")
        self.calls.append(method)
        return getattr(self, method.replace("htable.", "_"))(*parameters)

    def _get(self, key: str) -> Any:
        if key not in self.entries:
            raise KamailioRefusal(500, "Key name doesn't exist in htable")
        return {"item": {"name": key, "value": self.entries[key]}}

    def _setxs(self, key: str, value: str, lasts: int) -> None:
        self.entries[key], self.lasts[key] = value, lasts

    def _delete(self, key: str) -> None:
        if key not in self.entries:
            raise KamailioRefusal(404, "Key not found in htable.")
        del self.entries[key]

    def _dump(self) -> Any:
        if self.is_too_full:
            raise KamailioAbsent("The answer broke off.")
        return [{"slot": [{"name": key, "value": value}]} for key, value in self.entries.items()]

    def _flush(self) -> None:
        self.entries.clear()

    def passes(self, seconds: int) -> None:
        """Let time go by, and what has run out be gone."""
        self.lasts = {key: left - seconds for key, left in self.lasts.items() if left > seconds}
        self.entries = {key: value for key, value in self.entries.items() if key in self.lasts}

    @property
    def told(self) -> dict[str, Any]:
        return {key: value for key, value in self.entries.items() if key != "told"}


def registered(
    owner: str, username: str, transport: str = "udp", ip: str = "192.0.2.7", servers: Sequence[str] = ()
) -> RegisteredProvider:
    others = frozenset(map(ip_address, servers))
    address = read_address(ip)
    assert address is not None
    return RegisteredProvider(uuid4(), owner, username, transport, address, NOW, others)


def values_of(*providers: RegisteredProvider) -> dict[str, str]:
    return {key: value for key, (value, _) in entries_of(providers).items()}


def test_the_only_provider_of_an_address_is_known_by_it() -> None:
    line = registered("alice", "line", "tls")
    assert values_of(line) == {f"tls 192.0.2.7{name}": line.id.hex for name in ("", " line", f" {line.id.hex}")}


def test_what_was_registered_over_udp_may_call_over_anything_else_over_the_same() -> None:
    assert {key.split()[0] for key in values_of(registered("alice", "line", "udp"))} == {"udp", "tcp", "tls"}
    assert {key.split()[0] for key in values_of(registered("alice", "line", "tcp"))} == {"tcp"}
    assert {key.split()[0] for key in values_of(registered("alice", "line", "tls"))} == {"tls"}


def test_several_of_one_address_are_known_by_their_usernames() -> None:
    hers, his = registered("alice", "line1", "tcp"), registered("bob", "line2@provider.example", "tcp")
    assert values_of(hers, his) == {
        "tcp 192.0.2.7": "several",
        "tcp 192.0.2.7 line1": hers.id.hex,
        "tcp 192.0.2.7 line2": his.id.hex,
        "tcp 192.0.2.7 line2@provider.example": his.id.hex,
        f"tcp 192.0.2.7 {hers.id.hex}": hers.id.hex,
        f"tcp 192.0.2.7 {his.id.hex}": his.id.hex,
    }


def test_several_of_one_customer_name_that_one() -> None:
    first, second = registered("alice", "line", "tcp"), registered("alice", "line", "tcp")
    assert set(values_of(first, second).values()) == {"several alice", first.id.hex, second.id.hex}


def test_from_the_other_addresses_of_its_server_only_calls_to_our_contact_are_a_providers() -> None:
    line = registered("alice", "line", "tcp", servers=["192.0.2.7", "192.0.2.8"])
    assert values_of(line) == dict.fromkeys(
        [
            *("tcp 192.0.2.7", "tcp 192.0.2.7 line", f"tcp 192.0.2.7 {line.id.hex}"),
            f"tcp 192.0.2.8 {line.id.hex}",
        ],
        line.id.hex,
    )


def test_whoever_names_the_server_of_another_customers_provider_gets_none_of_its_calls() -> None:
    hers = registered("alice", "line", "tcp")
    his = registered("bob", "line", "tcp", ip="198.51.100.9", servers=["192.0.2.7"])
    told = values_of(hers, his)
    assert told["tcp 192.0.2.7"] == told["tcp 192.0.2.7 line"] == hers.id.hex
    assert told[f"tcp 192.0.2.7 {his.id.hex}"] == his.id.hex


def test_an_address_of_ipv6_is_written_as_kamailio_writes_it() -> None:
    assert "tcp 2001:db8:0:0:0:0:0:7" in values_of(registered("alice", "line", "tcp", "[2001:DB8::7]"))


@dataclass
class Stand:
    """A provider of alice's that is registered with, and what tells Kamailio of it."""

    fixture: ServiceFixture
    provider_id: UUID
    now: datetime
    kamailio: FakeKamailio = field(default_factory=FakeKamailio)
    names: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.addresses = self.another()

    def another(self) -> ProviderAddresses:
        database: Any = self.fixture.service.context.database
        rpc: Any = self.kamailio
        servers = ServerAddresses(self.resolver, lambda: self.now, start=lambda work: work())
        return ProviderAddresses(database, rpc, lambda: self.now, servers)

    @property
    def resolver(self) -> Resolver:
        anywhere = ContactPolicy(allows_private=True)
        return Resolver(4, frozenset({"udp"}), anywhere, self._addresses, lambda name: [], lambda name, seconds: [])

    def _addresses(self, name: str) -> list[str]:
        if name not in self.names:
            raise gaierror(EAI_NONAME, "unknown")
        return self.names[name]

    def binding(self, **values: Any) -> None:
        with self.fixture.service.context.database.write() as session:
            row = session.query(SIPProviderBindingRow).filter_by(provider_id=self.provider_id).one()
            for name, value in values.items():
                setattr(row, name, value)

    def passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.kamailio.passes(seconds)

    @property
    def told(self) -> dict[str, Any]:
        self.addresses.look()
        return self.kamailio.told


@pytest.fixture
def stand(service_fixture: ServiceFixture) -> Stand:
    wanted = sip_provider(register_enabled=True, register_contact="sip:alice@sip.example.org")
    added = service_fixture.alice.sip_providers.add(wanted)
    stand = Stand(service_fixture, added.id, NOW)
    until = NOW + timedelta(seconds=600)
    stand.binding(is_registered=True, registered_until=until, registrar_sip_socket="192.0.2.7:5060")
    return stand


def test_a_registration_is_told_for_as_long_as_it_lasts(stand: Stand) -> None:
    assert stand.told["udp 192.0.2.7"] == stand.provider_id.hex
    assert stand.kamailio.lasts["udp 192.0.2.7"] == 600


def test_what_has_not_changed_is_told_once(stand: Stand) -> None:
    assert stand.told
    stand.kamailio.calls.clear()
    stand.addresses.look()
    assert stand.kamailio.calls == ["htable.get"]


def test_a_renewal_is_told_and_the_end_too(stand: Stand) -> None:
    assert stand.told
    stand.binding(registered_until=NOW + timedelta(seconds=900))
    assert stand.told
    assert stand.kamailio.lasts["udp 192.0.2.7"] == 900
    stand.passes(900)
    assert stand.told == {}


def test_what_has_run_out_at_kamailio_already_keeps_nothing_else_from_being_told(stand: Stand) -> None:
    assert stand.told
    stand.passes(600)
    stand.binding(registrar_sip_socket="192.0.2.8:5060", registered_until=stand.now + timedelta(seconds=600))
    assert {key.split()[1] for key in stand.told} == {"192.0.2.8"}


def test_what_kamailio_could_not_be_told_to_forget_is_forgotten_later(stand: Stand) -> None:
    assert stand.told
    stand.binding(is_registered=False)
    stand.kamailio.is_away = True
    with pytest.raises(KamailioAbsent):
        stand.addresses.look()
    stand.kamailio.is_away = False
    assert stand.told == {}


def test_kamailio_is_never_without_the_mark(stand: Stand) -> None:
    for _ in range(5):
        stand.addresses.look()
        stand.passes(40_000)
        assert "told" in stand.kamailio.entries


@pytest.mark.parametrize("ended", [{"is_registered": False}, {"binding_expiry": 0}, {"registrar_sip_socket": None}])
def test_who_is_not_registered_with_is_not_told(stand: Stand, ended: dict[str, Any]) -> None:
    assert stand.told
    stand.binding(**ended)
    assert stand.told == {}


def test_a_kamailio_that_was_started_anew_is_told_again(stand: Stand) -> None:
    before = dict(stand.told)
    stand.kamailio.entries.clear()
    assert stand.told == before


def test_a_new_process_takes_back_what_an_earlier_one_has_told(stand: Stand) -> None:
    assert stand.told
    stand.binding(is_registered=False)
    stand.addresses = stand.another()
    assert stand.told == {}


@pytest.mark.parametrize("is_too_full", [False, True])
def test_a_new_process_empties_the_table_only_where_it_cannot_be_read(stand: Stand, is_too_full: bool) -> None:
    before = dict(stand.told)
    stand.kamailio.is_too_full = is_too_full
    stand.addresses = stand.another()
    assert stand.told == before
    assert ("htable.flush" in stand.kamailio.calls) is is_too_full


def test_a_kamailio_that_went_away_meanwhile_is_told_all_later(stand: Stand) -> None:
    stand.kamailio.is_away = True
    with pytest.raises(KamailioAbsent):
        stand.addresses.look()
    stand.kamailio.is_away = False
    assert stand.told["udp 192.0.2.7"] == stand.provider_id.hex


def test_what_the_servers_name_leads_to_is_told_and_looked_up_again_later(stand: Stand) -> None:
    stand.names["sip.northline.example"] = ["192.0.2.7", "192.0.2.8"]
    other, third = (f"udp 192.0.2.{number} {stand.provider_id.hex}" for number in (8, 9))
    assert other in stand.told
    stand.names["sip.northline.example"] = ["192.0.2.9"]
    assert other in stand.told
    stand.now += LOOKED_UP_AGAIN_AFTER
    stand.binding(registered_until=stand.now + timedelta(seconds=600))
    assert stand.told
    assert third in stand.told
    assert other not in stand.told


def test_nobody_waits_for_the_name_server(stand: Stand) -> None:
    begun: list[Callable[[], None]] = []
    stand.addresses.servers.start = begun.append
    stand.names["sip.northline.example"] = ["192.0.2.8"]
    other = f"udp 192.0.2.8 {stand.provider_id.hex}"
    assert other not in stand.told
    begun.pop()()
    assert other in stand.told
    assert begun == []


def test_a_name_that_leads_nowhere_for_a_while_leaves_what_is_known(stand: Stand) -> None:
    stand.names["sip.northline.example"] = ["192.0.2.8"]
    assert stand.told
    del stand.names["sip.northline.example"]
    stand.now += LOOKED_UP_AGAIN_AFTER
    stand.binding(registered_until=stand.now + timedelta(seconds=600))
    assert stand.told
    assert f"udp 192.0.2.8 {stand.provider_id.hex}" in stand.told
