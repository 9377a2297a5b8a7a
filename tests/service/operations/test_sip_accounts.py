import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused, SessionExpired
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPDomainRow
from sipsorcery_web.service.store.rows import secret_of
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import sip_account

NOT_FOUND = r"^The SIP account was not found\.$"
LOCKED = "An administrator has disabled this SIP account"


def added(service_fixture: ServiceFixture, name: str = "alice-desk", **more: Any) -> SIPAccount:
    return service_fixture.alice.sip_accounts.add(sip_account(name, **more))


def stored(service_fixture: ServiceFixture, account: SIPAccount) -> SIPAccount | None:
    """The account as its owner sees it."""
    return next((known for known in service_fixture.alice.sip_accounts.page() if known.id == account.id), None)


def ha1_of(service_context: ServiceContext, account: SIPAccount) -> tuple[str | None, str | None]:
    with service_context.database.read() as session:
        row = session.scalars(select(SIPAccountRow).where(SIPAccountRow.id == account.id)).one()
        return secret_of(row, "ha1_md5", service_context.keyring), secret_of(row, "ha1_sha256", service_context.keyring)


def digests(identity: str) -> tuple[str, str]:
    return hashlib.md5(identity.encode()).hexdigest(), hashlib.sha256(identity.encode()).hexdigest()


def only(account: SIPAccount, **fields: Any) -> SIPAccount:
    """A record from the wire with these fields and the id in it, and no others."""
    return SIPAccount(id=account.id, **fields, present=frozenset({"id", *fields}))


# Adding


def test_an_added_account_is_answered_and_listed_as_stored(service_fixture: ServiceFixture, clock: Clock) -> None:
    account = added(service_fixture, network_id="home", is_incoming_only=True)

    assert (account.sip_username, account.sip_domain, account.owner) == ("alice-desk", DOMAIN, "alice")
    assert (account.network_id, account.is_incoming_only, account.sip_password) == ("home", True, "bl4ckbird!")
    assert stored(service_fixture, account) == account


def test_an_account_belongs_to_who_adds_it_whoever_is_named(service_fixture: ServiceFixture) -> None:
    assert service_fixture.bob
    account = added(service_fixture, owner="bobby")

    assert account.owner == "alice"
    assert service_fixture.bob.sip_accounts.count() == 1


