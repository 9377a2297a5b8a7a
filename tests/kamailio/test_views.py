"""Kamailio's tables as the service's lists, on both databases."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.records import SIPDialogueAsset, SIPRegistrarBinding
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.kamailio.assembly import KAMAILIO_ROWS
from sipsorcery_web.kamailio.tables import DIALOG, DIALOG_VARS, LOCATION, KamailioTime
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import sip_account
from tests.schemas import migrated_store

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Database]:
    with migrated_store(request.param, "sqlite:///:memory:") as database:
        yield database


@pytest.fixture
def service_fixture(store: Database, keyring: Keyring, passwords: Passwords, clock: Clock) -> ServiceFixture:
    with store.write() as session:
        keep_default_domain(session, DOMAIN, keyring, clock())
    parts = ServiceContext(
        database=store,
        keyring=keyring,
        passwords=passwords,
        clock=clock,
        new_accounts=NewAccounts("open", chosen=True),
        sip_engine_rows=KAMAILIO_ROWS,
    )
    return ServiceFixture(Service(parts))


def bind(store: Database, username: str, **more: Any) -> None:
    """Store the row of a REGISTER as Kamailio writes it; some columns fill themselves."""
    values: dict[str, Any] = {
        "ruid": f"uloc-{username}-1",
        "username": username,
        "domain": DOMAIN,
        "contact": "sip:phone@10.0.0.7:5060",
        "received": "sip:203.0.113.41:49558",
        "socket": "udp:192.0.2.1:5060",
        "user_agent": "Snom/10.1",
        "q": -1.0,
        "last_modified": NOW,
        "expires": NOW + timedelta(hours=2),  # NOW is the beginning of all tests, which may take their time
    }
    with store.write() as session:
        session.execute(insert(LOCATION).values(values | more))  # not `aor`, which is made by the database


def talk(store: Database, caller: str | None, callee: str | None, state: int = 4, entry: int = 7, **noted: str) -> None:
    """Store the rows of a call as Kamailio writes them."""
    values = {
        "hash_entry": entry,
        "hash_id": 11,
        "callid": "abc@203.0.113.1",
        "from_uri": f"sip:desk@{DOMAIN}",
        "from_tag": "f1",
        "to_uri": f"sip:front@{DOMAIN}",
        "to_tag": "t1",
        "caller_cseq": "2",
        "callee_cseq": "0",
        "caller_contact": "sip:a@203.0.113.1",
        "callee_contact": "sip:b@203.0.113.2",
        "caller_sock": "udp:192.0.2.1:5060",
        "callee_sock": "udp:192.0.2.1:5060",
        "req_uri": "sip:b@203.0.113.2",
        "state": state,
        "start_time": NOW,
    }
    facts = {
        "caller_owner": caller,
        "callee_owner": callee,
        "dst_uri": f"sip:front@{DOMAIN}",
        "from_header": f'"Desk" <sip:desk@{DOMAIN}>;tag=f1',
        **noted,
    }
    with store.write() as session:
        session.execute(insert(DIALOG).values(values))
        invite = json.dumps({name: value for name, value in facts.items() if value})
        row = {"hash_entry": entry, "hash_id": 11, "dialog_key": "invite", "dialog_value": invite}
        session.execute(insert(DIALOG_VARS).values(row))


def test_a_binding_has_every_field_that_the_engine_knows(service_fixture: ServiceFixture, store: Database) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    bind(store, "front-desk")

    (binding,) = service_fixture.alice.registrar_bindings.page()

    assert isinstance(binding.id, UUID)
    assert (binding.owner, binding.sip_account_name) == ("alice", f"front-desk@{DOMAIN}")
    assert (binding.contact_uri, binding.mangled_contact_uri) == ("sip:phone@10.0.0.7:5060", "sip:203.0.113.41:49558")
    assert (binding.expiry, binding.last_update) == (7200, NOW)
    assert (binding.remote_sip_socket, binding.registrar_sip_socket) == ("udp:203.0.113.41:49558", "udp:192.0.2.1:5060")
    assert (binding.user_agent, binding.q) == ("Snom/10.1", None)


@pytest.mark.parametrize(
    ("received", "socket"),
    [
        ("sip:203.0.113.41:49558;transport=tcp", "tcp:203.0.113.41:49558"),
        ("sip:203.0.113.41:49558;transport=tls", "tls:203.0.113.41:49558"),
        ("sip:[2001:db8::7]:5060", "udp:[2001:db8::7]:5060"),
    ],
)
def test_the_socket_tells_the_transport(
    service_fixture: ServiceFixture, store: Database, received: str, socket: str
) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    bind(store, "front-desk", received=received)

    assert service_fixture.alice.registrar_bindings.page()[0].remote_sip_socket == socket


def test_a_binding_that_has_expired_is_not_shown(service_fixture: ServiceFixture, store: Database) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    bind(store, "front-desk", expires=NOW - timedelta(seconds=1))

    assert service_fixture.alice.registrar_bindings.page() == []
    assert service_fixture.alice.registrar_bindings.count() == 0


def test_a_binding_of_nobodys_account_is_not_shown(service_fixture: ServiceFixture, store: Database) -> None:
    bind(store, "ghost")

    assert service_fixture.administrator.registrar_bindings.page() == []


def test_bob_sees_neither_alices_bindings_nor_her_calls(service_fixture: ServiceFixture, store: Database) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    bind(store, "front-desk")
    talk(store, "alice", None)

    assert service_fixture.bob.registrar_bindings.page() == []
    assert service_fixture.bob.calls.page() == []
    assert len(service_fixture.administrator.registrar_bindings.page()) == 1


def count(service_fixture: ServiceFixture, operation: str, where: str) -> Any:
    assert service_fixture.alice
    token = service_fixture.token_of("alice")
    return service_fixture.service.call(OPERATIONS[operation], token, HOME, {"where_expression": where})


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (f'SIPAccountName = "front-desk@{DOMAIN}"', 1),
        ('UserAgent.StartsWith("Snom")', 1),
        ("Expiry > 3600", 1),
        ("Expiry > 9000", 0),
        ('LastUpdate > DateTime("2020-01-01T00:00:00Z")', 1),
        ('RemoteSIPSocket = "udp:203.0.113.41:49558"', 1),
    ],
)
def test_bindings_are_sifted_like_any_list(
    service_fixture: ServiceFixture, store: Database, where: str, found: int
) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    bind(store, "front-desk")

    assert count(service_fixture, "GetSIPRegistrarBindingsCount", where) == found


def test_a_call_is_a_leg_for_each_owner(service_fixture: ServiceFixture, store: Database) -> None:
    talk(store, "alice", "bobby")

    (out,), (into,) = service_fixture.alice.calls.page(), service_fixture.bob.calls.page()

    assert (out.direction, into.direction) == ("Out", "In")
    assert out.bridge_id == into.bridge_id
    assert UUID(out.bridge_id or "") != out.id != into.id
    assert (out.inserted, out.call_id, out.cseq) == (NOW, "abc@203.0.113.1", 2)
    assert (out.remote_target, out.remote_user_field) == (f"sip:front@{DOMAIN}", f'"Desk" <sip:desk@{DOMAIN}>;tag=f1')
    assert (out.local_tag, out.remote_tag) == (into.remote_tag, into.local_tag)


def test_a_call_within_one_customer_has_both_legs(service_fixture: ServiceFixture, store: Database) -> None:
    talk(store, "alice", "alice")

    assert sorted(str(leg.direction) for leg in service_fixture.alice.calls.page()) == ["In", "Out"]
    assert service_fixture.alice.calls.count() == 2


@pytest.mark.parametrize(("state", "shown"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 0)])
def test_only_calls_that_go_on_are_shown(
    service_fixture: ServiceFixture, store: Database, state: int, shown: int
) -> None:
    talk(store, "alice", None, state=state)

    assert len(service_fixture.alice.calls.page()) == shown


def test_the_same_call_keeps_its_ids(service_fixture: ServiceFixture, store: Database) -> None:
    talk(store, "alice", "alice")

    assert {leg.id for leg in service_fixture.alice.calls.page()} == {
        leg.id for leg in service_fixture.alice.calls.page()
    }


def test_the_engines_moments_are_read_as_they_were_written(store: Database) -> None:
    kind = KamailioTime()
    with store.read() as session:
        dialect = session.get_bind().dialect
        known = text(
            "SELECT julianday('2026-11-23 12:00:00')"
            if dialect.name == "sqlite"
            else "SELECT timestamp '2026-11-23 12:00:00'"
        )
        value = session.execute(known).scalar()

    moment = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert kind.process_result_value(value, dialect) == moment
    assert kind.process_bind_param(moment, dialect) == value
    if dialect.name == "sqlite":
        for off in (-0.5, -0.50005, -0.49995):  # as Kamailio 5.6 writes it, and as near as a double gets
            assert kind.process_result_value(value + off / 86400, dialect) == moment


def test_the_engine_keeps_these_records() -> None:
    assert set(KAMAILIO_ROWS) == {SIPRegistrarBinding, SIPDialogueAsset}
