from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from sipsorcery_web.contract import filters
from sipsorcery_web.contract.envelope import UnknownAction
from sipsorcery_web.contract.errors import (
    ContractError,
    NotFound,
    ProvisioningError,
    Refused,
    SessionExpired,
    Unavailable,
)
from sipsorcery_web.contract.operations import NO_LIMIT, OPERATIONS, Operation
from sipsorcery_web.contract.records import Customer, SIPAccount, SIPDialPlan, SIPDomain, SIPProvider
from sipsorcery_web.provisioning import client as clients
from sipsorcery_web.provisioning.client import ClientIdentity, Entries, ProvisioningClient

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MADE: dict[str, Any] = {"id": uuid4(), "inserted": NOW}
ACCOUNT = SIPAccount(sip_username="alice-desk", sip_domain="sip.example.org", **MADE)
PROVIDER = SIPProvider(provider_name="northline", provider_username="alice", last_update=NOW, **MADE)
PLAN = SIPDialPlan(dial_plan_name="default", script_type_description="Ruby", last_update=NOW, **MADE)
CUSTOMER = Customer(customer_username="alice", **MADE)


@dataclass
class NotingChannel:
    """Notes what it is asked and gives what it was told to, the last of it again and again."""

    results: list[Any] = field(default_factory=lambda: [None])
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    visitors: set[tuple[str | None, str]] = field(default_factory=set)

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append((operation.name, arguments))
        self.visitors.add((token, address))
        result = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        if isinstance(result, ProvisioningError):
            raise result
        return result

    answer = call


@pytest.fixture
def channel() -> NotingChannel:
    return NotingChannel()


@pytest.fixture
def client(channel: NotingChannel, monkeypatch: pytest.MonkeyPatch) -> ProvisioningClient:
    monkeypatch.setattr(clients, "utc_now", lambda: NOW)
    return ProvisioningClient(channel, ClientIdentity("alices-token", "192.0.2.7"))


def page(where: str | None = None, offset: int = 0, count: int = NO_LIMIT) -> dict[str, Any]:
    return {"where_expression": where, "offset": offset, "count": count}


VERBS: list[tuple[Any, str, dict[str, Any]]] = [
    (lambda client: client.is_alive(), "IsAlive", {}),
    (lambda client: client.new_accounts_enabled(), "AreNewAccountsEnabled", {}),
    (lambda client: client.invite_complaint("x"), "CheckInviteCode", {"invite_code": "x"}),
    (lambda client: client.create_customer(CUSTOMER), "CreateCustomer", {"customer": CUSTOMER}),
    (lambda client: client.login("alice", "secret"), "Login", {"username": "alice", "password": "secret"}),
    (lambda client: client.logout(), "Logout", {}),
    (lambda client: client.extend_session(60), "ExtendSession", {"minutes": 60}),
    (lambda client: client.customer("alice"), "GetCustomer", {"username": "alice"}),
    (lambda client: client.update_customer(CUSTOMER), "UpdateCustomer", {"customer": CUSTOMER}),
    (
        lambda client: client.update_customer_password("alice", "old", "new"),
        "UpdateCustomerPassword",
        {"username": "alice", "old_password": "old", "new_password": "new"},
    ),
    (lambda client: client.domains(), "GetSIPDomains", {"filter_expression": None, "offset": 0, "count": NO_LIMIT}),
    (lambda client: client.sip_accounts.add(ACCOUNT), "AddSIPAccount", {"sip_account": ACCOUNT}),
    (lambda client: client.sip_accounts.update(ACCOUNT), "UpdateSIPAccount", {"sip_account": ACCOUNT}),
    (lambda client: client.sip_accounts.delete(ACCOUNT), "DeleteSIPAccount", {"sip_account": ACCOUNT}),
    (lambda client: client.sip_accounts.page(), "GetSIPAccounts", page()),
    (lambda client: client.sip_accounts.page(25, 25), "GetSIPAccounts", page(offset=25, count=25)),
    (lambda client: client.sip_providers.add(PROVIDER), "AddSIPProvider", {"sip_provider": PROVIDER}),
    (lambda client: client.sip_providers.update(PROVIDER), "UpdateSIPProvider", {"sip_provider": PROVIDER}),
    (lambda client: client.sip_providers.delete(PROVIDER), "DeleteSIPProvider", {"sip_provider": PROVIDER}),
    (lambda client: client.sip_providers.page(), "GetSIPProviders", page()),
    (lambda client: client.dial_plans.add(PLAN), "AddDialPlan", {"dial_plan": PLAN}),
    (lambda client: client.dial_plans.update(PLAN), "UpdateDialPlan", {"dial_plan": PLAN}),
    (lambda client: client.dial_plans.delete(PLAN), "DeleteDialPlan", {"dial_plan": PLAN}),
    (lambda client: client.dial_plans.page(), "GetDialPlans", page()),
    (lambda client: client.registrar_bindings.page(), "GetSIPRegistrarBindings", page()),
    (lambda client: client.provider_bindings.page(), "GetSIPProviderBindings", page()),
    (lambda client: client.calls.page(), "GetCalls", page()),
    (lambda client: client.cdrs.page(), "GetCDRs", page()),
]


def test_what_is_added_has_an_id_and_its_times(client: ProvisioningClient, channel: NotingChannel) -> None:
    client.dial_plans.add(SIPDialPlan(dial_plan_name="default"))

    sent = channel.asked[0][1]["dial_plan"]
    assert sent.id.version == 4
    assert (sent.inserted, sent.last_update) == (NOW, NOW)


