"""The form of an account with a SIP engine, where there is one."""

import pytest

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.http.sip_engine import SIPEngine
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.fake_sip_engine import FakeEngine


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    return harness.account("alice", "front-desk")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"^203\.0\.113\.41:", "The SIP engine trusts 203.0.113.41/32."),
        (
            r"^203\.0\.113\.(4[0-9]):",
            "The SIP engine cannot use this expression: it asks every caller for the password.",
        ),
    ],
)
def test_trying_tells_what_the_engine_makes_of_the_expression(
    sip_engine: FakeEngine, alice: Browser, desk: SIPAccount, expression: str, words: str
) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert "The SIP engine trusts" not in page.text
    tried = page.submit(None, "Try it", ip_address_acl=expression, test_address="203.0.113.41")
    assert words in tried.text


def test_saving_what_the_engine_cannot_use_warns(sip_engine: FakeEngine, alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}").submit(ip_address_acl=".*")
    assert page.notes[1:] == [
        "The expression for trusted addresses of front-desk@sip.example.org is not used: the SIP engine reads whole "
        "addresses and beginnings of addresses alone."
    ]


@pytest.mark.parametrize("words", ["A phone that registers needs one.", "To register, a phone always needs"])
def test_the_form_says_what_the_engine_does_otherwise(
    harness: AppHarness, alice: Browser, desk: SIPAccount, sip_engine: FakeEngine, words: str
) -> None:
    assert words in alice.open(f"/sip-accounts/{desk.id}").text
    del parts_of(harness.app)[SIPEngine]
    assert words not in alice.open(f"/sip-accounts/{desk.id}").text
