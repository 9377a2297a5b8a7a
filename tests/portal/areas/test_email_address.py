"""Another e-mail address, which holds once a link that went to it is opened, whoever asks for it."""

from tests.mail.post_office import PostOffice, link_in, text_of
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .auth.test_mailed_links import ALICE, browser, choose, reset_link

__all__ = ["browser"]


def test_a_new_address_holds_once_it_is_confirmed_and_the_old_one_is_told(
    mailing: AppHarness, post_office: PostOffice
) -> None:
    alice = mailing.signed_in("alice")
    assert "the present one is told" in alice.open("/account").text
    page = alice.submit("/account", email_address="Alice@Example.net")
    assert page.notes == [
        "Your settings are saved. A mail is on its way to Alice@Example.net: it is your address once you open the link in "
        "it, within 24 hours."
    ]
    assert page.value("email_address") == ALICE

    mails = {str(mail["To"]): mail for mail in post_office.mails_of(mailing.app)}
    assert mails.keys() == {ALICE, "alice@example.net"}
    assert "wants alice@example.net to be the e-mail\naddress of the account alice" in text_of(mails[ALICE])
    assert "/login/" not in text_of(mails[ALICE])

    page = mailing.browser().open(link_in(mails["alice@example.net"])).submit()
    assert page.notes == ["alice@example.net is confirmed as the address of alice. You can sign in now."]
    assert alice.open("/account").value("email_address") == "alice@example.net"
    (notice,) = post_office.mails_of(mailing.app)
    assert str(notice["To"]) == ALICE
    assert "is\nalice@example.net now" in text_of(notice)


def test_a_program_changes_no_address_before_it_confirms_either(mailing: AppHarness, post_office: PostOffice) -> None:
    program = mailing.service_fixture.alice
    program.update_customer(program.customer("alice").with_(email_address="alice@example.net", city="Cork"))
    stored = program.customer("alice")
    assert (stored.email_address, stored.city) == (ALICE, "Cork")
    assert {str(mail["To"]) for mail in post_office.mails_of(mailing.app)} == {ALICE, "alice@example.net"}


def test_settings_that_keep_the_address_send_no_mail(mailing: AppHarness, post_office: PostOffice) -> None:
    page = mailing.signed_in("alice").submit("/account", city="Cork")
    assert page.notes == ["Your settings are saved."]
    assert post_office.mails_of(mailing.app) == []


def asked_for_change(mailing: AppHarness, post_office: PostOffice, new: str = "alice@example.net") -> str:
    mailing.signed_in("alice").submit("/account", email_address=new)
    return next(link_in(mail) for mail in post_office.mails_of(mailing.app) if str(mail["To"]) == new)


# What waits, on the page


SEND, WITHDRAW = "/account/email-address/send-link", "/account/email-address/withdraw"
WAITS = "Another e-mail address waits to be confirmed"


def waits(alice: Browser) -> bool:
    return WAITS in alice.open("/account").text


def test_the_settings_show_the_address_that_waits_until_when_and_since_when_a_mail_can_be_sent_again(
    mailing: AppHarness,
) -> None:
    alice = mailing.signed_in("alice")
    assert not waits(alice)
    page = alice.submit("/account", email_address="alice@example.net")
    assert WAITS in page.text
    assert "A mail went to alice@example.net." in page.text
    assert "until 24 Nov 2026 12:00:00" in page.text
    assert "From 12:20:00 on the mail can be sent again." in page.text
    assert "Send the mail again" not in page.text
    mailing.clock.pass_(minutes=20)
    assert "Send the mail again" in alice.open("/account").text


