"""Pages of lists that are kept: for whom, how long, and how many."""

import pytest

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.live.kept_pages import KeptPages
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

LIST = "/sip-accounts"


def kept(harness: AppHarness) -> KeptPages:
    return parts_of(harness.app)[KeptPages]  # type: ignore[no-any-return]


def token_of(browser: Browser) -> str:
    return str(browser.open(LIST).tree.xpath("string(//form[@id='reveal']/input[@name='csrf_token']/@value)"))


def is_kept(harness: AppHarness, browser: Browser, path: str = LIST) -> bool:
    """Return True when a page is given without asking the service for its list."""
    harness.forget_calls()
    assert browser.raw("GET", path).status_code == 200
    return not harness.calls


def test_a_kept_page_has_a_token_of_its_own_that_is_good(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", sip_password="Longenough7")
    tokens = [token_of(alice) for _ in range(3)]
    assert len({*tokens}) == 3
    answer = alice.raw("POST", f"{LIST}/{account.id}/password", data={"csrf_token": tokens[2]})
    assert answer.status_code == 200


def test_no_token_is_kept(harness: AppHarness, alice: Browser) -> None:
    token = token_of(alice)
    assert token
    parts = [part for each in kept(harness).values() for part in each.parts]
    assert parts
    assert not [part for part in parts if token in part]


def test_a_password_that_is_shown_is_not_kept(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", sip_password="Longenough7")
    alice.open(LIST)
    answer = alice.raw("POST", f"{LIST}/{account.id}/password", data={"csrf_token": token_of(alice)})
    assert "Longenough7" in answer.text
    assert "Longenough7" not in alice.open(LIST).text
    assert not [part for each in kept(harness).values() for part in each.parts if "Longenough7" in part]


def test_what_is_told_once_is_not_kept(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    told = alice.open(f"{LIST}/{account.id}/delete").submit()
    assert "front-desk" in told.text
    assert is_kept(harness, alice)
    assert "front-desk" not in alice.open(LIST).text


def test_another_login_session_is_given_its_own(harness: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    for username in ("alice", "bobby"):
        other = harness.signed_in(username)
        kept(harness).clear()
        alice.open(LIST)
        assert is_kept(harness, alice)
        assert not is_kept(harness, other)


def test_a_session_that_has_ended_is_given_none(harness: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    harness.change_customer("alice", suspended=True)
    assert alice.raw("GET", LIST).headers["Location"].startswith("/login")


@pytest.mark.parametrize("control", ["no-cache", "max-age=0"])
def test_a_browser_that_reloads_has_the_list_read(harness: AppHarness, alice: Browser, control: str) -> None:
    alice.open(LIST)
    harness.forget_calls()
    alice.raw("GET", LIST, headers={"Cache-Control": control})
    assert "GetSIPAccounts" in harness.calls


def test_a_size_that_is_chosen_is_remembered_with_a_kept_page_too(harness: AppHarness, alice: Browser) -> None:
    for _ in range(2):
        alice.client.delete_cookie("page_size")
        answer = alice.raw("GET", f"{LIST}?size=50")
        assert "page_size=50" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("path", "operation"), [(LIST, "GetSIPRegistrarBindings"), ("/providers", "GetSIPProviderBindings")]
)
def test_what_the_service_did_not_tell_is_asked_for_again(
    harness: AppHarness, alice: Browser, path: str, operation: str
) -> None:
    harness.provider("alice", "northline", register_enabled=True, register_contact="sip:alice@sip.example.org")

    def fail() -> None:
        raise Unavailable("away")

    harness.watched.before[operation] = fail
    alice.open(path)
    harness.watched.before.clear()
    harness.clock.pass_(seconds=11)
    assert not is_kept(harness, alice, path)
    assert is_kept(harness, alice, path)
