"""Setting up a phone: the values to type, the password and the code for those who ask, and what the form says."""

from dataclasses import replace
from typing import Any

import pytest
import segno

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.sip_engine import PhoneServer
from sipsorcery_web.portal.areas.sip_accounts import phones
from tests.factories.records import sip_account
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page
from tests.portal.fake_sip_engine import SERVER, FakeEngine

PASSWORD = "bl4ckbird!"


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    return harness.account("alice", "front-desk")


def address_of(account: SIPAccount) -> str:
    return f"/sip-accounts/{account.id}/phone"


def values(page: Page) -> dict[str, str]:
    """Return the texts to type, by the id of their place."""
    return {each.get("id", ""): each.text or "" for each in page.all("//dl[@class='phone-values']//span[@id]")}


def asked_for_all(browser: Browser, account: SIPAccount) -> Page:
    return browser.open(address_of(account)).submit()


def test_the_page_tells_what_to_type_but_not_the_password(
    sip_engine: FakeEngine, alice: Browser, desk: SIPAccount
) -> None:
    page = alice.open(address_of(desk))
    assert page.h1 == "Set up a phone"
    assert values(page) == {
        "phone-username": "front-desk",
        "phone-domain": "sip.example.org",
        "phone-server": "192.0.2.5:5060",
    }
    assert "UDP, TCP" in page.text
    assert "TLS" not in page.text
    assert not page.all("//figure")


def test_password_and_code_come_when_they_are_asked_for(
    sip_engine: FakeEngine, alice: Browser, desk: SIPAccount
) -> None:
    page = asked_for_all(alice, desk)
    assert page.response.headers["Cache-Control"] == "private, no-store"
    assert values(page)["phone-password"] == PASSWORD
    code = page.one("//figure//div[@role='img']")
    assert len(code.xpath(".//*[local-name()='svg']")) == 1
    assert not code.xpath(".//@style")


def test_bob_is_not_shown_the_code_of_alice(sip_engine: FakeEngine, bob: Browser, desk: SIPAccount) -> None:
    page = bob.post(address_of(desk), {"csrf_token": bob.token()})
    assert page.status == 404
    assert PASSWORD not in page.source


def test_without_a_token_nothing_is_shown(sip_engine: FakeEngine, alice: Browser, desk: SIPAccount) -> None:
    page = alice.post(address_of(desk), {})
    assert page.status == 400
    assert PASSWORD not in page.source


def test_the_code_holds_the_settings_as_the_app_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    made = segno.make

    def noted(text: str, **options: Any) -> object:
        texts.append(text)
        return made(text, **options)

    monkeypatch.setattr(segno, "make", noted)
    phones.code_of(sip_account("front-desk", sip_password="a<&>9xyz"), SERVER)
    assert texts == [
        '<?xml version="1.0" encoding="utf-8"?><AccountConfig version="1"><Account>'
        "<RegisterServer>sip.example.org</RegisterServer><OutboundServer>192.0.2.5:5060</OutboundServer>"
        "<UserID>front-desk</UserID><AuthID>front-desk</AuthID><AuthPass>a&lt;&amp;&gt;9xyz</AuthPass>"
        "<AccountName>front-desk</AccountName><DisplayName>front-desk</DisplayName></Account></AccountConfig>"
    ]


def test_the_longest_settings_have_room_in_a_code() -> None:
    account = sip_account("x" * 32, sip_domain="d" * 128, sip_password="&" * 15)
    server = replace(SERVER, host="[2001:db8:85a3:8d3:1319:8a2e:370:7348]", port=50600)
    assert "<svg" in phones.code_of(account, server)


def test_an_account_without_a_password_is_given_one_first(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser
) -> None:
    account = harness.account("alice", "after-hours", is_incoming_only=True, sip_password=None)
    page = alice.open(address_of(account))
    assert "None is stored" in page.text
    assert not page.all("//main//form[@method='post' and not(@action)]")
    assert "None is stored" in alice.post(address_of(account), {"csrf_token": alice.token()}).text


def test_a_disabled_account_says_that_no_phone_can_register(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser
) -> None:
    account = harness.account("alice", "closed-desk", is_user_disabled=True)
    assert "no phone can register with it" in alice.open(address_of(account)).text


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (replace(SERVER, tls_port=5061, transports=("UDP", "TCP", "TLS")), "UDP, TCP, TLS TLS at port 5061"),
        (replace(SERVER, digest="SHA-256"), "The password is proved with SHA-256"),
        (replace(SERVER, host="127.0.0.1"), "only phones on its own machine can reach"),
        (replace(SERVER, host="[::1]"), "only phones on its own machine can reach"),
        (replace(SERVER, domain="sip.other.example"), "has to find the server of sip.example.org in the DNS"),
        (SERVER, "A phone that asks for one server only takes 192.0.2.5:5060"),
    ],
    ids=["TLS", "SHA-256", "loopback", "loopback of IPv6", "another domain", "the default domain"],
)
def test_what_phones_have_to_know_of_the_engine_is_said(
    sip_engine: FakeEngine, alice: Browser, desk: SIPAccount, server: PhoneServer, words: str
) -> None:
    sip_engine.server = server
    assert words in alice.open(address_of(desk)).text


def test_list_and_form_lead_to_it(sip_engine: FakeEngine, alice: Browser, desk: SIPAccount) -> None:
    assert alice.open("/sip-accounts?q=front-desk").follow("Set up a phone").path == address_of(desk)
    assert alice.open(f"/sip-accounts/{desk.id}").follow("Set up a phone").path == address_of(desk)


def test_without_an_engine_nothing_leads_there(alice: Browser, desk: SIPAccount) -> None:
    for path in ("/sip-accounts", f"/sip-accounts/{desk.id}"):
        assert "Set up a phone" not in alice.open(path).source
