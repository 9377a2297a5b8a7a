"""The authenticator app on the pages of Security: set up, in use, removed."""

from urllib.parse import quote

import pytest
import segno

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.portal.storage.totp_secrets import TotpSecrets
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.dispatch import service_of
from tests.factories import PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.authenticator import AuthenticatorApp, set_up_app, shown_secret
from tests.portal.browser import Browser, words
from tests.portal.genuine import Front
from tests.portal.sign_ins import try_to_sign_in


def test_an_app_is_set_up_with_a_code_of_the_secret_that_the_page_shows(harness: AppHarness, alice: Browser) -> None:
    assert "Your password alone signs in." in alice.open("/security").text
    page = alice.open("/security").follow("Set up an authenticator app")
    app = AuthenticatorApp(shown_secret(page), harness.clock)
    done = page.submit(code=app.code())
    assert len(done.all("//*[@id='recovery-codes']/li")) == 10
    assert "Signing in takes a second step after your password." in alice.open("/security").text
    assert "10 of 10 are left." in alice.open("/security").follow("Authenticator app").text


def test_an_app_reads_the_secret_from_the_code_on_the_page(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    make = segno.make

    def noted(text: str, **options: object) -> segno.QRCode:
        drawn.append(text)
        return make(text, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(segno, "make", noted)
    page = alice.open("/security/totp")
    issuer = quote("SIPSorcery sip.example.org")
    assert drawn == [f"otpauth://totp/{issuer}:alice?secret={shown_secret(page)}&issuer={issuer}"]
    assert len(page.all("//*[@role='img'][@aria-label='QR code with the secret']")) == 1


def test_the_secret_stays_the_same_until_it_is_used_and_is_shown_no_more_afterwards(
    harness: AppHarness, alice: Browser
) -> None:
    first = shown_secret(alice.open("/security/totp"))
    assert shown_secret(alice.submit("/security/totp", code="000000")) == first
    app = set_up_app(alice, harness.clock)
    assert app.secret == first
    assert first not in alice.open("/security/totp").source


def test_alice_and_bob_get_secrets_of_their_own(alice: Browser, bob: Browser) -> None:
    assert shown_secret(alice.open("/security/totp")) != shown_secret(bob.open("/security/totp"))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("", "Enter the code that the app shows."),
        ("000000", "This is not the code of now. Look whether the clock of the phone is right, and take the next one."),
    ],
)
def test_without_a_right_code_nothing_is_set_up(harness: AppHarness, alice: Browser, code: str, error: str) -> None:
    page = alice.submit("/security/totp", code=code)
    assert (page.status, page.errors, page.value("code")) == (422, {"code": error}, "")
    assert harness.browser().sign_in("alice").h1 == "SIP accounts"


