"""Every operation of the original, asked of alice's things by everybody: what comes of it stands in one table.

What this project adds to the contract is asked so in the tests of its own.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.operations import NO_LIMIT, OPERATIONS
from sipsorcery_web.contract.records import SIPDialPlan, SIPProvider
from sipsorcery_web.service.store import models
from tests.conftest import HOME
from tests.factories import PASSWORD
from tests.factories.records import person, sip_account
from tests.factories.rows import attempt_values, binding_values, leg_values

from .conftest import ChannelFixture

LABEL = "white-label"
OWNED = (models.SIPAccountRow, models.SIPProviderRow, models.SIPProviderBindingRow, models.SIPDialPlanRow)
WHERE = 'Owner = "alice"'
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)

STRANGERS = ("no token", "expired token", "logged out token")
CALLERS = (*STRANGERS, "bob", "administrator", "white-label administrator")

# What the strangers get, then bob, the administrator, and the administrator of alice's label.
# A number is how many of alice's records come back or are counted.
TABLE = {
    "IsAlive": ("answered", "answered", "answered", "answered"),
    "TestException": ("Refused", "Refused", "Refused", "Refused"),
    "AreNewAccountsEnabled": ("answered", "answered", "answered", "answered"),
    "CheckInviteCode": ("answered", "answered", "answered", "answered"),
    "CreateCustomer": ("Conflict", "Conflict", "Conflict", "Conflict"),
    "Login": ("nothing", "nothing", "nothing", "nothing"),
    "Logout": ("nothing", "nothing", "nothing", "nothing"),
    "ExtendSession": ("SessionExpired", "nothing", "nothing", "nothing"),
    "GetTimeZoneOffsetMinutes": ("answered", "answered", "answered", "answered"),
    "GetCustomer": ("SessionExpired", "NotFound", "NotFound", "NotFound"),
    "UpdateCustomer": ("SessionExpired", "NotFound", "NotFound", "NotFound"),
    "UpdateCustomerPassword": ("SessionExpired", "NotFound", "NotFound", "NotFound"),
    "DeleteCustomer": ("SessionExpired", "NotFound", "NotFound", "NotFound"),
    "GetSIPDomains": ("SessionExpired", 0, 0, 0),
    "GetSIPAccountsCount": ("SessionExpired", 0, 2, 2),
    "GetSIPAccounts": ("SessionExpired", 0, 2, 2),
    "AddSIPAccount": ("SessionExpired", "Conflict", "Conflict", "Conflict"),
    "UpdateSIPAccount": ("SessionExpired", "NotFound", "answered", "NotFound"),
    "DeleteSIPAccount": ("SessionExpired", "NotFound", "answered", "NotFound"),
    "GetSIPRegistrarBindingsCount": ("SessionExpired", 0, 1, 0),
    "GetSIPRegistrarBindings": ("SessionExpired", 0, 1, 0),
    "GetSIPProvidersCount": ("SessionExpired", 0, 1, 1),
    "GetSIPProviders": ("SessionExpired", 0, 1, 1),
    "AddSIPProvider": ("SessionExpired", "Conflict", "Conflict", "Conflict"),
    "UpdateSIPProvider": ("SessionExpired", "NotFound", "answered", "NotFound"),
    "DeleteSIPProvider": ("SessionExpired", "NotFound", "answered", "NotFound"),
    "GetSIPProviderBindingsCount": ("SessionExpired", 0, 1, 1),
    "GetSIPProviderBindings": ("SessionExpired", 0, 1, 1),
    "GetDialPlansCount": ("SessionExpired", 0, 2, 2),
    "GetDialPlans": ("SessionExpired", 0, 2, 2),
    "AddDialPlan": ("SessionExpired", "Conflict", "Conflict", "Conflict"),
    "UpdateDialPlan": ("SessionExpired", "NotFound", "answered", "NotFound"),
    "DeleteDialPlan": ("SessionExpired", "NotFound", "answered", "NotFound"),
    "GetCallsCount": ("SessionExpired", 0, 1, 0),
    "GetCalls": ("SessionExpired", 0, 1, 0),
    "GetCDRsCount": ("SessionExpired", 0, 1, 0),
    "GetCDRs": ("SessionExpired", 0, 1, 0),
}


def alices_things(service_fixture: ChannelFixture) -> dict[str, Any]:
    """A record of each kind that customers own; the label's administrator looks after those that a label can have."""
    alice = service_fixture.alice
    things: dict[str, Any] = {
        "sip_account": alice.sip_accounts.add(sip_account("front-desk")),
        "sip_provider": alice.sip_providers.add(
            SIPProvider(
                provider_name="blueline",
                provider_server="sip.blueline.example",
                register_enabled=True,
                register_contact="alice@sip.example.org",
            )
        ),
        "dial_plan": alice.dial_plans.add(SIPDialPlan(dial_plan_name="lunch-break")),
    }
    with service_fixture.service.context.database.write() as session:
        for row in OWNED:
            session.execute(update(row).where(row.owner == "alice").values(admin_member_id=LABEL))
        session.add_all(_calls_of_alice(things["sip_account"].id))
    return things


