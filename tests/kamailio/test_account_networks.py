"""The networks that phones register from, noted from Kamailio's bindings."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.kamailio import account_networks
from sipsorcery_web.kamailio.account_networks import AccountNetworks, network_of
from sipsorcery_web.kamailio.tables import LOCATION
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.account_networks import AccountNetworkRow
from sipsorcery_web.settings import NewAccounts
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.statements import counted_statements


@pytest.fixture
def service(store: Database, keyring: Keyring, passwords: Passwords, clock: Clock) -> ServiceFixture:
    with store.write() as session:
        keep_default_domain(session, DOMAIN, keyring, clock())
    policy = NewAccounts("open", chosen=True)
    parts = ServiceContext(database=store, keyring=keyring, passwords=passwords, clock=clock, new_accounts=policy)
    fixture = ServiceFixture(Service(parts))
    assert fixture.alice
    return fixture


@pytest.fixture
def watch(store: Database, service: ServiceFixture, clock: Clock) -> AccountNetworks:
    return AccountNetworks(store, clock)


def register(store: Database, address: str, at: datetime, username: str = "alice", contact: str = "") -> None:
    """Store the row of a REGISTER as Kamailio writes it."""
    values = {
        "ruid": f"uloc-{username}-{address}-{at:%d%H%M%S}",
        "username": username,
        "domain": DOMAIN,
        "contact": contact or "sip:phone@10.0.0.7:5060",
        "received": None if contact else f"sip:{address}:49558;transport=tcp",
        "user_agent": "Snom/10.1",
        "q": -1.0,
        "last_modified": at,
        "expires": at.replace(year=2040),
    }
    with store.write() as session:
        session.execute(insert(LOCATION).values(values))


def noted(store: Database) -> dict[str, bool]:
    """The networks of all accounts, and whether they are new."""
    with store.read() as session:
        rows = session.scalars(select(AccountNetworkRow).order_by(AccountNetworkRow.network)).all()
        return {row.network: row.is_new for row in rows}


def test_the_first_network_of_an_account_is_no_alert_and_the_next_one_is(
    store: Database, watch: AccountNetworks, clock: Clock
) -> None:
    register(store, "203.0.113.41", clock())
    watch.look()
    clock.pass_(minutes=1)
    register(store, "203.0.7.7", clock())
    register(store, "198.51.100.7", clock())
    watch.look()
    assert noted(store) == {"198.51.0.0/16": True, "203.0.0.0/16": False}


def test_a_network_that_is_seen_again_is_noted_once_an_hour(
    store: Database, watch: AccountNetworks, clock: Clock
) -> None:
    register(store, "203.0.113.41", clock())
    watch.look()
    first = clock()

    def times() -> tuple[datetime, datetime]:
        with store.read() as session:
            row = session.scalars(select(AccountNetworkRow)).one()
            return row.first_seen, row.last_seen

    clock.pass_(minutes=59)
    register(store, "203.0.113.42", clock())
    watch.look()
    assert times() == (first, first)
    clock.pass_(minutes=1)
    register(store, "203.0.113.43", clock())
    watch.look()
    assert times() == (first, clock())


def test_phones_that_renew_cost_one_reading_in_ten_seconds_and_no_writing(
    store: Database, watch: AccountNetworks, clock: Clock
) -> None:
    register(store, "203.0.113.41", clock())
    watch.look()
    with counted_statements() as statements:
        for _ in range(9):
            clock.pass_(seconds=1)
            watch.look()
        assert statements == []
        clock.pass_(seconds=1)
        register(store, "203.0.113.44", clock())
        statements.clear()
        watch.look()
    assert [statement for statement in statements if not statement.startswith("SELECT")] == []
    assert len(statements) == 1


def test_each_account_has_networks_of_its_own(
    store: Database, service: ServiceFixture, watch: AccountNetworks, clock: Clock
) -> None:
    assert service.bob
    register(store, "203.0.113.41", clock())
    register(store, "198.51.100.7", clock(), "bobby")
    watch.look()
    assert noted(store) == {"198.51.0.0/16": False, "203.0.0.0/16": False}


def test_what_belongs_to_no_account_is_left_out(store: Database, watch: AccountNetworks, clock: Clock) -> None:
    register(store, "203.0.113.41", clock(), "nobody")
    watch.look()
    assert noted(store) == {}


def test_an_account_keeps_so_many_networks_those_seen_last(
    store: Database, watch: AccountNetworks, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_networks, "MOST", 3)
    for number in range(6):
        clock.pass_(minutes=1)
        register(store, f"20{number}.0.113.41", clock())
        watch.look()
    assert noted(store) == dict.fromkeys(["203.0.0.0/16", "204.0.0.0/16", "205.0.0.0/16"], True)


def test_what_comes_with_the_first_network_of_an_account_is_no_alert(
    store: Database,
    service: ServiceFixture,
    watch: AccountNetworks,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(account_networks, "AT_ONCE", 1)
    assert service.bob
    for number in range(5):
        register(store, f"20{number}.0.113.41", clock(), "alice" if number % 2 else "bobby")
    watch.look()
    assert list(noted(store).values()) == [False] * 5


def test_a_deleted_account_takes_its_networks_along(
    store: Database, service: ServiceFixture, watch: AccountNetworks, clock: Clock
) -> None:
    register(store, "203.0.113.41", clock())
    watch.look()
    (account,) = service.alice.sip_accounts.page()
    service.alice.sip_accounts.delete(account)
    assert noted(store) == {}
    assert isinstance(account.id, UUID)


@pytest.mark.parametrize(
    ("uri", "network"),
    [
        ("sip:203.0.113.41:49558;transport=tcp", "203.0.0.0/16"),
        ("sip:phone@198.51.100.7", "198.51.0.0/16"),
        ("sip:[2001:db8:1:2::3]:5060", "2001:db8::/32"),
        ("sip:[::ffff:203.0.113.41]:5060", "203.0.0.0/16"),
        ("sip:phone@desk.example.org", ""),
        ("nonsense<>", ""),
    ],
)
def test_a_network_is_the_16_of_ipv4_and_the_32_of_ipv6(uri: str, network: str) -> None:
    assert network_of(uri) == network
