"""The e-mail address that waits to be confirmed, on every channel: seen, mailed again and withdrawn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.extensions import EmailAddressChange
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.account_mails import AccountMails
from sipsorcery_web.service.dispatch import Service
from tests.conftest import HOME, Clock
from tests.factories import PASSWORD
from tests.mail.post_office import PostOffice, link_in

from .conftest import ChannelFixture

PRESENT, NEXT = "alice@example.org", "alice@example.net"
NONE = "The change of the e-mail address was not found."
AGAIN = timedelta(minutes=20)


@pytest.fixture
def alice(mailing: ChannelFixture) -> ProvisioningClient:
    """Alice, who has asked for another address."""
    alice = mailing.alice
    alice.update_customer(alice.customer("alice").with_(email_address=NEXT))
    return alice


def token_of(post_office: PostOffice, mails: AccountMails) -> str:
    """The token of the link in the one mail that goes to the next address now."""
    (mail,) = [mail for mail in post_office.mails(mails) if mail["To"] == NEXT]
    return link_in(mail).rpartition("/")[2]


def test_the_address_that_waits_is_told_with_its_end(alice: ProvisioningClient, clock: Clock) -> None:
    ends, next_mail = clock() + timedelta(hours=24), clock() + AGAIN
    expected = EmailAddressChange(email_address=NEXT, ends=ends, next_mail=next_mail)
    assert alice.email_address_change() == expected


def test_none_waits_before_one_is_asked_for_and_after_its_time(
    mailing: ChannelFixture, alice: ProvisioningClient, clock: Clock
) -> None:
    assert mailing.bob.email_address_change() is None
    clock.pass_(hours=24)
    later = mailing.client(mailing.token_of("alice"))
    assert later.email_address_change() is None
    for act in (later.update_email_address_change, later.delete_email_address_change):
        with pytest.raises(NotFound, match=NONE):
            act()


def test_none_waits_once_it_is_confirmed(
    alice: ProvisioningClient, mails: AccountMails, post_office: PostOffice
) -> None:
    alice.confirm_email_address(token_of(post_office, mails))
    assert alice.email_address_change() is None
    with pytest.raises(NotFound, match=NONE):
        alice.delete_email_address_change()
    assert alice.customer("alice").email_address == NEXT


def test_a_link_that_is_mailed_again_is_good_for_another_day_and_the_one_before_for_nothing(
    alice: ProvisioningClient, mails: AccountMails, post_office: PostOffice, clock: Clock
) -> None:
    first = token_of(post_office, mails)
    clock.now += AGAIN
    alice.update_email_address_change()
    change = alice.email_address_change()
    assert change is not None
    assert (change.email_address, change.ends) == (NEXT, clock() + timedelta(hours=24))
    second = token_of(post_office, mails)
    with pytest.raises(NotFound):
        alice.confirm_email_address(first)
    alice.confirm_email_address(second)
    assert alice.customer("alice").email_address == NEXT


def test_a_mail_is_not_asked_for_within_twenty_minutes_of_the_one_before(
    alice: ProvisioningClient, mails: AccountMails, post_office: PostOffice, clock: Clock
) -> None:
    first = token_of(post_office, mails)
    clock.now += AGAIN - timedelta(seconds=1)
    with pytest.raises(Refused, match="less than 20 minutes ago"):
        alice.update_email_address_change()
    assert post_office.mails(mails) == []
    alice.confirm_email_address(first)


def test_each_mail_that_may_be_asked_for_comes(
    alice: ProvisioningClient, mails: AccountMails, post_office: PostOffice, clock: Clock
) -> None:
    alice.extend_session(120)
    for _ in range(6):
        assert token_of(post_office, mails)
        clock.now += AGAIN
        alice.update_email_address_change()
    assert token_of(post_office, mails)


def test_a_change_that_is_withdrawn_leaves_the_present_address_and_a_link_that_is_no_good(
    alice: ProvisioningClient, mails: AccountMails, post_office: PostOffice
) -> None:
    token = token_of(post_office, mails)
    alice.delete_email_address_change()
    assert alice.email_address_change() is None
    with pytest.raises(NotFound):
        alice.confirm_email_address(token)
    assert alice.customer("alice").email_address == PRESENT
    alice.update_customer(alice.customer("alice").with_(email_address=NEXT))
    alice.confirm_email_address(token_of(post_office, mails))
    assert alice.customer("alice").email_address == NEXT


def test_bob_and_the_administrator_neither_see_nor_touch_what_alice_has_asked_for(
    mailing: ChannelFixture, alice: ProvisioningClient, clock: Clock
) -> None:
    before = alice.email_address_change()
    clock.now += AGAIN
    for other in (mailing.bob, mailing.administrator):
        assert other.email_address_change() is None
        for act in (other.update_email_address_change, other.delete_email_address_change):
            with pytest.raises(NotFound, match=NONE):
                act()
    assert alice.email_address_change() == before


def test_each_of_it_is_in_the_audit_and_tells_no_address(alice: ProvisioningClient, clock: Clock) -> None:
    clock.now += AGAIN
    alice.update_email_address_change()
    alice.delete_email_address_change()
    newest = alice.audit.page(count=3)
    assert [(each.operation, each.changed) for each in newest] == [
        ("DeleteEmailAddressChange", None),
        ("UpdateEmailAddressChange", None),
        ("UpdateCustomer", "RequestedEmailAddress"),
    ]
    assert not [each for each in newest if NEXT in repr(each)]


def test_without_mail_none_waits(service_fixture: ChannelFixture) -> None:
    alice = service_fixture.alice
    alice.update_customer(alice.customer("alice").with_(email_address=NEXT))
    assert alice.email_address_change() is None
    for act in (alice.update_email_address_change, alice.delete_email_address_change):
        with pytest.raises(NotFound, match=NONE):
            act()


def test_an_address_that_holds_at_once_since_mail_was_switched_off_ends_the_one_that_waits(
    mailing: ChannelFixture, alice: ProvisioningClient, mails: AccountMails, post_office: PostOffice
) -> None:
    token = token_of(post_office, mails)
    without_mail = Service(replace(mailing.service.context, mails=None))
    identity = ClientIdentity(mailing.token_of("alice"), HOME)
    ProvisioningClient(without_mail, identity).update_customer(
        alice.customer("alice").with_(email_address="alice@example.com")
    )
    with pytest.raises(NotFound):
        alice.confirm_email_address(token)
    assert alice.customer("alice").email_address == "alice@example.com"


def test_a_new_password_ends_what_waits(mailing: ChannelFixture, alice: ProvisioningClient) -> None:
    alice.update_customer_password("alice", PASSWORD, "tr0ubad0ur")
    assert alice.email_address_change() is None