def _calls_of_alice(account_id: Any) -> list[Any]:
    return [
        models.SIPRegistrarBindingRow(**binding_values(account_id, "alice", MOMENT)),
        models.SIPDialogueRow(**leg_values("alice", MOMENT)),
        models.SIPCDRRow(**attempt_values("alice", MOMENT)),
    ]


def arguments_for(name: str, things: dict[str, Any]) -> dict[str, Any]:
    """The operation asked of what is alice's."""
    values: dict[str, Any] = {
        "customer": person("alice"),
        "customer_username": "alice",
        "username": "alice",
        "password": "n1ghtingale",
        "old_password": PASSWORD,
        "new_password": "opensesame8",
        "invite_code": "",
        "minutes": 1,
        "where_expression": WHERE,
        "filter_expression": None,
        "offset": 0,
        "count": NO_LIMIT,
        **things,
    }
    return {parameter.name: values[parameter.name] for parameter in OPERATIONS[name].parameters}


def token_for(service_fixture: ChannelFixture, caller: str) -> str | None:
    """Return the token of this caller."""
    if caller == "no token":
        return None
    username = {"administrator": "root-admin", "white-label administrator": "label-admin"}.get(caller, "bobby")
    service_fixture.someone(username, administrator=caller == "administrator")
    if caller == "white-label administrator":
        named = models.CustomerRow.customer_username == username
        with service_fixture.service.context.database.write() as session:
            session.scalars(select(models.CustomerRow).where(named)).one().admin_id = LABEL
    token = service_fixture.token_of(username)
    if caller == "logged out token":
        service_fixture.client(token).logout()
    return token


def outcome(service_fixture: ChannelFixture, name: str, token: str | None, arguments: dict[str, Any]) -> Any:
    """An error's name, how many records, or whether anything was answered."""
    operation = OPERATIONS[name]
    try:
        result = service_fixture.channel.call(operation, token, HOME, arguments)
    except ProvisioningError as error:
        return type(error).__name__
    if name.endswith("Count"):
        return result
    if isinstance(result, Sequence) and not isinstance(result, str):
        return sum(record.owner == "alice" for record in result)
    return "nothing" if result is None and operation.name != "CheckInviteCode" else "answered"


@pytest.fixture
def asked(service_fixture: ChannelFixture) -> Callable[[str], dict[str, Any]]:
    """Asks everything of alice's things as one caller; what was deleted on the way is put back."""

    def ask(caller: str) -> dict[str, Any]:
        things = alices_things(service_fixture)
        token = token_for(service_fixture, caller)
        if caller == "expired token":
            service_fixture.service.context.clock.pass_(minutes=60)  # type: ignore[attr-defined]
        last = sorted(TABLE, key=lambda name: (name == "Logout", name.startswith("Delete")))
        return {name: outcome(service_fixture, name, token, arguments_for(name, things)) for name in last}

    return ask


def test_the_table_has_every_operation() -> None:
    facts = json.loads((Path(__file__).parent.parent / "contract_facts.json").read_text())
    assert TABLE.keys() == {operation["name"] for operation in facts["operations"]}


@pytest.mark.parametrize("caller", CALLERS)
def test_everybody_gets_what_the_table_says(asked: Callable[[str], dict[str, Any]], caller: str) -> None:
    column = 0 if caller in STRANGERS else CALLERS.index(caller) - len(STRANGERS) + 1

    assert asked(caller) == {name: row[column] for name, row in TABLE.items()}