def test_a_nil_list_is_empty_unless_something_was_asked(client: ProvisioningClient, channel: NotingChannel) -> None:
    assert client.cdrs.page() == []
    with pytest.raises(Refused):
        client.cdrs.page(where=filters.prop("Dst").contains("1"))


@pytest.mark.parametrize(("act", "name", "arguments"), VERBS)
def test_a_verb_is_one_operation(
    client: ProvisioningClient, channel: NotingChannel, act: Any, name: str, arguments: dict[str, Any]
) -> None:
    act(client)

    assert channel.asked == [(name, arguments)]


LISTS = ("sip_accounts", "sip_providers", "dial_plans", "registrar_bindings", "provider_bindings", "calls", "cdrs")


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_counted_by_its_own_operation(
    client: ProvisioningClient, channel: NotingChannel, name: str
) -> None:
    entries: Entries[Any] = getattr(client, name)
    channel.results = [7, []]

    assert entries.count() == 7
    assert entries.page() == []
    (counted, arguments), (listed, _) = channel.asked
    assert (counted, arguments) == (f"{listed}Count", {"where_expression": None})


def test_every_operation_has_its_verb_but_those_of_no_use_to_a_page() -> None:
    channel = NotingChannel(results=[0])
    client = ProvisioningClient(channel, ClientIdentity())
    for act, _, _ in VERBS:
        act(client)
    for name in LISTS:
        getattr(client, name).count()
    client._call("DeleteCustomer")

    assert OPERATIONS.keys() - {name for name, _ in channel.asked} == {"TestException", "GetTimeZoneOffsetMinutes"}


def test_token_and_address_of_the_visitor_go_with_every_call(
    client: ProvisioningClient, channel: NotingChannel
) -> None:
    client.is_alive()
    client.sip_accounts.page()
    client.dial_plans.add(PLAN)

    assert channel.visitors == {("alices-token", "192.0.2.7")}


def test_results_are_passed_on(client: ProvisioningClient, channel: NotingChannel) -> None:
    channel.results = [ACCOUNT]
    assert client.sip_accounts.add(ACCOUNT) is ACCOUNT
    channel.results = [CUSTOMER]
    assert client.customer("alice") is CUSTOMER
    channel.results = [[SIPDomain(domain="x")]]
    assert client.domains() == [SIPDomain(domain="x")]


@pytest.mark.parametrize(("result", "token"), [("abc", "abc"), ("", None), (None, None)])
def test_an_empty_token_is_none(
    client: ProvisioningClient, channel: NotingChannel, result: str | None, token: str | None
) -> None:
    channel.results = [result]

    assert client.login("alice", "secret") == token


@pytest.mark.parametrize("name", LISTS)
def test_a_nil_list_is_empty(client: ProvisioningClient, channel: NotingChannel, name: str) -> None:
    assert getattr(client, name).page() == []
    assert client.domains() == []


def test_a_filter_is_handed_on_as_the_tree_that_it_is(client: ProvisioningClient, channel: NotingChannel) -> None:
    either = filters.any_of(filters.prop("SIPUsername").equals("a"), filters.prop("SIPUsername").equals("b"))
    channel.results = [[], 0]
    client.sip_accounts.page(where=either)
    client.sip_accounts.count(either)

    assert {arguments["where_expression"] for _, arguments in channel.asked} == {either}


def test_a_code_that_the_service_cannot_check_is_taken_unchecked(
    client: ProvisioningClient, channel: NotingChannel
) -> None:
    channel.results = [UnknownAction("The message with Action cannot be processed.")]

    assert client.invite_complaint("x") is None


@pytest.mark.parametrize("error", [Unavailable("away"), ContractError("bent"), Refused("no")])
def test_any_other_failure_of_the_check_is_told(
    client: ProvisioningClient, channel: NotingChannel, error: ProvisioningError
) -> None:
    channel.results = [error]

    with pytest.raises(type(error)):
        client.invite_complaint("x")


@pytest.mark.parametrize("afterwards", [SessionExpired(), NotFound("gone"), Refused("Object reference not set.")])
def test_a_customer_who_is_not_there_any_more_was_deleted(
    client: ProvisioningClient, channel: NotingChannel, afterwards: ProvisioningError
) -> None:
    channel.results = [None, afterwards]
    client.delete_customer("alice")

    assert [name for name, _ in channel.asked] == ["DeleteCustomer", "GetCustomer"]


def test_a_customer_who_is_still_there_was_not_deleted(client: ProvisioningClient, channel: NotingChannel) -> None:
    channel.results = [None, CUSTOMER]

    with pytest.raises(Refused, match="The service has kept the account"):
        client.delete_customer("alice")


def test_whether_a_customer_was_deleted_may_remain_unknown(client: ProvisioningClient, channel: NotingChannel) -> None:
    channel.results = [None, Unavailable("away")]

    with pytest.raises(Unavailable):
        client.delete_customer("alice")


def test_an_operation_that_does_not_exist_is_a_mistake_of_the_program(client: ProvisioningClient) -> None:
    with pytest.raises(KeyError):
        client._call("Gone")
    with pytest.raises(TypeError, match="Login has no parameter user"):
        client._call("Login", user="alice")


def test_a_client_tells_its_channel_who_asks() -> None:
    channel = NotingChannel(results=["abc"])
    client = ProvisioningClient(channel, ClientIdentity("alices-token", "192.0.2.7"))

    assert client.login("alice", "secret") == "abc"
    assert channel.asked == [("Login", {"username": "alice", "password": "secret"})]
    assert channel.visitors == {("alices-token", "192.0.2.7")}
