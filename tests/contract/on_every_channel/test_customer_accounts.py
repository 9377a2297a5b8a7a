"""Customers in the hands of administrators, on every channel: who sees and changes whom, and what ends with it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from sipsorcery_web.contract.errors import Conflict, NotFound, ProvisioningError, Refused, SessionExpired
from sipsorcery_web.contract.extensions import EXTENSIONS, AccessToken, CustomerAccount
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.operations import NO_LIMIT
from sipsorcery_web.provisioning.client import ProvisioningClient
from sipsorcery_web.service.store.models import CustomerRow
from tests.conftest import HOME, Clock
from tests.factories import PASSWORD

from .conftest import ChannelFixture
from .refusals import refusal

LABEL = "partner"
NOT_THEIRS = "The customer was not found."
OPERATIONS = (
    *("GetCustomersCount", "GetCustomers", "UpdateCustomerDetails", "SuspendCustomer", "ResumeCustomer"),
    *("ResetCustomerPassword", "DeleteCustomerAccount"),
)
# What becomes of each operation, asked of alice, who is the label's member, and of bobby, who is not.
# A number is how many of the two are told or counted.
TABLE = {
    "no token": dict.fromkeys(OPERATIONS, ("SessionExpired", "SessionExpired")),
    "customer": dict.fromkeys(OPERATIONS, ("Refused", "Refused")),
    "label's administrator": dict.fromkeys(OPERATIONS, ("nothing", "NotFound"))
    | {"GetCustomersCount": (1, 0), "GetCustomers": (1, 0), "UpdateCustomerDetails": ("answered", "NotFound")},
    "another label's administrator": dict.fromkeys(OPERATIONS, ("NotFound", "NotFound"))
    | {"GetCustomersCount": (0, 0), "GetCustomers": (0, 0)},
    "administrator": dict.fromkeys(OPERATIONS, ("nothing", "nothing"))
    | {"GetCustomersCount": (1, 1), "GetCustomers": (1, 1), "UpdateCustomerDetails": ("answered", "answered")},
}


def change(service_fixture: ChannelFixture, username: str, **values: Any) -> None:
    """Change a customer in the store."""
    named = CustomerRow.customer_username == username
    with service_fixture.service.context.database.write() as session:
        session.execute(update(CustomerRow).where(named).values(**values))


def administrator_of(service_fixture: ChannelFixture, label: str) -> ProvisioningClient:
    """The administrator of a label, whose name begins with it."""
    username = f"{label}-admin"
    service_fixture.someone(username)
    change(service_fixture, username, admin_id=label)
    return service_fixture.client(service_fixture.token_of(username))


@pytest.fixture
def partner(service_fixture: ChannelFixture) -> ProvisioningClient:
    """The administrator of the label that alice is a member of, and bob is not."""
    assert service_fixture.alice
    assert service_fixture.bob
    change(service_fixture, "alice", admin_member_id=LABEL)
    return administrator_of(service_fixture, LABEL)


def stored(service_fixture: ChannelFixture, username: str = "alice") -> CustomerAccount:
    """A customer as the top administrator reads one."""
    (found,) = service_fixture.administrator.customers.page(where=prop("CustomerUsername").equals(username))
    return found


def token_of(service_fixture: ChannelFixture, caller: str) -> str | None:
    """The token of one of the callers of the table."""
    match caller:
        case "no token":
            return None
        case "customer":
            service_fixture.someone("carol")
            return service_fixture.token_of("carol")
        case "administrator":
            assert service_fixture.administrator
            return service_fixture.token_of("root-admin")
    label = LABEL if caller == "label's administrator" else "other"
    administrator_of(service_fixture, label)
    return service_fixture.token_of(f"{label}-admin")


def outcome(service_fixture: ChannelFixture, token: str | None, name: str, username: str) -> Any:
    """Return an error's name, how many customers, or whether anything was answered."""
    given = {
        "where_expression": prop("CustomerUsername").equals(username),
        "count": NO_LIMIT,
        "customer": CustomerAccount(customer_username=username, present=frozenset({"customer_username"})),
        "customer_username": username,
        "reason": "unpaid",
        "new_password": "closesesame8",
    }
    operation = EXTENSIONS[name]
    known = {parameter.name for parameter in operation.parameters}
    arguments = operation.arguments({key: value for key, value in given.items() if key in known})
    try:
        result = service_fixture.channel.call(operation, token, HOME, arguments)
    except ProvisioningError as error:
        return type(error).__name__
    if isinstance(result, CustomerAccount):
        return "answered"
    return "nothing" if result is None else result if isinstance(result, int) else len(result)


