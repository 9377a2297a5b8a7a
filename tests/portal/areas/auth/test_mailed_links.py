"""Links in mails, from a browser through a real mail server and back: confirming an address, and a new password."""

import pytest

from sipsorcery_web.database.address_limit import AN_HOUR
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.mailed_links import MailedLinkRow
from sipsorcery_web.settings import NewAccounts
from tests.factories import PASSWORD
from tests.mail.post_office import PUBLIC_URL, PostOffice, link_in, text_of
from tests.portal.app_harness import AppHarness
from tests.portal.authenticator import set_up_app
from tests.portal.browser import Browser, Page
from tests.portal.conftest import HarnessWith
from tests.portal.stored_state import dump

from .test_register import CAROL

NEW = "tr0ubad0ur"
OVER = "This link is not good any more"
ALICE = "alice@example.org"


@pytest.fixture
def browser(mailing: AppHarness) -> Browser:
    return mailing.browser()


def reset_link(mailing: AppHarness, post_office: PostOffice, address: str = ALICE) -> str:
    """The path of a new link that was mailed to an address."""
    mailing.browser().submit("/login/reset", email_address=address)
    return post_office.link_of(mailing.app)


def choose(browser: Browser, link: str, password: str = NEW) -> Page:
    return browser.submit(link, new_password=password, retyped_password=password)


def signs_in(mailing: AppHarness, username: str, password: str) -> bool:
    page = mailing.browser().submit("/login", username=username, password=password)
    return page.h1 != "Sign in"


# Confirming an address


