"""The operations that this project adds to the contract, and those that tokens for programs may call, as data."""

import pytest

from sipsorcery_web.contract import names
from sipsorcery_web.contract.extensions import (
    ALL_OPERATIONS,
    EXTENSIONS,
    AccessToken,
    AccountNetwork,
    AuditEntry,
    CustomerAccount,
    Invite,
    OpenSession,
    SignIn,
)
from sipsorcery_web.contract.operations import OPERATIONS, Access
from sipsorcery_web.contract.records import Record, wire_fields
from sipsorcery_web.contract.scopes import SCOPES, SIGN_IN, in_order, tells_passwords

BY_SCOPE = {
    "accounts:read": {
        *("GetSIPAccounts", "GetSIPAccountsCount", "GetSIPDomains"),
        *("GetSIPRegistrarBindings", "GetSIPRegistrarBindingsCount"),
    },
    "accounts:write": {"AddSIPAccount", "UpdateSIPAccount", "DeleteSIPAccount"},
    "providers:read": {
        *("GetSIPProviders", "GetSIPProvidersCount"),
        *("GetSIPProviderBindings", "GetSIPProviderBindingsCount"),
    },
    "providers:write": {"AddSIPProvider", "UpdateSIPProvider", "DeleteSIPProvider"},
    "dial-plans:read": {"GetDialPlans", "GetDialPlansCount"},
    "dial-plans:write": {"AddDialPlan", "UpdateDialPlan", "DeleteDialPlan"},
    "calls:read": {"GetCalls", "GetCallsCount", "GetCDRs", "GetCDRsCount"},
    "calls:write": {"DeleteCall"},
    "customer:read": {"GetCustomer", "GetTimeZoneOffsetMinutes"},
    "audit:read": {"GetAudit", "GetAuditCount"},
    "tokens:read": {"GetAccessTokens"},
}
NEVER_BY_TOKEN = {
    *("UpdateCustomer", "UpdateCustomerPassword", "DeleteCustomer", "ExtendSession", "Logout"),
    *("AddAccessToken", "DeleteAccessToken"),
    *("GetSessions", "EndSession", "EndOtherSessions", "GetSignIns", "GetSignInsCount"),
    *("GetAccountNetworks", "GetAccountNetworksCount", "AcceptAccountNetwork"),
    *("GetEmailAddressChange", "UpdateEmailAddressChange", "DeleteEmailAddressChange"),
    *("GetRevision", "UpdateSecondFactor"),
    *("GetCustomers", "GetCustomersCount", "UpdateCustomerDetails", "SuspendCustomer", "ResumeCustomer"),
    *("ResetCustomerPassword", "DeleteCustomerAccount"),
    *("GetInvites", "GetInvitesCount", "AddInvites", "DeleteInvite"),
}
"""Change the password, the e-mail address, the second factor or tokens, delete the customer, extend what is not a
session, see or end who is signed in, tell of the records of every area, or look after other customers."""


def test_each_operation_says_which_scope_lets_a_token_call_it() -> None:
    asked = {operation.name: operation.scope for operation in ALL_OPERATIONS.values()}
    assert asked == dict.fromkeys(ALL_OPERATIONS) | {
        name: scope for scope, operations in BY_SCOPE.items() for name in operations
    }


def test_no_scope_opens_what_no_token_may_do() -> None:
    closed = {operation.name for operation in ALL_OPERATIONS.values() if operation.scope is None}
    assert {name for name in closed if ALL_OPERATIONS[name].access is not Access.OPEN} == NEVER_BY_TOKEN


def test_the_scopes_are_those_that_operations_ask_for_and_those_that_have_passwords_told() -> None:
    assert {*SCOPES} == {*BY_SCOPE, "accounts:read-passwords", "providers:read-passwords", SIGN_IN}
    assert len(SCOPES) == len({*SCOPES})


@pytest.mark.parametrize(
    ("scopes", "operation", "told"),
    [
        ("accounts:read accounts:read-passwords", "GetSIPAccounts", True),
        ("accounts:read providers:read-passwords", "GetSIPAccounts", False),
        ("accounts:read", "GetSIPAccounts", False),
        ("accounts:read-passwords", "IsAlive", False),
        ("", "GetSIPAccounts", False),
    ],
)
def test_passwords_are_told_to_the_scope_that_names_them(scopes: str, operation: str, told: bool) -> None:
    assert tells_passwords(scopes, OPERATIONS[operation]) is told


def test_scopes_are_kept_once_each_and_in_one_order() -> None:
    assert in_order("calls:read accounts:read\tcalls:read nonsense") == "accounts:read calls:read"


def test_what_is_added_stands_apart_from_the_originals() -> None:
    assert not EXTENSIONS.keys() & OPERATIONS.keys()
    assert {operation.namespace for operation in OPERATIONS.values()} == {names.SVC}
    assert {operation.namespace for operation in EXTENSIONS.values()} == {names.EXTENSIONS}
    assert EXTENSIONS["GetAccessTokens"].action == "urn:sipsorcery-web:extensions:1/IExtensions/GetAccessTokens"


@pytest.mark.parametrize(
    "record", [AccessToken, AccountNetwork, AuditEntry, CustomerAccount, Invite, OpenSession, SignIn]
)
def test_the_fields_of_a_record_stand_in_the_byte_order_of_their_names(record: type[Record]) -> None:
    elements = [entry.element for entry in wire_fields(record)]
    assert elements == sorted(elements)


def test_a_token_stays_out_of_logs() -> None:
    assert "sips_" not in repr(AccessToken(token="sips_secret"))