@pytest.mark.parametrize("caller", TABLE)
def test_everybody_gets_what_the_table_says(
    service_fixture: ChannelFixture, partner: ProvisioningClient, caller: str
) -> None:
    token = token_of(service_fixture, caller)
    asked = {
        name: tuple(outcome(service_fixture, token, name, username) for username in ("alice", "bobby"))
        for name in OPERATIONS
    }
    assert asked == TABLE[caller]


def test_the_table_has_every_operation_on_customers() -> None:
    assert {*OPERATIONS} == {name for name in EXTENSIONS if "Customer" in name}


def test_the_list_is_in_the_order_of_names_a_page_at_a_time_and_tells_no_secret(
    service_fixture: ChannelFixture, partner: ProvisioningClient
) -> None:
    customers = service_fixture.administrator.customers
    assert customers.count() == 4
    assert [each.customer_username for each in customers.page(1, 2)] == ["bobby", "partner-admin"]
    told = {name for name in vars(stored(service_fixture)) if "password" in name or "answer" in name}
    assert told == set()


def test_an_address_without_a_customer_and_one_of_another_label_are_told_alike(
    service_fixture: ChannelFixture, partner: ProvisioningClient
) -> None:
    for username in ("bobby", "mallory", ""):
        assert refusal(NotFound, partial(partner.suspend_customer, username, "")) == NOT_THEIRS
    taken = CustomerAccount(customer_username="bobby", email_address="alice@example.org")
    assert refusal(NotFound, lambda: partner.update_customer_details(taken)) == NOT_THEIRS


@pytest.mark.parametrize("admin_id", ["*", LABEL, "other"])
def test_a_labels_administrator_neither_sees_nor_changes_a_member_who_is_an_administrator(
    service_fixture: ChannelFixture, partner: ProvisioningClient, admin_id: str
) -> None:
    change(service_fixture, "alice", admin_id=admin_id)
    assert partner.customers.page() == []
    assert refusal(NotFound, lambda: partner.reset_customer_password("alice", "closesesame8")) == NOT_THEIRS
    assert service_fixture.token_of("alice", PASSWORD)


def test_nobody_suspends_or_deletes_the_own_account_so(service_fixture: ChannelFixture) -> None:
    administrator = service_fixture.administrator
    for act in (administrator.delete_customer_account, administrator.resume_customer):
        assert "your own account" in refusal(Refused, partial(act, "root-admin"))


def test_a_suspended_customer_is_out_at_once_and_the_reason_is_kept(service_fixture: ChannelFixture) -> None:
    alice = service_fixture.alice
    service_fixture.administrator.suspend_customer("alice", "calls to 00 882 numbers")

    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()
    with pytest.raises(Refused, match="suspended"):
        service_fixture.token_of("alice")
    assert (stored(service_fixture).suspended, stored(service_fixture).suspended_reason) == (
        True,
        "calls to 00 882 numbers",
    )
    entry = service_fixture.administrator.audit.page(count=1, where=prop("Owner").equals("alice"))[0]
    assert (entry.operation, entry.actor, entry.reason) == ("SuspendCustomer", "root-admin", "calls to 00 882 numbers")


def test_a_resumed_customer_signs_in_again(service_fixture: ChannelFixture) -> None:
    assert service_fixture.alice
    service_fixture.administrator.suspend_customer("alice", "unpaid")
    service_fixture.administrator.resume_customer("alice")

    assert service_fixture.token_of("alice")
    assert (stored(service_fixture).suspended, stored(service_fixture).suspended_reason) == (False, None)


@pytest.mark.parametrize("reason", ["x" * 1025, "two\nlines"])
def test_a_reason_that_cannot_be_kept_is_refused(service_fixture: ChannelFixture, reason: str) -> None:
    assert service_fixture.alice
    with pytest.raises(Refused):
        service_fixture.administrator.suspend_customer("alice", reason)
    assert not stored(service_fixture).suspended


def test_a_new_password_ends_the_sessions_and_opens_others(service_fixture: ChannelFixture) -> None:
    alice = service_fixture.alice
    service_fixture.administrator.reset_customer_password("alice", "closesesame8")

    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()
    assert service_fixture.stranger.login("alice", PASSWORD) is None
    assert service_fixture.token_of("alice", "closesesame8")