def test_carol_confirms_her_address_and_signs_in(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    page = browser.submit("/register", **CAROL)
    assert page.notes == [
        "The account carol is made. A mail is on its way to carol@example.org. Open the link in it within 24 hours, then "
        "sign in: an account whose address is not confirmed by then is removed."
    ]
    page = page.submit(username="carol", password=PASSWORD)
    assert page.notes[0].startswith("This e-mail address is not confirmed yet.")

    page = browser.open(post_office.link_of(mailing.app))
    assert page.h1 == "Confirm your address"
    assert "carol@example.org is to be the address of the account carol." in page.text
    page = page.submit()
    assert (page.h1, page.notes) == (
        "Sign in",
        ["carol@example.org is confirmed as the address of carol. You can sign in now."],
    )
    assert page.submit(username="carol", password=PASSWORD).names == ["carol"]


def test_a_program_that_looks_into_mails_confirms_nothing(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    browser.submit("/register", **CAROL)
    browser.open(post_office.link_of(mailing.app))
    assert not signs_in(mailing, "carol", PASSWORD)


def test_an_address_that_is_confirmed_already_is_said_to_be(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    browser.submit("/register", **CAROL)
    link = post_office.link_of(mailing.app)
    browser.open(link).submit()
    page = browser.open(link)
    assert (page.status, page.h1) == (200, "This address is confirmed")
    assert page.follow("Go to the sign-in").h1 == "Sign in"


def test_after_24_hours_the_link_is_over(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    browser.submit("/register", **CAROL)
    link = post_office.link_of(mailing.app)
    mailing.clock.pass_(hours=24)
    page = browser.open(link)
    assert (page.status, page.h1) == (404, OVER)
    assert "An account that was not confirmed within 24 hours is removed" in page.text


@pytest.mark.parametrize("token", ["guess", "", "x" * 43, "%00", "<script>", "x" * 5000, "%F0%9F%92%A9", "'--"])
@pytest.mark.parametrize("page", ["confirm", "reset"])
def test_a_guess_finds_nothing(browser: Browser, page: str, token: str) -> None:
    assert browser.open(f"/login/{page}/{token}").status == 404


def test_a_link_for_one_thing_does_nothing_else(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    browser.submit("/register", **CAROL)
    confirming = post_office.link_of(mailing.app)
    resetting = reset_link(mailing, post_office)
    for link in (confirming.replace("/confirm/", "/reset/"), resetting.replace("/reset/", "/confirm/")):
        assert (browser.open(link).status, browser.open(link).h1) == (404, OVER)


def test_whoever_the_operator_has_made_needs_no_link(mailing: AppHarness) -> None:
    mailing.add_customer("margaret")
    assert signs_in(mailing, "margaret", PASSWORD)


# A new password


def test_alice_chooses_a_new_password_and_signs_in_with_it(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    page = browser.open("/login").follow("Forgotten your password?")
    assert page.h1 == "Forgotten your password?"
    page = page.submit(email_address=" Alice@Example.org ")
    assert page.h1 == "Sign in"
    assert page.notes[0].startswith("If an account has the address Alice@Example.org, a mail is on its way to it.")

    page = browser.open(post_office.link_of(mailing.app))
    assert page.h1 == "Choose a new password"
    assert "For the account alice." in page.text
    page = page.submit(new_password=NEW, retyped_password=NEW)
    assert page.h1 == "Sign in"
    assert page.notes[0].startswith("The password of alice is changed, and all sessions have ended.")
    assert "Tokens for programs stay good" in page.notes[0]
    assert not signs_in(mailing, "alice", PASSWORD)
    assert page.submit(username="alice", password=NEW).h1 == "SIP accounts"


def test_nobody_is_signed_in_by_a_link(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    choose(browser, reset_link(mailing, post_office))
    assert browser.open("/sip-accounts").h1 == "Sign in"
    assert mailing.service_sessions("alice") == 0


def test_a_new_password_neither_removes_nor_skips_a_second_factor(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    app = set_up_app(mailing.signed_in("alice"), mailing.clock)
    mailing.clock.pass_(seconds=30)
    page = choose(browser, reset_link(mailing, post_office))
    assert browser.open("/sip-accounts").h1 == "Sign in"
    page = page.submit(username="alice", password=NEW)
    assert page.h1 == "Code from your app"
    assert browser.open("/sip-accounts").h1 == "Sign in"
    assert page.submit(code=app.code()).h1 == "SIP accounts"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    known = browser.submit("/login/reset", email_address=ALICE)
    unknown = browser.submit("/login/reset", email_address="wendy@example.org")
    assert unknown.notes == [known.notes[0].replace("alice", "wendy")]
    assert unknown.status == known.status
    assert [str(mail["To"]) for mail in post_office.mails_of(mailing.app)] == [ALICE]


def test_a_link_works_once(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    link = reset_link(mailing, post_office)
    form = mailing.browser().open(link)
    choose(browser, link)
    assert (browser.open(link).status, browser.open(link).h1) == (404, OVER)
    assert form.submit(new_password="bl4ckbird!", retyped_password="bl4ckbird!").status == 404
    assert signs_in(mailing, "alice", NEW)


def test_a_link_works_for_thirty_minutes(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    link = reset_link(mailing, post_office)
    mailing.clock.pass_(minutes=29, seconds=59)
    form = browser.open(link)
    assert form.status == 200
    mailing.clock.pass_(seconds=1)
    assert (browser.open(link).status, browser.open(link).h1) == (404, OVER)
    assert form.submit(new_password=NEW, retyped_password=NEW).status == 404
    assert signs_in(mailing, "alice", PASSWORD)


def test_a_link_names_the_public_address_whatever_host_was_asked(mailing: AppHarness, post_office: PostOffice) -> None:
    for host in ("evil.example", "sip.example.org.evil.example"):
        mailing.browser(base_url=f"https://{host}").submit("/login/reset", email_address=ALICE)
        mailing.clock.pass_(minutes=5)
    first, second = post_office.mails_of(mailing.app)
    for mail in (first, second):
        assert f"{PUBLIC_URL}{link_in(mail)}" in text_of(mail)
        assert "evil" not in mail.as_string()


def test_a_forwarded_host_is_in_no_link(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    token = browser.token()
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    browser.raw("POST", "/login/reset", data={"csrf_token": token, "email_address": ALICE}, headers=headers)
    (mail,) = post_office.mails_of(mailing.app)
    assert "evil" not in mail.as_string()


def test_a_change_of_password_ends_links_that_were_mailed_before(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    link = reset_link(mailing, post_office)
    alice = mailing.signed_in("alice")
    alice.submit("/account/password", old_password=PASSWORD, new_password=NEW, retyped_password=NEW)
    assert (browser.open(link).status, browser.open(link).h1) == (404, OVER)
    assert signs_in(mailing, "alice", NEW)


def test_a_password_of_the_operators_ends_links_that_were_mailed_before(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    link = reset_link(mailing, post_office)
    mailing.operators().set_password("alice", NEW)
    assert browser.open(link).status == 404


def test_a_new_password_ends_older_links_and_all_sessions_and_no_token(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    alice, bob = mailing.signed_in("alice"), mailing.signed_in("bobby")
    program = mailing.service_fixture.client(mailing.access_token("alice").token)
    older = reset_link(mailing, post_office)
    mailing.clock.pass_(minutes=5)
    choose(browser, reset_link(mailing, post_office))

    assert browser.open(older).status == 404
    assert alice.open("/sip-accounts").h1 == "Sign in"
    assert bob.open("/sip-accounts").h1 == "SIP accounts"
    assert program.sip_accounts.count() == 1


def test_bob_with_a_link_of_alices_changes_nothing_of_his_own(mailing: AppHarness, post_office: PostOffice) -> None:
    bob = mailing.signed_in("bobby")
    page = bob.open(reset_link(mailing, post_office))
    assert "For the account alice." in page.text
    page.submit(new_password=NEW, retyped_password=NEW)
    assert signs_in(mailing, "bobby", PASSWORD)
    assert not signs_in(mailing, "bobby", NEW)
    assert bob.open("/sip-accounts").h1 == "SIP accounts"


@pytest.mark.parametrize(
    ("password", "retyped", "field"),
    [
        ("password", "password", "new_password"),
        ("alice1", "alice1", "new_password"),
        ("abc", "abc", "new_password"),
        ("", "", "new_password"),
        (NEW, "tr0ubad0ux", "retyped_password"),
    ],
)
def test_a_new_password_keeps_to_the_rules_of_every_other_one(
    mailing: AppHarness, post_office: PostOffice, browser: Browser, password: str, retyped: str, field: str
) -> None:
    link = reset_link(mailing, post_office)
    page = browser.submit(link, new_password=password, retyped_password=retyped)
    assert (page.status, [*page.errors]) == (422, [field])
    assert choose(browser, link).h1 == "Sign in"


def test_a_lost_password_proves_an_address_as_a_confirmation_does(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    browser.submit("/register", **CAROL)
    post_office.mails_of(mailing.app)
    choose(browser, reset_link(mailing, post_office, "carol@example.org"))
    assert signs_in(mailing, "carol", NEW)


@pytest.mark.parametrize("address", ["", "alice", "alice@", "a b@example.org", "a@b.c@d.e", "a,b@example.org"])
def test_what_is_no_address_is_told_at_its_field(browser: Browser, address: str) -> None:
    page = browser.submit("/login/reset", email_address=address)
    assert (page.status, [*page.errors]) == (422, ["email_address"])


def test_more_than_thirty_requests_an_hour_from_an_address_have_to_wait(mailing: AppHarness, browser: Browser) -> None:
    form = browser.open("/login/reset")
    for number in range(AN_HOUR):
        assert form.submit(email_address=f"nobody-{number}@example.org").status == 200
    page = form.submit(email_address=ALICE)
    assert (page.status, page.response.headers["Retry-After"]) == (429, "3600")
    assert "Too many new passwords were asked for from this address." in page.text
    elsewhere = mailing.browser(REMOTE_ADDR="127.0.0.2")
    assert elsewhere.submit("/login/reset", email_address=ALICE).h1 == "Sign in"


def test_more_than_thirty_guesses_an_hour_from_an_address_have_to_wait(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    link = reset_link(mailing, post_office)
    for _ in range(AN_HOUR):
        assert browser.open("/login/reset/guess").status == 404
    page = browser.open("/login/confirm/guess")
    assert (page.status, page.response.headers["Retry-After"]) == (429, "3600")
    assert browser.open(link).h1 == "Choose a new password"


def test_looking_at_the_pages_uses_nothing_up(mailing: AppHarness, post_office: PostOffice, browser: Browser) -> None:
    link = reset_link(mailing, post_office)
    before = dump(mailing.settings.data_dir / "sipsorcery.db")
    for path in ("/login/reset", link):
        browser.open(path)
        browser.raw("HEAD", path)
    assert dump(mailing.settings.data_dir / "sipsorcery.db") == before


def test_a_form_from_another_site_changes_nothing(
    mailing: AppHarness, post_office: PostOffice, browser: Browser
) -> None:
    link = reset_link(mailing, post_office)
    assert browser.post(link, {"new_password": NEW, "retyped_password": NEW}).status == 400
    assert browser.post("/login/reset", {"email_address": ALICE}).status == 400
    assert post_office.mails_of(mailing.app) == []
    assert signs_in(mailing, "alice", PASSWORD)


def test_over_plain_http_from_elsewhere_no_password_is_chosen(mailing: AppHarness, post_office: PostOffice) -> None:
    link = reset_link(mailing, post_office)
    page = mailing.browser(base_url="http://portal.example.org").open(link)
    assert (page.status, page.h1) == (403, "This page needs https")


def test_a_link_is_stored_as_a_hash(mailing: AppHarness, post_office: PostOffice) -> None:
    token = reset_link(mailing, post_office).rpartition("/")[2]
    with mailing.database.read() as session:
        assert session.get(MailedLinkRow, token) is None
    assert token not in dump(mailing.settings.data_dir / "sipsorcery.db")


# Where there is no mail


def test_without_mail_the_sign_in_names_the_operator_and_there_are_no_such_pages(harness: AppHarness) -> None:
    browser = harness.browser()
    page = browser.open("/login")
    assert "Ask the operator of this service, who sets a new one with set-password." in page.text
    for path in ("/login/reset", f"/login/reset/{'x' * 43}", f"/login/confirm/{'x' * 43}"):
        assert browser.open(path).status == 404
    assert "no mail asks it to confirm" in harness.signed_in("alice").open("/account").text


def test_without_a_public_address_no_link_is_mailed(harness_with: HarnessWith, post_office: PostOffice) -> None:
    harness = harness_with(**(post_office.settings | {"public_url": ""}))
    browser = harness.browser()
    assert "set-password" in browser.open("/login").text
    assert browser.open("/login/reset").status == 404
    assert browser.submit("/register", **CAROL).notes == ["The account carol is made. You can sign in now."]


def test_in_front_of_another_service_the_sign_in_says_whom_to_ask(
    harness_with: HarnessWith, post_office: PostOffice
) -> None:
    harness = harness_with(**post_office.settings, provisioning_url="http://127.0.0.1:9")
    browser = harness.browser()
    assert "ask whoever keeps the accounts at 127.0.0.1." in browser.open("/login").text
    assert browser.open("/login/reset").status == 404


@pytest.mark.parametrize("path", ["/register", "/account"])
def test_no_page_promises_that_the_security_question_helps(harness: AppHarness, path: str) -> None:
    text = harness.signed_in("alice").open(path).text
    assert "These pages never ask for it, also when the password is lost." in text
    assert "prove who you are" not in text


def test_carol_s_account_is_closed_until_an_operator_confirms_it_where_no_mail_came(
    harness_with: HarnessWith, post_office: PostOffice
) -> None:
    mailing = harness_with(**post_office.settings, new_accounts=NewAccounts("open", chosen=True))
    mailing.browser().submit("/register", **CAROL)
    assert not signs_in(mailing, "carol", PASSWORD)
    Operators(mailing.service.context).confirm("carol")
    assert signs_in(mailing, "carol", PASSWORD)
