"""The entry of a change, written with it or not at all."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from sipsorcery_web.contract.errors import NotFound, ProvisioningError
from sipsorcery_web.contract.extensions import (
    ALL_OPERATIONS,
    AccessToken,
    AuditEntry,
    CustomerAccount,
    Invite,
    LinkPurpose,
)
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.logs.request_ids import begin_request, go_on_with
from sipsorcery_web.service.audit import recording
from sipsorcery_web.service.audit.heads import Heads
from sipsorcery_web.service.audit.verifying import verify
from sipsorcery_web.service.first_run import FirstRun
from sipsorcery_web.service.mailed_links import new_link
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.audit import AuditRow
from sipsorcery_web.service.store.models import CustomerRow, SIPDialogueRow
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import PASSWORD, SIP_PASSWORD
from tests.factories.records import dial_plan, person, sip_account, sip_provider
from tests.factories.rows import leg_values
from tests.portal.fake_sip_engine import FakeControls

from ..conftest import at_once

NEW_PASSWORD = "closesesame8"


def told(service_fixture: ServiceFixture, owner: str = "alice") -> list[AuditEntry]:
    """The entries about a customer, the oldest first."""
    return list(reversed(service_fixture.someone(owner).audit.page()))


def last(service_fixture: ServiceFixture, owner: str = "alice") -> AuditEntry:
    return told(service_fixture, owner)[-1]


def test_an_entry_tells_who_did_what_from_where_and_when(service_fixture: ServiceFixture, clock: Clock) -> None:
    request = begin_request()
    account = service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    go_on_with("")

    entry = last(service_fixture)
    assert (entry.actor, entry.on_behalf_of, entry.owner, entry.address) == ("alice", None, "alice", HOME)
    assert (entry.operation, entry.record_kind, entry.record_id) == ("AddSIPAccount", "SIP account", account.id)
    assert (entry.record_name, entry.inserted) == (f"alice-desk@{account.sip_domain}", clock())
    assert (entry.request_id, entry.token_name, entry.reason) == (request, None, None)


def test_a_change_names_its_fields_and_tells_no_value(service_fixture: ServiceFixture) -> None:
    account = service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    changed = account.with_(sip_password="n0tf0r0thers", is_incoming_only=True)
    service_fixture.alice.sip_accounts.update(changed)

    assert last(service_fixture).changed == "IsIncomingOnly SIPPassword"
    with service_fixture.service.context.database.read() as session:
        rows = session.execute(select(AuditRow.__table__)).all()
    assert not [row for row in rows if "n0tf0r0thers" in repr(row) or SIP_PASSWORD in repr(row)]


def test_what_an_administrator_changes_is_in_the_owners_list(service_fixture: ServiceFixture) -> None:
    account = service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    locked = account.with_(is_admin_disabled=True, admin_disabled_reason="calls to 00 882")
    service_fixture.administrator.sip_accounts.update(locked)

    entry = last(service_fixture)
    assert (entry.actor, entry.on_behalf_of, entry.reason) == ("root-admin", "alice", "calls to 00 882")
    service_fixture.administrator.sip_accounts.update(locked.with_(is_incoming_only=True))
    assert last(service_fixture).reason is None


def test_a_program_is_told_by_the_name_of_its_token(service_fixture: ServiceFixture, clock: Clock) -> None:
    ends = clock().replace(year=2027, month=1)
    token = AccessToken(name="office", scopes="accounts:write accounts:read-passwords", ends=ends)
    made = service_fixture.alice.add_access_token(token).token
    service_fixture.client(made, "192.0.2.7").sip_accounts.add(sip_account("alice-desk"))

    entry = last(service_fixture)
    assert (entry.actor, entry.token_name, entry.address) == ("alice", "office", "192.0.2.7")


def _account(service_fixture: ServiceFixture) -> Any:
    return service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))


def _provider(service_fixture: ServiceFixture) -> Any:
    return service_fixture.alice.sip_providers.add(sip_provider("blueline"))


def _plan(service_fixture: ServiceFixture) -> Any:
    return service_fixture.alice.dial_plans.add(dial_plan("night"))


def _token(service_fixture: ServiceFixture) -> AccessToken:
    ends = service_fixture.service.context.clock().replace(year=2027, month=1)
    return service_fixture.alice.add_access_token(AccessToken(name="office", scopes="calls:read", ends=ends))


def _customer(service_fixture: ServiceFixture) -> CustomerAccount:
    hers = prop("CustomerUsername").equals("alice")
    return service_fixture.administrator.customers.page(where=hers)[0].with_(city="Cork")


def _call(service_fixture: ServiceFixture, operation: str, **arguments: object) -> None:
    token = service_fixture.token_of("alice")
    service_fixture.service.call(ALL_OPERATIONS[operation], token, HOME, arguments)


def _use_link(service_fixture: ServiceFixture, operation: str, purpose: LinkPurpose, **arguments: object) -> None:
    context = service_fixture.service.context
    with context.database.write() as session:
        token = new_link(session, purpose, "alice", "alice@example.org", context.clock())
    _call(service_fixture, operation, token=token, **arguments)


def _hung_up(service_fixture: ServiceFixture) -> None:
    context = service_fixture.service.context
    object.__setattr__(context, "sip_engine", FakeControls())
    leg = leg_values("alice", context.clock())
    with context.database.write() as session:
        session.add(SIPDialogueRow(**leg))
    service_fixture.alice.delete_call(leg["id"])


CHANGES: dict[str, Any] = {
    "CreateCustomer": lambda each: each.stranger.create_customer(person("carol")),
    "UpdateCustomer": lambda each: each.alice.update_customer(each.alice.customer("alice").with_(city="Cork")),
    "UpdateCustomerPassword": lambda each: each.alice.update_customer_password("alice", PASSWORD, NEW_PASSWORD),
    "UpdateCustomerDetails": lambda each: each.administrator.update_customer_details(_customer(each)),
    "SuspendCustomer": lambda each: each.administrator.suspend_customer("alice", "unpaid"),
    "ResumeCustomer": lambda each: each.administrator.resume_customer("alice"),
    "ResetCustomerPassword": lambda each: each.administrator.reset_customer_password("alice", NEW_PASSWORD),
    "DeleteCustomerAccount": None,  # as DeleteCustomer
    "AddInvites": lambda each: each.administrator.add_invites(Invite(), 2),
    "DeleteInvite": lambda each: each.administrator.delete_invite(each.administrator.add_invites(Invite(), 1)[0].id),
    "DeleteCustomer": None,  # it leaves nothing but a hash: `test_removing`
    "AddSIPAccount": _account,
    "UpdateSIPAccount": lambda each: each.alice.sip_accounts.update(_account(each)),
    "DeleteSIPAccount": lambda each: each.alice.sip_accounts.delete(_account(each)),
    "AddSIPProvider": _provider,
    "UpdateSIPProvider": lambda each: each.alice.sip_providers.update(_provider(each)),
    "DeleteSIPProvider": lambda each: each.alice.sip_providers.delete(_provider(each)),
    "AddDialPlan": _plan,
    "UpdateDialPlan": lambda each: each.alice.dial_plans.update(_plan(each)),
    "DeleteDialPlan": lambda each: each.alice.dial_plans.delete(_plan(each)),
    "DeleteCall": _hung_up,
    "AddAccessToken": _token,
    "DeleteAccessToken": lambda each: each.alice.delete_access_token(_token(each).id),
    "UpdateSecondFactor": lambda each: _call(each, "UpdateSecondFactor", has_second_factor=True, is_proven=True),
    "UpdateEmailAddressChange": None,  # these two need mail: `contract/on_every_channel/test_address_change`
    "DeleteEmailAddressChange": None,
    "EndOtherSessions": lambda each: _call(each, "EndOtherSessions"),
    "ResetPassword": lambda each: _use_link(each, "ResetPassword", LinkPurpose.RESET, new_password=NEW_PASSWORD),
    "ConfirmEmailAddress": lambda each: _use_link(each, "ConfirmEmailAddress", LinkPurpose.CONFIRMATION),
}


def test_every_operation_that_changes_something_is_looked_at() -> None:
    assert {each.name for each in ALL_OPERATIONS.values() if each.changes_records} <= CHANGES.keys()


@pytest.mark.parametrize("operation", [name for name, change in CHANGES.items() if change])
def test_each_change_leaves_one_entry(service_fixture: ServiceFixture, operation: str) -> None:
    assert service_fixture.alice
    CHANGES[operation](service_fixture)

    with service_fixture.service.context.database.read() as session:
        rows = list(session.execute(select(AuditRow.operation).order_by(AuditRow.number)).scalars())
    assert rows.count(operation) == (2 if operation == "CreateCustomer" else 1)


@pytest.mark.parametrize(
    ("act", "operation", "changed", "reason"),
    [
        (lambda operators: operators.suspend("alice", "calls"), "SuspendCustomer", "Suspended", "calls"),
        (lambda operators: operators.resume("alice"), "ResumeCustomer", "Suspended", None),
        (lambda operators: operators.set_password("alice", NEW_PASSWORD), "UpdateCustomerPassword", "Customer", None),
    ],
)
def test_the_operators_commands_are_told_too(
    service_fixture: ServiceFixture, act: Any, operation: str, changed: str, reason: str | None
) -> None:
    assert service_fixture.alice
    act(Operators(service_fixture.service.context))

    with service_fixture.service.context.database.read() as session:
        row = session.scalars(select(AuditRow).order_by(AuditRow.number.desc()).limit(1)).one()
    assert (row.actor, row.on_behalf_of, row.operation, row.reason) == ("the operator", "alice", operation, reason)
    assert (row.changed or "").startswith(changed)


def test_invite_codes_and_set_up_links_are_the_operators_and_administrators_read_of_them(
    service_fixture: ServiceFixture,
) -> None:
    context = service_fixture.service.context
    assert service_fixture.alice
    (code, *_) = Operators(context).make_invites(3)
    first_run = FirstRun(context)
    secret = first_run.new_secret()
    first_run.create_administrator(secret, person("root-admin"), "192.0.2.7")
    administrator = service_fixture.client(service_fixture.token_of("root-admin"))

    entries = [each for each in administrator.audit.page() if each.owner == "the operator"]

    assert sorted((each.number, each.operation, each.actor, each.address, each.record_name) for each in entries) == [
        (1, "CreateInviteCodes", "the operator", "operator", "3"),
        (2, "CreateSetupLink", "the operator", "operator", None),
        (3, "UseSetupLink", "root-admin", "192.0.2.7", None),
    ]
    assert not [each for each in entries if code in repr(each) or secret in repr(each)]
    assert {each.owner for each in service_fixture.alice.audit.page()} == {"alice"}


def test_a_set_up_link_that_is_refused_leaves_no_entry(service_fixture: ServiceFixture) -> None:
    first_run = FirstRun(service_fixture.service.context)
    first_run.new_secret()
    with pytest.raises(NotFound):
        first_run.create_administrator("guess", person("root-admin"), HOME)
    with service_fixture.service.context.database.read() as session:
        assert session.scalars(select(AuditRow.operation)).all() == ["CreateSetupLink"]


def test_what_is_refused_leaves_no_entry(service_fixture: ServiceFixture) -> None:
    before = len(told(service_fixture))
    with pytest.raises(ProvisioningError):
        service_fixture.alice.sip_accounts.add(sip_account("no"))
    with pytest.raises(ProvisioningError):
        service_fixture.alice.update_customer_password("alice", "wrong", NEW_PASSWORD)

    assert len(told(service_fixture)) == before


def test_a_change_that_cannot_be_told_is_not_made(
    service_fixture: ServiceFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise NotFound("no chain")

    assert service_fixture.alice
    before = service_fixture.alice.sip_accounts.count()
    monkeypatch.setattr(recording, "write", fail)
    with pytest.raises(NotFound):
        service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))

    assert service_fixture.alice.sip_accounts.count() == before


def test_a_change_costs_one_read_and_one_insert_more(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    noted: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "audit" in statement:
            noted.append(statement.split()[0])

    event.listen(Engine, "before_cursor_execute", note)
    service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    event.remove(Engine, "before_cursor_execute", note)

    assert noted == ["SELECT", "INSERT"]


def test_texts_fit_into_their_columns_and_can_be_told(service_fixture: ServiceFixture) -> None:
    context, assert_alice = service_fixture.service.context, service_fixture.alice
    entry = AuditEntry(
        owner="alice", actor="alice", operation="Tried", inserted=context.clock(), reason="a\x07b\nc\u202e" + "x" * 2000
    )
    with context.database.write() as session:
        recording.write(session, context, entry)

    assert assert_alice.audit.page(count=1)[0].reason == "a b c " + "x" * 1018
    assert verify(context).troubles == []


def test_nothing_is_written_for_a_customer_who_does_not_exist(service_fixture: ServiceFixture) -> None:
    context = service_fixture.service.context
    with pytest.raises(NotFound), context.database.write() as session:
        recording.write(session, context, AuditEntry(owner="nobody", actor="alice", operation="Tried"))


def test_those_who_write_at_once_do_not_fork_a_chain(audited: ServiceFixture) -> None:
    alice = audited.alice
    accounts = [sip_account(f"alice-{number}") for number in range(12)]

    assert at_once(*[partial(alice.sip_accounts.add, account) for account in accounts]) == []
    assert [entry.number for entry in told(audited)] == list(range(1, 14))
    assert verify(audited.service.context).troubles == []


def test_the_end_of_a_chain_is_noted_once_it_is_stored(audited: ServiceFixture, heads: Heads) -> None:
    audited.alice.sip_accounts.add(sip_account("alice-desk"))
    (head,) = heads.read().values()
    assert head == (2, last(audited).hash)

    with pytest.raises(ProvisioningError):
        audited.alice.sip_accounts.add(sip_account("alice-desk"))
    assert list(heads.read().values()) == [head]


def test_bob_reads_nothing_of_alice_and_a_labels_administrator_reads_its_members(
    service_fixture: ServiceFixture,
) -> None:
    assert service_fixture.alice
    assert service_fixture.bob
    with service_fixture.service.context.database.write() as session:
        rows = {row.customer_username: row for row in session.scalars(select(CustomerRow))}
        rows["alice"].admin_member_id = "red"
    service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    assert {entry.owner for entry in service_fixture.bob.audit.page()} == {"bobby"}
    assert service_fixture.bob.audit.count() == 1

    with service_fixture.service.context.database.write() as session:
        session.scalars(select(CustomerRow).where(CustomerRow.customer_username == "bobby")).one().admin_id = "red"
    assert [entry.operation for entry in service_fixture.bob.audit.page()] == ["AddSIPAccount", "CreateCustomer"]
    assert {entry.owner for entry in service_fixture.administrator.audit.page()} == {"alice", "bobby", "root-admin"}


def test_differing_fields_are_named_as_on_the_wire() -> None:
    account = sip_account("alice-desk")

    assert recording.differing(account, account) == ""
    assert recording.differing(account, replace(account, network_id="7")) == "NetworkId"