def test_alice_has_the_mail_sent_again(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    first = asked_for_change(mailing, post_office)
    mailing.clock.pass_(minutes=20)
    alice = mailing.signed_in("alice")
    page = alice.open("/account").submit(SEND)
    assert page.notes == ["A mail is on its way. The link in the one before is not good any more."]
    assert "until 24 Nov 2026 12:20:00" in page.text
    second = post_office.link_of(mailing.app)
    assert browser.open(first).status == 404
    browser.open(second).submit()
    assert alice.open("/account").value("email_address") == "alice@example.net"
    assert not waits(alice)


def test_alice_withdraws_the_change(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    link = asked_for_change(mailing, post_office)
    alice = mailing.signed_in("alice")
    page = alice.open("/account").submit(WITHDRAW)
    assert page.notes == ["Your e-mail address stays as it is. The link that was mailed is not good any more."]
    assert (WAITS in page.text, page.value("email_address")) == (False, ALICE)
    assert browser.open(link).status == 404


def test_a_button_of_a_page_that_is_old_says_why_nothing_was_done(mailing: AppHarness, post_office: PostOffice) -> None:
    asked_for_change(mailing, post_office)
    alice = mailing.signed_in("alice")
    csrf = {"csrf_token": alice.token()}
    page = alice.post(SEND, csrf)
    assert page.notes == ["A mail went to the new e-mail address less than 20 minutes ago. Ask again later."]
    alice.post(WITHDRAW, csrf)
    for path in (SEND, WITHDRAW):
        assert alice.post(path, csrf).notes == ["No other e-mail address waits to be confirmed."]
    assert post_office.mails_of(mailing.app) == []


def test_who_asks_for_a_fourth_address_within_an_hour_is_told_at_the_field_and_until_when(mailing: AppHarness) -> None:
    alice = mailing.signed_in("alice")
    for number in range(3):
        page = alice.submit("/account", email_address=f"alice-{number}@example.net")
    assert "From 13:00:00 on the mail can be sent again." in page.text
    page = alice.submit("/account", email_address="alice-more@example.net")
    assert "Three mails about a new e-mail address were asked for within an hour." in page.errors["email_address"]
    assert "A mail went to alice-2@example.net." in page.text
    mailing.clock.pass_(minutes=20)
    assert "Three mails" in alice.post(SEND, {"csrf_token": alice.token()}).notes[0]


def test_bob_neither_sees_nor_withdraws_nor_repeats_what_alice_has_asked_for(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    link = asked_for_change(mailing, post_office)
    mailing.clock.pass_(minutes=20)
    for other in (mailing.signed_in("bobby"), mailing.signed_in("root-admin", administrator=True)):
        assert "alice@example.net" not in other.open("/account").source
        csrf = {"csrf_token": other.token(), "username": "alice", "customer_username": "alice"}
        for path in (SEND, WITHDRAW):
            assert other.post(path, csrf).notes == ["No other e-mail address waits to be confirmed."]
    assert post_office.mails_of(mailing.app) == []
    assert browser.open(link).status == 200


def test_without_a_token_of_the_form_nothing_is_withdrawn(mailing: AppHarness, post_office: PostOffice) -> None:
    asked_for_change(mailing, post_office)
    mailing.clock.pass_(minutes=20)
    alice = mailing.signed_in("alice")
    for path in (SEND, WITHDRAW):
        assert alice.raw("POST", path).status_code == 400
    assert waits(alice)


def test_where_no_links_are_mailed_there_is_neither_note_nor_button(harness: AppHarness, alice: Browser) -> None:
    page = alice.submit("/account", email_address="alice@example.net")
    assert (page.value("email_address"), WAITS in page.text) == ("alice@example.net", False)
    for path in (SEND, WITHDRAW):
        assert alice.raw("POST", path, data={"csrf_token": alice.token()}).status_code == 404
    assert "GetEmailAddressChange" not in harness.calls


def test_a_change_of_password_ends_a_change_of_address(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    link = asked_for_change(mailing, post_office)
    choose(browser, reset_link(mailing, post_office))
    assert browser.open(link).status == 404
    customer = mailing.customer("alice")
    assert customer is not None
    assert customer.email_address == ALICE


def test_the_last_address_that_was_asked_for_counts(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    first = asked_for_change(mailing, post_office)
    second = asked_for_change(mailing, post_office, "alice@example.com")
    assert browser.open(first).status == 404
    assert browser.open(second).submit().h1 == "Sign in"


def test_a_link_to_the_old_address_sets_no_password_any_more(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    resetting = reset_link(mailing, post_office)
    browser.open(asked_for_change(mailing, post_office)).submit()
    assert browser.open(resetting).status == 404


def test_an_address_that_bob_has_taken_meanwhile_stays_his(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    link = asked_for_change(mailing, post_office)
    mailing.change_customer("bobby", email_address="alice@example.net")
    page = browser.open(link).submit()
    assert page.notes == ["Another account has this e-mail address."]
    customer = mailing.customer("alice")
    assert customer is not None
    assert customer.email_address == ALICE
