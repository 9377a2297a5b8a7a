"""Links in mails on every channel: confirming an address, and a new password for who has lost the old one."""

from datetime import timedelta

import pytest

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused, SessionExpired, TooManyAttempts
from sipsorcery_web.contract.extensions import EXTENSIONS, LinkPurpose
from sipsorcery_web.database.address_limit import AN_HOUR
from sipsorcery_web.provisioning.client import ProvisioningClient
from sipsorcery_web.service.account_mails import AccountMails
from tests.conftest import HOME, Clock
from tests.factories import PASSWORD
from tests.factories.records import person
from tests.mail.post_office import PostOffice, link_in

from .conftest import ChannelFixture

NEW = "tr0ubad0ur"
ALICE = "alice@example.org"


def token_of(post_office: PostOffice, mails: AccountMails, address: str = ALICE) -> str:
    """The token of the link in the one mail that goes to an address now."""
    (mail,) = [mail for mail in post_office.mails(mails) if mail["To"] == address]
    return link_in(mail).rpartition("/")[2]


@pytest.fixture
def stranger(mailing: ChannelFixture) -> ProvisioningClient:
    mailing.someone("alice")
    return mailing.stranger


def test_who_signs_up_confirms_the_address_before_the_first_sign_in(
    stranger: ProvisioningClient, mails: AccountMails, post_office: PostOffice, clock: Clock
) -> None:
    stranger.create_customer(person("carol"))
    with pytest.raises(Refused, match="Your email address has not yet been confirmed"):
        stranger.login("carol", PASSWORD)
    assert stranger.login("carol", "wrong") is None

    token = token_of(post_office, mails, "carol@example.org")
    link = stranger.mailed_link(token)
    assert (link.customer_username, link.email_address) == ("carol", "carol@example.org")
    assert (link.purpose, link.is_used, link.ends) == ("confirmation", False, clock() + timedelta(hours=24))
    stranger.confirm_email_address(token)
    assert stranger.login("carol", PASSWORD)
    assert stranger.mailed_link(token).is_used
    stranger.confirm_email_address(token)


def test_who_signs_up_does_not_say_that_the_address_is_confirmed(stranger: ProvisioningClient) -> None:
    stranger.create_customer(person("carol", email_address_confirmed=True))
    with pytest.raises(Refused, match="not yet been confirmed"):
        stranger.login("carol", PASSWORD)


def test_a_lost_password_is_replaced_once(
    mailing: ChannelFixture, stranger: ProvisioningClient, mails: AccountMails, post_office: PostOffice
) -> None:
    stranger.request_password_reset(ALICE)
    token = token_of(post_office, mails)
    assert stranger.mailed_link(token).purpose == LinkPurpose.RESET
    stranger.reset_password(token, NEW)

    assert stranger.login("alice", PASSWORD) is None
    assert stranger.login("alice", NEW)
    with pytest.raises(SessionExpired):
        mailing.alice.customer("alice")
    for use in (
        stranger.mailed_link,
        stranger.confirm_email_address,
        lambda it: stranger.reset_password(it, "secret8"),
    ):
        with pytest.raises(NotFound, match=r"^The link was not found\.$"):
            use(token)


def test_a_new_password_leaves_the_second_factor_in_its_place(
    mailing: ChannelFixture, stranger: ProvisioningClient, mails: AccountMails, post_office: PostOffice
) -> None:
    arguments = {"has_second_factor": True, "is_proven": True}
    mailing.service.call(EXTENSIONS["UpdateSecondFactor"], mailing.token_of("alice"), HOME, arguments)
    stranger.request_password_reset(ALICE)
    stranger.reset_password(token_of(post_office, mails), NEW)
    with pytest.raises(Refused, match="app password"):
        stranger.login("alice", NEW)


def test_a_password_that_breaks_a_rule_leaves_the_link_good(
    stranger: ProvisioningClient, mails: AccountMails, post_office: PostOffice
) -> None:
    stranger.request_password_reset(ALICE)
    token = token_of(post_office, mails)
    with pytest.raises(Refused, match="The password length must be between 6 and 64"):
        stranger.reset_password(token, "short")
    stranger.reset_password(token, NEW)