@pytest.mark.parametrize("password", ["short", "", None, "x" * 65])
def test_a_password_that_breaks_a_rule_is_refused(service_fixture: ChannelFixture, password: str | None) -> None:
    assert service_fixture.alice
    administrator = service_fixture.administrator
    assert "password" in refusal(Refused, lambda: administrator.reset_customer_password("alice", password or ""))
    assert service_fixture.token_of("alice", PASSWORD)


def test_details_are_changed_and_what_is_not_given_stays(service_fixture: ChannelFixture) -> None:
    assert service_fixture.alice
    before = stored(service_fixture)
    given = CustomerAccount(
        customer_username="alice",
        city=" Cork ",
        email_address="Alice.New@example.org",
        present=frozenset({"customer_username", "city", "email_address"}),
    )
    answered = service_fixture.administrator.update_customer_details(given)

    after = before.with_(city="Cork", email_address="alice.new@example.org")
    assert answered == after == stored(service_fixture)


def test_what_is_not_a_detail_is_not_changed(service_fixture: ChannelFixture, partner: ProvisioningClient) -> None:
    before = stored(service_fixture)
    partner.update_customer_details(before.with_(admin_id="*", admin_member_id="other", suspended=True))
    assert stored(service_fixture) == before


@pytest.mark.parametrize(
    ("changes", "kind", "sentence"),
    [
        ({"email_address": "bobby@example.org"}, Conflict, "The email address is already associated with an account."),
        ({"email_address": "nowhere"}, Refused, "The email address was an invalid format."),
        ({"city": ""}, Refused, "Your city must be specified."),
        ({"first_name": "x" * 65}, Refused, "The first name length must be less than 64."),
    ],
)
def test_details_keep_the_rules_of_a_customer(
    service_fixture: ChannelFixture, changes: dict[str, str], kind: type[Refused], sentence: str
) -> None:
    assert service_fixture.alice
    assert service_fixture.bob
    before = stored(service_fixture)
    assert sentence in refusal(
        kind, lambda: service_fixture.administrator.update_customer_details(before.with_(**changes))
    )
    assert stored(service_fixture) == before


def test_a_deleted_customer_is_gone_with_all_that_was_theirs(service_fixture: ChannelFixture) -> None:
    alice, administrator = service_fixture.alice, service_fixture.administrator
    administrator.delete_customer_account("alice")

    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()
    theirs = prop("Owner").equals("alice")
    for entries in (administrator.sip_accounts, administrator.dial_plans, administrator.audit):
        assert entries.count(theirs) == 0
    assert administrator.customers.count(prop("CustomerUsername").equals("alice")) == 0


def test_the_only_administrator_is_not_suspended_by_another_who_is_gone(service_fixture: ChannelFixture) -> None:
    administrator = service_fixture.administrator
    service_fixture.someone("second-admin", administrator=True)
    administrator.suspend_customer("second-admin", "")
    assert stored(service_fixture, "second-admin").suspended


def test_when_somebody_has_signed_in_last_is_told(service_fixture: ChannelFixture, clock: Clock) -> None:
    assert service_fixture.alice
    clock.pass_(minutes=5)
    service_fixture.token_of("alice")
    never = prop("LastSignIn").equals(None)
    assert stored(service_fixture).last_sign_in == clock()
    clock.pass_(minutes=5)
    assert service_fixture.stranger.login("alice", "wrong") is None
    assert stored(service_fixture).last_sign_in != clock()
    change(service_fixture, "alice", last_sign_in=None)
    assert [each.customer_username for each in service_fixture.administrator.customers.page(where=never)] == ["alice"]


@pytest.fixture
def program(service_fixture: ChannelFixture, clock: Clock) -> Callable[[str], ProvisioningClient]:
    """Makes a program with a token of the administrator's."""

    def with_scopes(scopes: str) -> ProvisioningClient:
        wanted = AccessToken(name=scopes, scopes=scopes, ends=clock().replace(month=12))
        return service_fixture.client(service_fixture.administrator.add_access_token(wanted).token)

    return with_scopes


def test_no_token_for_programs_reaches_customers(
    service_fixture: ChannelFixture, program: Callable[[str], ProvisioningClient]
) -> None:
    assert service_fixture.alice
    holder = program("customer:read tokens:read audit:read")
    for act in (holder.customers.count, lambda: holder.delete_customer_account("alice")):
        assert "No token for programs" in refusal(Refused, act)
