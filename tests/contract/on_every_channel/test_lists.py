from typing import Any
from uuid import UUID, uuid4

import pytest

from sipsorcery_web.contract import filters
from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.operations import NO_LIMIT, OPERATIONS
from sipsorcery_web.contract.records import SIPCDRAsset, SIPDialogueAsset, SIPProviderBinding, SIPRegistrarBinding
from sipsorcery_web.contract.wire_types import FOREVER
from sipsorcery_web.provisioning.client import Entries
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store import models
from sipsorcery_web.service.store.models import SIPDomainRow
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import sip_account
from tests.factories.rows import attempt_values, binding_of, leg_values, sip_provider_values

LISTS = ("sip_accounts", "sip_providers", "dial_plans", "registrar_bindings", "provider_bindings", "calls", "cdrs")
PAGED = [name for name, operation in OPERATIONS.items() if len(operation.parameters) == 3 and name.startswith("Get")]


def of(client: Any, name: str) -> Entries[Any]:
    entries: Entries[Any] = getattr(client, name)
    return entries


@pytest.fixture
def furnished(service_fixture: ServiceFixture, service_context: ServiceContext, clock: Clock) -> UUID:
    """Store as the engine would a binding, a provider's binding, a call and a call record of alice."""
    account = service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    provider_id = uuid4()
    rows: list[Any] = [
        models.SIPProviderRow(**sip_provider_values("alice", "blue", clock.now, id=provider_id)),
        models.SIPRegistrarBindingRow(**binding_of(account, clock.now, id=UUID(int=1), expiry=60, user_agent=None)),
        models.SIPProviderBindingRow(
            id=UUID(int=2),
            owner="alice",
            provider_id=provider_id,
            provider_name="blue",
            binding_uri="sip:x",
            next_registration_time=FOREVER,
        ),
        models.SIPDialogueRow(**leg_values("alice", clock.now, id=UUID(int=3), cseq=7, cdr_id="c")),
        models.SIPCDRRow(
            **attempt_values("alice", clock.now, id=UUID(int=4), answered_status=200, answered_time=clock.now)
        ),
    ]
    with service_context.database.write() as session:
        for row in rows:
            session.add(row)
            session.flush()
    return account.id


def test_what_the_engine_stored_is_told_to_its_owner(
    service_fixture: ServiceFixture, furnished: UUID, clock: Clock
) -> None:
    (binding,) = service_fixture.alice.registrar_bindings.page()
    (provider_binding,) = service_fixture.alice.provider_bindings.page()
    (call,) = service_fixture.alice.calls.page()
    (cdr,) = service_fixture.alice.cdrs.page()

    assert isinstance(binding, SIPRegistrarBinding)
    assert (binding.id, binding.expiry, binding.last_update, binding.user_agent) == (UUID(int=1), 60, clock.now, None)
    assert isinstance(provider_binding, SIPProviderBinding)
    assert (provider_binding.next_registration_time, provider_binding.last_register_time) == (FOREVER, None)
    assert isinstance(call, SIPDialogueAsset)
    assert (call.cseq, call.direction, call.hangup_at, call.cdr_id) == (7, "In", None, "c")
    assert isinstance(cdr, SIPCDRAsset)
    assert (cdr.answered_status, cdr.answered_time, cdr.hungup_time) == (200, clock.now, None)


@pytest.mark.parametrize("name", LISTS)
def test_everybody_sees_their_own_list(service_fixture: ServiceFixture, furnished: UUID, name: str) -> None:
    alices, bobs = of(service_fixture.alice, name), of(service_fixture.bob, name)

    assert alices.count() == len(alices.page()) > 0
    assert {record.owner for record in alices.page()} == {"alice"}
    assert {record.owner for record in bobs.page()} <= {"bobby"}
    assert bobs.count() == len(bobs.page())