def test_a_confirmation_is_no_reset_and_the_other_way_round(
    stranger: ProvisioningClient, mails: AccountMails, post_office: PostOffice
) -> None:
    stranger.create_customer(person("carol"))
    confirming = token_of(post_office, mails, "carol@example.org")
    stranger.request_password_reset(ALICE)
    resetting = token_of(post_office, mails)
    with pytest.raises(NotFound):
        stranger.reset_password(confirming, NEW)
    with pytest.raises(NotFound):
        stranger.confirm_email_address(resetting)


def test_an_unknown_address_is_answered_as_a_known_one(
    stranger: ProvisioningClient, mails: AccountMails, post_office: PostOffice
) -> None:
    stranger.request_password_reset("nobody@example.org")
    assert post_office.mails(mails) == []


@pytest.mark.parametrize("address", ["", "nobody", f"{'n' * 60}@example.org"])
def test_what_is_no_address_is_refused(stranger: ProvisioningClient, address: str) -> None:
    with pytest.raises(Refused):
        stranger.request_password_reset(address)


def test_an_address_is_changed_when_it_confirms(
    mailing: ChannelFixture, mails: AccountMails, post_office: PostOffice
) -> None:
    alice = mailing.alice
    alice.update_customer(alice.customer("alice").with_(email_address="alice@example.net"))
    assert alice.customer("alice").email_address == ALICE
    token = token_of(post_office, mails, "alice@example.net")
    mailing.bob.confirm_email_address(token)
    assert alice.customer("alice").email_address == "alice@example.net"
    assert mailing.bob.customer("bobby").email_address == "bobby@example.org"
    assert mailing.stranger.mailed_link(token).is_used
    assert [str(mail["To"]) for mail in post_office.mails(mails)] == [ALICE]


def test_an_address_that_somebody_has_by_now_is_refused(
    mailing: ChannelFixture, mails: AccountMails, post_office: PostOffice
) -> None:
    alice = mailing.alice
    alice.update_customer(alice.customer("alice").with_(email_address="shared@example.net"))
    token = token_of(post_office, mails, "shared@example.net")
    mailing.stranger.create_customer(person("carol", email_address="shared@example.net"))
    with pytest.raises(Conflict, match="already associated with an account"):
        mailing.stranger.confirm_email_address(token)
    assert alice.customer("alice").email_address == ALICE
    assert not mailing.stranger.mailed_link(token).is_used


def test_thirty_guesses_an_hour_from_an_address_are_looked_at(mailing: ChannelFixture) -> None:
    for _ in range(AN_HOUR):
        with pytest.raises(NotFound):
            mailing.stranger.mailed_link("guess")
    for ask in (
        lambda: mailing.stranger.mailed_link("guess"),
        lambda: mailing.stranger.reset_password("guess", NEW),
        lambda: mailing.stranger.confirm_email_address("guess"),
    ):
        with pytest.raises(TooManyAttempts) as refused:
            ask()
        assert refused.value.retry_after == 3600


def test_thirty_requests_an_hour_from_an_address_are_taken(mailing: ChannelFixture) -> None:
    for number in range(AN_HOUR):
        mailing.stranger.request_password_reset(f"nobody-{number}@example.org")
    with pytest.raises(TooManyAttempts):
        mailing.stranger.request_password_reset(ALICE)


def test_without_mail_nothing_waits_for_a_confirmation(service_fixture: ChannelFixture) -> None:
    service_fixture.stranger.create_customer(person("carol"))
    assert service_fixture.stranger.login("carol", PASSWORD)
    alice = service_fixture.alice
    alice.update_customer(alice.customer("alice").with_(email_address="alice@example.net"))
    assert alice.customer("alice").email_address == "alice@example.net"
    with pytest.raises(Refused, match="This service mails no links"):
        service_fixture.stranger.request_password_reset(ALICE)