def test_bob_cannot_set_up_an_app_with_the_secret_of_alices(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    hers = AuthenticatorApp(shown_secret(alice.open("/security/totp")), harness.clock)
    page = bob.force("/security/totp", {"secret": hers.secret, "username": "alice"}, code=hers.code())
    assert page.status == 422
    assert harness.browser().sign_in("alice").h1 == "SIP accounts"


def test_a_form_that_is_sent_again_sets_nothing_up_anew(harness: AppHarness, alice: Browser) -> None:
    form = alice.open("/security/totp")
    app = AuthenticatorApp(shown_secret(form), harness.clock)
    form.submit(code=app.code())
    again = form.submit(code=app.code())
    assert again.h1 == "Authenticator app"
    assert "10 of 10 are left." in again.text


def test_with_an_app_other_browsers_are_signed_out(harness: AppHarness, alice: Browser) -> None:
    other = harness.signed_in("alice")
    other.open("/sip-accounts")
    set_up_app(alice, harness.clock)
    assert other.open("/sip-accounts").h1 == "Sign in"
    assert alice.open("/sip-accounts").h1 == "SIP accounts"


def test_with_an_app_the_password_alone_opens_nothing_over_soap(harness: AppHarness, alice: Browser) -> None:
    program = harness.service_fixture.alice
    set_up_app(alice, harness.clock)
    with pytest.raises(Refused, match="app password"):
        harness.service_fixture.stranger.login("alice", PASSWORD)
    assert harness.service_fixture.stranger.login("bobby", PASSWORD)
    with pytest.raises(Exception, match="unauthorized"):
        program.sip_accounts.count()


def test_an_app_password_does_not_sign_in_on_the_pages(harness: AppHarness, alice: Browser) -> None:
    token = harness.access_token("alice", scopes="sign-in").token
    set_up_app(alice, harness.clock)
    assert token is not None
    page = try_to_sign_in(harness.browser(), "alice", token)
    assert page.notes == ["Username and password do not belong together."]


def test_an_app_is_removed_after_a_question_and_then_the_password_alone_signs_in(
    harness: AppHarness, alice: Browser
) -> None:
    set_up_app(alice, harness.clock)
    page = alice.open("/security/totp").follow("Remove the app")
    assert "your password alone signs in" in page.text
    assert page.submit().notes == ["The authenticator app is removed."]
    assert harness.browser().sign_in("alice").h1 == "SIP accounts"
    assert harness.service_fixture.stranger.login("alice", PASSWORD)


def test_the_recovery_codes_go_with_the_app(harness: AppHarness, alice: Browser) -> None:
    old = set_up_app(alice, harness.clock)
    alice.submit("/security/totp/remove")
    harness.clock.pass_(minutes=1)
    set_up_app(alice, harness.clock)
    browser = harness.browser()
    try_to_sign_in(browser, "alice", PASSWORD)
    assert browser.submit("/login/recovery-code", code=old.recovery_codes[0]).status == 422


def test_the_next_app_has_another_secret(harness: AppHarness, alice: Browser) -> None:
    old = set_up_app(alice, harness.clock)
    alice.submit("/security/totp/remove")
    assert shown_secret(alice.open("/security/totp")) != old.secret


def test_a_link_removes_nothing(harness: AppHarness, alice: Browser) -> None:
    set_up_app(alice, harness.clock)
    alice.open("/security/totp/remove")
    assert try_to_sign_in(harness.browser(), "alice", PASSWORD).h1 == "Code from your app"


def test_bob_who_removes_his_own_leaves_alices(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    set_up_app(alice, harness.clock)
    bob.force("/security/totp/remove", {"username": "alice"})
    assert try_to_sign_in(harness.browser(), "alice", PASSWORD).h1 == "Code from your app"


def test_new_recovery_codes_take_the_place_of_the_old_ones(harness: AppHarness, alice: Browser) -> None:
    app = set_up_app(alice, harness.clock)
    page = alice.open("/security").follow("Recovery codes").submit()
    made = [words(each) for each in page.all("//*[@id='recovery-codes']/li")]
    assert len({*made}) == 10
    assert not {*made} & {*app.recovery_codes}
    browser = harness.browser()
    try_to_sign_in(browser, "alice", PASSWORD)
    assert browser.submit("/login/recovery-code", code=app.recovery_codes[0]).status == 422
    assert browser.submit("/login/recovery-code", code=made[0]).h1 == "SIP accounts"


def test_whoever_has_no_second_factor_gets_no_recovery_codes(alice: Browser) -> None:
    assert alice.open("/security/recovery-codes").h1 == "Security"


def test_a_name_that_is_given_away_anew_has_no_second_factor_of_the_one_before(
    harness: AppHarness, alice: Browser
) -> None:
    set_up_app(alice, harness.clock)
    alice.submit("/account/delete", customer_username="alice")
    harness.service_fixture.signed_in.pop("alice", None)
    harness.add_customer("alice")
    assert harness.browser().sign_in("alice").h1 == "SIP accounts"


def test_a_customer_who_leaves_over_soap_takes_the_second_factor_along(harness: AppHarness) -> None:
    token = harness.service_fixture.token_of("alice")
    secrets = TotpSecrets(harness.database, harness.keyring)
    secrets.put("alice", "JBSWY3DPEHPK3PXP", 1)
    service = service_of(harness.app)
    assert service is not None
    ProvisioningClient(service, ClientIdentity(token)).delete_customer("alice")
    assert secrets.of("alice") is None


def test_in_front_of_another_service_an_app_is_set_up_all_the_same_and_the_page_promises_no_more(
    mysql_front: Front,
) -> None:
    alice = mysql_front.signed_in("alice-kelly")
    page = alice.open("/security")
    assert "Programs that use the service itself are asked for nothing but the password." in page.text
    assert "Tokens for programs" not in page.links
    assert alice.open("/security/tokens").status == 404
    set_up_app(alice, mysql_front.harness.clock)
    assert "UpdateSecondFactor" not in mysql_front.harness.calls
    assert "app password" not in alice.open("/security").text


def test_in_front_of_another_service_a_deleted_customer_leaves_no_second_factor(mysql_front: Front) -> None:
    alice = mysql_front.signed_in("alice-kelly")
    set_up_app(alice, mysql_front.harness.clock)
    assert alice.submit("/account/delete", customer_username="alice-kelly").notes == [
        "The account alice-kelly is deleted."
    ]
    assert mysql_front.signed_in("alice-kelly").open("/sip-accounts").h1 == "SIP accounts"