@pytest.mark.parametrize("name", LISTS)
def test_the_administrator_sees_every_list(service_fixture: ServiceFixture, furnished: UUID, name: str) -> None:
    assert "alice" in {record.owner for record in of(service_fixture.administrator, name).page()}


@pytest.mark.parametrize("name", LISTS)
def test_no_filter_reaches_another_owners_rows(service_fixture: ServiceFixture, furnished: UUID, name: str) -> None:
    everything = filters.any_of(filters.prop("Owner").equals("alice"), filters.prop("Owner").differs("alice"))

    assert {record.owner for record in of(service_fixture.bob, name).page(where=everything)} <= {"bobby"}
    assert of(service_fixture.bob, name).count(everything) == of(service_fixture.bob, name).count()


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize(("offset", "count"), [(-1, 25), (0, -1)])
def test_negative_numbers_are_refused(service_fixture: ServiceFixture, name: str, offset: int, count: int) -> None:
    with pytest.raises(Refused, match=r"^The offset and the count of a list must not be negative\.$"):
        service_fixture.alice._call(name, offset=offset, count=count)


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize(("offset", "count"), [(0, 0), (1000, 25), (NO_LIMIT, NO_LIMIT)])
def test_an_empty_page_is_an_empty_list(
    service_fixture: ServiceFixture, furnished: UUID, name: str, offset: int, count: int
) -> None:
    assert list(service_fixture.alice._call(name, offset=offset, count=count)) == []


@pytest.mark.parametrize("name", [name for name in OPERATIONS if "where_expression" in OPERATIONS[name].arguments({})])
def test_a_filter_that_cannot_be_read_is_refused(service_fixture: ServiceFixture, name: str) -> None:
    with pytest.raises(Refused, match=r"^No property or field 'Nothing' exists in type '"):
        service_fixture.alice._call(name, where_expression="Nothing")


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (filters.prop("SIPUsername").equals("alice-1"), ["alice-1"]),
        (filters.prop("SIPUsername").starts_with("alice-"), ["alice-1", "alice-2", "alice-3"]),
        (filters.prop("IsUserDisabled").is_true(), ["alice-2"]),
        (filters.prop("NetworkId").equals("<&>\"'"), ["alice-3"]),
        (None, ["alice", "alice-1", "alice-2", "alice-3"]),
    ],
)
def test_a_filter_narrows_list_and_count(service_fixture: ServiceFixture, where: Any, names: list[str]) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("alice-1"))
    service_fixture.alice.sip_accounts.add(sip_account("alice-2", is_user_disabled=True))
    service_fixture.alice.sip_accounts.add(sip_account("alice-3", network_id="<&>\"'"))

    assert [account.sip_username for account in service_fixture.alice.sip_accounts.page(where=where)] == names
    assert service_fixture.alice.sip_accounts.count(where) == len(names)


def test_pages_together_are_the_list(service_fixture: ServiceFixture) -> None:
    for place in range(4):
        service_fixture.alice.sip_accounts.add(sip_account(f"alice-{place}"))
    pages = [service_fixture.alice.sip_accounts.page(offset, 2) for offset in (0, 2, 4, 6)]

    assert [[account.sip_username for account in page] for page in pages] == [
        ["alice", "alice-0"],
        ["alice-1", "alice-2"],
        ["alice-3"],
        [],
    ]


def test_domains_are_ones_own_and_the_public_ones(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    assert service_fixture.alice
    assert service_fixture.bob
    with service_context.database.write() as session:
        for name, owner in (("a.example.org", "alice"), ("b.example.org", "bobby")):
            session.add(SIPDomainRow(id=uuid4(), domain=name, inserted=service_context.clock(), owner=owner))

    assert [(domain.domain, domain.owner) for domain in service_fixture.alice.domains()] == [
        ("a.example.org", "alice"),
        (DOMAIN, None),
    ]
    assert [domain.domain for domain in service_fixture.alice._call("GetSIPDomains", offset=1, count=1)] == [DOMAIN]
