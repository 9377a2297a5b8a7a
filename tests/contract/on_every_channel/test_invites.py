"""Invite codes in the hands of administrators, on every channel: made, listed without the codes, withdrawn, used."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.extensions import Invite
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.service.store.models import CustomerRow
from sipsorcery_web.settings import NewAccounts
from tests.conftest import Clock
from tests.factories.records import person

from .conftest import ChannelFixture
from .refusals import refusal
from .test_customer_accounts import LABEL, administrator_of


@pytest.fixture
def service_fixture(service_fixture_with) -> ChannelFixture:  # type: ignore[no-untyped-def]
    """A stage where new accounts need a code."""
    fixture: ChannelFixture = service_fixture_with(NewAccounts("invite"))
    return fixture


def test_codes_are_told_once_and_are_good(service_fixture: ChannelFixture, clock: Clock) -> None:
    administrator, ends = service_fixture.administrator, clock() + timedelta(days=7)
    made = administrator.add_invites(Invite(note=" third floor ", ends=ends), 3)

    assert len({invite.code for invite in made}) == 3
    assert [service_fixture.stranger.invite_complaint(invite.code or "") for invite in made] == [None] * 3
    listed = administrator.invites.page()
    assert {invite.id for invite in listed} == {invite.id for invite in made}
    assert {(invite.code, invite.note, invite.ends, invite.made_by, invite.used_at) for invite in listed} == {
        (None, "third floor", ends, "root-admin", None)
    }


def test_who_has_used_a_code_is_told_and_a_used_one_is_not_withdrawn(
    service_fixture: ChannelFixture, clock: Clock
) -> None:
    administrator = service_fixture.administrator
    (made,) = administrator.add_invites(Invite(), 1)
    service_fixture.stranger.create_customer(person("carol", invite_code=made.code))

    (listed,) = administrator.invites.page(where=prop("UsedBy").equals("carol"))
    assert (listed.id, listed.used_at) == (made.id, clock())
    assert refusal(Refused, partial(administrator.delete_invite, made.id)) == "The invite code has already been used."


def test_a_code_that_is_withdrawn_opens_no_account(service_fixture: ChannelFixture) -> None:
    administrator = service_fixture.administrator
    (made,) = administrator.add_invites(Invite(), 1)
    administrator.delete_invite(made.id)

    assert service_fixture.stranger.invite_complaint(made.code or "") == "The invite code was not recognised."
    assert refusal(NotFound, partial(administrator.delete_invite, made.id)) == "The invite was not found."


def test_a_code_that_has_ended_opens_no_account(service_fixture: ChannelFixture, clock: Clock) -> None:
    (made,) = service_fixture.administrator.add_invites(Invite(ends=clock() + timedelta(hours=1)), 1)
    clock.pass_(hours=1)
    late = person("carol", invite_code=made.code)
    assert refusal(Refused, partial(service_fixture.stranger.create_customer, late)) == "The invite code has ended."


def test_whoever_uses_a_labels_code_becomes_its_member(service_fixture: ChannelFixture) -> None:
    assert service_fixture.administrator
    partner = administrator_of(service_fixture, LABEL)
    (made,) = partner.add_invites(Invite(), 1)
    service_fixture.stranger.create_customer(person("carol", invite_code=made.code))

    assert [each.customer_username for each in partner.customers.page()] == ["carol"]


def test_a_label_sees_and_withdraws_its_own_codes_alone(service_fixture: ChannelFixture) -> None:
    (of_all,) = service_fixture.administrator.add_invites(Invite(), 1)
    partner, other = administrator_of(service_fixture, LABEL), administrator_of(service_fixture, "other")
    (of_label,) = partner.add_invites(Invite(), 1)

    assert [invite.id for invite in partner.invites.page()] == [of_label.id]
    assert (other.invites.count(), service_fixture.administrator.invites.count()) == (0, 2)
    for act in (partial(partner.delete_invite, of_all.id), partial(other.delete_invite, of_label.id)):
        assert refusal(NotFound, act) == "The invite was not found."
    assert service_fixture.stranger.invite_complaint(of_all.code or "") is None


def test_customers_neither_see_nor_make_codes(service_fixture: ChannelFixture) -> None:
    bob = service_fixture.bob
    acts = (
        bob.invites.page,
        bob.invites.count,
        partial(bob.add_invites, Invite(), 1),
        partial(bob.delete_invite, uuid4()),
    )
    for act in acts:
        assert "Only an administrator can call" in refusal(Refused, act)


@pytest.mark.parametrize(
    ("invite", "count", "sentence"),
    [
        (Invite(), 0, "From 1 to 1000 invite codes can be made at once."),
        (Invite(), 1001, "From 1 to 1000 invite codes can be made at once."),
        (Invite(note="x" * 129), 1, "The note can have at most 128 characters."),
        (Invite(ends=Clock().now), 1, "The end of an invite code has to be in the future."),
    ],
)
def test_codes_that_break_a_rule_are_not_made(
    service_fixture: ChannelFixture, invite: Invite, count: int, sentence: str
) -> None:
    administrator = service_fixture.administrator
    assert refusal(Refused, partial(administrator.add_invites, invite, count)) == sentence
    assert administrator.invites.count() == 0


def test_the_codes_of_customers_before_labels_make_no_members(service_fixture: ChannelFixture) -> None:
    (made,) = service_fixture.administrator.add_invites(Invite(), 1)
    service_fixture.stranger.create_customer(person("carol", invite_code=made.code))
    with service_fixture.service.context.database.read() as session:
        carol = session.query(CustomerRow).filter_by(customer_username="carol").one()
        assert carol.admin_member_id is None