def test_an_administrator_adds_accounts_of_their_own(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    account = service_fixture.administrator.sip_accounts.add(sip_account("admin-desk", owner="alice"))

    assert account.owner == "root-admin"


@pytest.mark.parametrize("given", [ZERO_ID, None])
def test_without_an_id_the_service_makes_one(service_fixture: ServiceFixture, given: UUID | None) -> None:
    record = sip_account("alice-desk")
    if given is None:
        record = replace(record, present=frozenset({"sip_username", "sip_domain", "sip_password"}))
    account = service_fixture.alice.sip_accounts.add(record)

    assert account.id.version == 4


def test_an_unused_id_is_kept(service_fixture: ServiceFixture) -> None:
    wanted = uuid4()

    assert added(service_fixture, id=wanted).id == wanted


def test_a_used_id_is_refused_also_when_it_is_anothers(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture)

    for somebody in (service_fixture.alice, service_fixture.bob):
        with pytest.raises(Conflict, match=r"^A record with this id already exists\.$"):
            somebody.sip_accounts.add(sip_account("other-desk", id=account.id))
    assert stored(service_fixture, account) == account


def test_times_are_the_services(service_fixture: ServiceFixture, clock: Clock) -> None:
    account = added(service_fixture, inserted=datetime(2001, 1, 1, tzinfo=UTC))
    noon = clock.now
    clock.pass_(hours=0.5)
    changed = service_fixture.alice.sip_accounts.update(replace(account, inserted=datetime(2001, 1, 1, tzinfo=UTC)))

    assert (account.inserted, changed.inserted) == (noon, noon)


def test_a_name_is_taken_once_on_a_domain(service_fixture: ServiceFixture) -> None:
    added(service_fixture)

    with pytest.raises(Conflict, match=r"^The SIP account name is already in use on this domain\.$"):
        service_fixture.bob.sip_accounts.add(sip_account(" alice-desk "))
    assert service_fixture.bob.sip_accounts.count() == 1


def test_a_nil_account_is_refused(service_fixture: ServiceFixture) -> None:
    for verb in ("Add", "Update", "Delete"):
        with pytest.raises(Refused, match="A SIP account must be given"):
            service_fixture.alice._call(f"{verb}SIPAccount", sip_account=None)


def test_names_are_stored_without_blanks(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture, " alice-desk ", sip_domain=f" {DOMAIN.upper()} ", sip_password=" bl4ckbird! ")

    assert (account.sip_username, account.sip_domain, account.sip_password) == ("alice-desk", DOMAIN, "bl4ckbird!")


def test_an_incoming_only_account_needs_no_password(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    account = added(service_fixture, sip_password="  ", is_incoming_only=True)

    assert account.sip_password is None
    assert ha1_of(service_context, account) == (None, None)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sip_username": "desk"}, "at least 5 characters"),
        ({"sip_username": "desk.bobby"}, "Only user bobby can create"),
        ({"sip_password": None}, "A password must be specified"),
        ({"sip_password": "no spaces!"}, "invalid character"),
        ({"sip_domain": "elsewhere.example.org"}, "not one of this service"),
        ({"sip_domain": None}, "The domain must be specified"),
    ],
)
def test_an_account_that_breaks_a_rule_is_refused(
    service_fixture: ServiceFixture, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        service_fixture.alice.sip_accounts.add(replace(sip_account("alice-desk"), **fields))
    assert service_fixture.alice.sip_accounts.count() == 1


def test_a_name_below_ones_own_is_allowed(service_fixture: ServiceFixture) -> None:
    assert added(service_fixture, "desk.alice").sip_username == "desk.alice"


def test_a_domain_of_another_customer_cannot_be_used(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    assert service_fixture.alice
    assert service_fixture.bob
    with service_context.database.write() as session:
        session.add(SIPDomainRow(id=uuid4(), domain="b.example.org", inserted=service_context.clock(), owner="bobby"))

    with pytest.raises(Refused, match="not one of this service"):
        added(service_fixture, sip_domain="b.example.org")
    assert service_fixture.bob.sip_accounts.add(sip_account("bobby-desk", sip_domain="b.example.org"))


# Changing


def test_a_changed_account_is_answered_as_stored(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture)
    changed = service_fixture.alice.sip_accounts.update(
        replace(account, network_id="home", sip_username="alice-hall", is_user_disabled=True)
    )

    assert (changed.network_id, changed.sip_username, changed.is_user_disabled) == ("home", "alice-hall", True)
    assert stored(service_fixture, account) == changed


def test_a_field_that_was_left_out_keeps_what_is_stored(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture, network_id="home", out_dial_plan_name="default", is_switchboard_enabled=True)
    changed = service_fixture.alice.sip_accounts.update(only(account, in_dial_plan_name="night"))

    assert changed == replace(account, in_dial_plan_name="night")


def test_a_nil_clears_and_an_empty_text_is_a_text(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture, network_id="home", ip_address_acl="^192")
    changed = service_fixture.alice.sip_accounts.update(only(account, network_id=None, ip_address_acl=""))

    assert (changed.network_id, changed.ip_address_acl) == (None, "")


def test_a_false_that_was_given_is_stored(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture, is_switchboard_enabled=True, is_user_disabled=True)

    assert not service_fixture.alice.sip_accounts.update(
        only(account, is_switchboard_enabled=False)
    ).is_switchboard_enabled
    stored_now = stored(service_fixture, account)
    assert stored_now is not None
    assert stored_now.is_user_disabled


def test_a_cleared_password_is_refused_unless_calls_only_come_in(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture)

    with pytest.raises(Refused, match="A password must be specified"):
        service_fixture.alice.sip_accounts.update(only(account, sip_password=None))
    changed = service_fixture.alice.sip_accounts.update(only(account, sip_password=None, is_incoming_only=True))
    assert changed.sip_password is None


def test_an_account_keeps_its_owner(service_fixture: ServiceFixture) -> None:
    assert service_fixture.bob
    account = added(service_fixture)

    assert service_fixture.alice.sip_accounts.update(replace(account, owner="bobby")).owner == "alice"
    assert service_fixture.bob.sip_accounts.count() == 1


def test_a_change_to_a_taken_name_is_refused(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture)
    added(service_fixture, "alice-hall")

    with pytest.raises(Conflict, match="already in use on this domain"):
        service_fixture.alice.sip_accounts.update(replace(account, sip_username="alice-hall"))
    assert stored(service_fixture, account) == account


def test_a_change_that_breaks_a_rule_changes_nothing(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture)

    with pytest.raises(Refused, match="network id can have at most 16"):
        service_fixture.alice.sip_accounts.update(replace(account, sip_username="alice-hall", network_id="n" * 17))
    assert stored(service_fixture, account) == account


# The digests


def test_ha1_follows_password_name_and_domain(service_fixture: ServiceFixture, service_context: ServiceContext) -> None:
    with service_context.database.write() as session:
        session.add(SIPDomainRow(id=uuid4(), domain="z.example.org", inserted=service_context.clock(), owner=None))
    account = added(service_fixture)
    assert ha1_of(service_context, account) == digests(f"alice-desk:{DOMAIN}:bl4ckbird!")

    service_fixture.alice.sip_accounts.update(only(account, sip_password="n1ghtingale"))
    assert ha1_of(service_context, account) == digests(f"alice-desk:{DOMAIN}:n1ghtingale")
    service_fixture.alice.sip_accounts.update(only(account, sip_username="alice-hall"))
    assert ha1_of(service_context, account) == digests(f"alice-hall:{DOMAIN}:n1ghtingale")
    service_fixture.alice.sip_accounts.update(only(account, sip_domain="z.example.org"))
    assert ha1_of(service_context, account) == digests("alice-hall:z.example.org:n1ghtingale")
    service_fixture.alice.sip_accounts.update(only(account, sip_password=None, is_incoming_only=True))
    assert ha1_of(service_context, account) == (None, None)


def test_the_first_account_has_its_ha1_too(service_fixture: ServiceFixture, service_context: ServiceContext) -> None:
    (account,) = service_fixture.alice.sip_accounts.page()

    assert ha1_of(service_context, account) == digests(f"alice:{DOMAIN}:{account.sip_password}")


# Whose it is


@pytest.mark.parametrize("claimed", ["bobby", "alice", None])
def test_bob_cannot_change_or_delete_alices_account_whoever_he_says_owns_it(
    service_fixture: ServiceFixture, claimed: str | None
) -> None:
    account = added(service_fixture)
    stolen = replace(account, owner=claimed, sip_password="st0lenByBob")

    for act in (service_fixture.bob.sip_accounts.update, service_fixture.bob.sip_accounts.delete):
        with pytest.raises(NotFound, match=NOT_FOUND):
            act(stolen)
    assert stored(service_fixture, account) == account


@pytest.mark.parametrize("wanted", [UUID(int=7), ZERO_ID])
def test_an_account_that_is_not_there_gets_the_same_answer(service_fixture: ServiceFixture, wanted: UUID) -> None:
    for act in (service_fixture.alice.sip_accounts.update, service_fixture.alice.sip_accounts.delete):
        with pytest.raises(NotFound, match=NOT_FOUND):
            act(sip_account("alice-desk", id=wanted, owner="alice"))


def test_the_administrator_of_some_members_sees_theirs_and_changes_none(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    member, other = added(service_fixture), added(service_fixture, "alice-hall")
    assert service_fixture.bob
    with service_context.database.write() as session:
        session.get_one(SIPAccountRow, member.id).admin_member_id = "club"
        session.scalars(select(CustomerRow).where(CustomerRow.customer_username == "bobby")).one().admin_id = "club"

    assert other.id not in [account.id for account in service_fixture.bob.sip_accounts.page()]
    assert member.id in [account.id for account in service_fixture.bob.sip_accounts.page()]
    for account in (member, other):
        for act in (service_fixture.bob.sip_accounts.update, service_fixture.bob.sip_accounts.delete):
            with pytest.raises(NotFound, match=NOT_FOUND):
                act(only(account, network_id="home"))
        assert stored(service_fixture, account) == account


def test_the_administrator_changes_and_deletes_everybodys(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture)

    assert service_fixture.administrator.sip_accounts.update(only(account, network_id="home")).owner == "alice"
    service_fixture.administrator.sip_accounts.delete(only(account))
    assert stored(service_fixture, account) is None


def test_a_deleted_account_is_answered_as_it_was_sent(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture)
    sent = only(account, sip_username="as-sent")

    assert service_fixture.alice.sip_accounts.delete(sent) == sent
    assert stored(service_fixture, account) is None


def test_an_account_is_deleted_once(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture)
    service_fixture.alice.sip_accounts.delete(account)

    with pytest.raises(NotFound, match=NOT_FOUND):
        service_fixture.alice.sip_accounts.delete(account)


# What is the administrator's


def test_a_customer_does_not_set_what_is_the_administrators(service_fixture: ServiceFixture) -> None:
    account = added(service_fixture, is_admin_disabled=True, admin_disabled_reason="abuse")
    assert (account.is_admin_disabled, account.admin_disabled_reason) == (False, None)

    changed = service_fixture.alice.sip_accounts.update(
        replace(account, is_admin_disabled=True, admin_disabled_reason="abuse")
    )
    assert (changed.is_admin_disabled, changed.admin_disabled_reason) == (False, None)


@pytest.fixture
def locked(service_fixture: ServiceFixture) -> SIPAccount:
    """An account of alice's that the administrator has disabled."""
    return service_fixture.administrator.sip_accounts.update(
        only(added(service_fixture), is_admin_disabled=True, admin_disabled_reason="abuse")
    )


def test_the_administrator_locks_an_account(service_fixture: ServiceFixture, locked: SIPAccount) -> None:
    assert (locked.is_admin_disabled, locked.admin_disabled_reason) == (True, "abuse")
    assert stored(service_fixture, locked) == locked


def test_a_locked_account_is_neither_changed_nor_deleted_by_its_owner(
    service_fixture: ServiceFixture, locked: SIPAccount
) -> None:
    for act in (service_fixture.alice.sip_accounts.update, service_fixture.alice.sip_accounts.delete):
        with pytest.raises(Refused, match=LOCKED):
            act(replace(locked, is_admin_disabled=False))
    assert stored(service_fixture, locked) == locked


def test_a_locked_account_is_not_found_by_others(service_fixture: ServiceFixture, locked: SIPAccount) -> None:
    with pytest.raises(NotFound, match=NOT_FOUND):
        service_fixture.bob.sip_accounts.delete(locked)


def test_a_locked_account_is_not_made_again_under_its_name(service_fixture: ServiceFixture, locked: SIPAccount) -> None:
    with pytest.raises(Conflict):
        added(service_fixture, "alice-desk")


def test_the_administrator_unlocks_and_deletes_a_locked_account(
    service_fixture: ServiceFixture, locked: SIPAccount
) -> None:
    unlocked = service_fixture.administrator.sip_accounts.update(
        only(locked, is_admin_disabled=False, admin_disabled_reason=None)
    )

    assert not unlocked.is_admin_disabled
    assert service_fixture.alice.sip_accounts.update(only(locked, network_id="home"))
    service_fixture.administrator.sip_accounts.update(only(locked, is_admin_disabled=True))
    service_fixture.administrator.sip_accounts.delete(locked)
    assert stored(service_fixture, locked) is None


# Sessions


def test_nothing_is_changed_after_the_sessions_end(service_fixture: ServiceFixture, clock: Clock) -> None:
    account, alice = added(service_fixture), service_fixture.alice
    clock.pass_(minutes=60)

    for act in (alice.sip_accounts.add, alice.sip_accounts.update, alice.sip_accounts.delete):
        with pytest.raises(SessionExpired):
            act(account)
    again = service_fixture.client(service_fixture.token_of("alice"))
    assert account in again.sip_accounts.page()
