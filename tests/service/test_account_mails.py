"""Mails about accounts: who is sent them, how many, and what a stranger can learn by asking for one."""

from dataclasses import replace

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.extensions import EXTENSIONS
from sipsorcery_web.service.account_mails import A_DAY, ACCOUNT_MAIL, AN_HOUR, AccountMails
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories.records import person
from tests.mail.post_office import PUBLIC_URL, PostOffice, link_in, text_of
from tests.statements import counted_statements

ALICE = "alice@example.org"


@pytest.fixture
def mails(service_context: ServiceContext, post_office: PostOffice) -> AccountMails:
    return post_office.account_mails(service_context)


@pytest.fixture
def service_fixture(service_context: ServiceContext, mails: AccountMails) -> ServiceFixture:
    fixture = ServiceFixture(Service(replace(service_context, mails=mails)))
    fixture.someone("alice")
    return fixture


def ask_for_reset(service_fixture: ServiceFixture, address: str = ALICE) -> None:
    operation = EXTENSIONS["RequestPasswordReset"]
    service_fixture.service.call(operation, None, HOME, {"email_address": address})


def statements_of(service_fixture: ServiceFixture, address: str) -> list[str]:
    with counted_statements() as statements:
        ask_for_reset(service_fixture, address)
    return statements


def test_a_known_and_an_unknown_address_cost_the_same_statements(service_fixture: ServiceFixture) -> None:
    ask_for_reset(service_fixture, "somebody@example.org")  # the first of all makes the row that counts
    known = statements_of(service_fixture, ALICE)
    unknown = statements_of(service_fixture, "wendy@example.org")

    assert known == unknown
    assert not [each for each in known if "customers" in each]


def test_a_mail_is_text_and_html_from_the_operators_sender(
    service_fixture: ServiceFixture, mails: AccountMails, post_office: PostOffice
) -> None:
    ask_for_reset(service_fixture)
    (mail,) = post_office.mails(mails)

    assert (mail["From"], mail["To"]) == ("SIPSorcery <sip@example.org>", ALICE)
    assert mail["Subject"] == "Choose a new password for sip.example.org"
    assert mail.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        assert f"{PUBLIC_URL}{link_in(mail)}" in text_of(mail, kind)


def test_who_asks_twice_within_five_minutes_has_one_mail(
    service_fixture: ServiceFixture, mails: AccountMails, post_office: PostOffice, clock: Clock
) -> None:
    ask_for_reset(service_fixture)
    assert len(post_office.mails(mails)) == 1
    ask_for_reset(service_fixture)
    assert post_office.mails(mails) == []
    clock.pass_(minutes=5)
    ask_for_reset(service_fixture)
    assert len(post_office.mails(mails)) == 1


def test_nobody_floods_a_mailbox(
    service_fixture: ServiceFixture, mails: AccountMails, post_office: PostOffice, clock: Clock
) -> None:
    came = 0
    for _ in range(11):
        ask_for_reset(service_fixture)
        came += len(post_office.mails(mails))
        clock.pass_(minutes=5)
    assert came == AN_HOUR
    clock.pass_(minutes=5)
    ask_for_reset(service_fixture)
    assert len(post_office.mails(mails)) == 1


def test_who_asks_for_new_passwords_keeps_no_other_mail_from_their_owner(
    service_fixture: ServiceFixture, mails: AccountMails, post_office: PostOffice, clock: Clock
) -> None:
    for _ in range(AN_HOUR + 1):
        ask_for_reset(service_fixture)
        post_office.mails(mails)
        clock.pass_(minutes=5)
    alice = service_fixture.alice
    alice.update_customer(alice.customer("alice").with_(email_address="alice@example.net"))
    assert {str(mail["To"]) for mail in post_office.mails(mails)} == {ALICE, "alice@example.net"}


def test_one_customer_asks_for_so_many_mails_a_day(
    service_fixture: ServiceFixture, mails: AccountMails, clock: Clock
) -> None:
    alice = service_fixture.alice
    stored = alice.customer("alice")
    alice.extend_session(600)
    for number in range(A_DAY // 2):
        alice.update_customer(stored.with_(email_address=f"alice-{number}@example.net"))
        clock.pass_(minutes=20)
    before = mails.queue.waiting(ACCOUNT_MAIL)
    with pytest.raises(Refused, match="Too many mails were asked for today"):
        alice.update_customer(stored.with_(email_address="alice-more@example.net", city="Cork"))
    assert mails.queue.waiting(ACCOUNT_MAIL) == before
    assert alice.customer("alice") == stored


def test_who_asks_for_a_fourth_address_within_an_hour_is_told_that_it_is_one_too_many(
    service_fixture: ServiceFixture, mails: AccountMails, post_office: PostOffice, clock: Clock
) -> None:
    alice = service_fixture.alice
    stored = alice.customer("alice")
    for number in range(AN_HOUR):
        alice.update_customer(stored.with_(email_address=f"alice-{number}@example.net"))
        assert len(post_office.mails(mails)) == 2
        clock.pass_(minutes=19)
    with pytest.raises(Refused, match="Three mails about a new e-mail address were asked for within an hour"):
        alice.update_customer(stored.with_(email_address="alice-more@example.net", city="Cork"))
    assert (post_office.mails(mails), alice.customer("alice")) == ([], stored)
    clock.pass_(minutes=3)
    service_fixture.client(service_fixture.token_of("alice")).update_customer(
        stored.with_(email_address="alice-more@example.net")
    )
    assert len(post_office.mails(mails)) == 2


def test_nobody_learns_by_asking_for_an_address_who_else_has_asked_for_it(
    service_fixture: ServiceFixture, mails: AccountMails, post_office: PostOffice
) -> None:
    for client, username in ((service_fixture.bob, "bobby"), (service_fixture.alice, "alice")):
        for _ in range(AN_HOUR):
            client.update_customer(client.customer(username).with_(email_address="wendy@example.net"))
    assert {str(mail["To"]) for mail in post_office.mails(mails)} == {ALICE, "bobby@example.org", "wendy@example.net"}


def test_a_customer_without_a_mail_is_not_stored(service_fixture: ServiceFixture, mails: AccountMails) -> None:
    with pytest.raises(Refused, match="The email address was an invalid format"):
        service_fixture.stranger.create_customer(person("carol", email_address="a,b@example.org"))
    assert mails.queue.waiting(ACCOUNT_MAIL) == 0
    service_fixture.stranger.create_customer(person("carol"))
    assert mails.queue.waiting(ACCOUNT_MAIL) == 1


def test_a_sign_up_that_is_refused_mails_nothing(service_fixture: ServiceFixture, mails: AccountMails) -> None:
    with pytest.raises(Refused):
        service_fixture.stranger.create_customer(person("alice", email_address="other@example.org"))
    assert mails.queue.waiting(ACCOUNT_MAIL) == 0


def test_a_mail_whose_customer_has_gone_is_not_written(
    service_fixture: ServiceFixture, mails: AccountMails, post_office: PostOffice
) -> None:
    ask_for_reset(service_fixture)
    service_fixture.alice.delete_customer("alice")
    assert post_office.mails(mails) == []
    assert mails.queue.waiting(ACCOUNT_MAIL) == 0
