"""The open sessions of a customer: seen, and ended, one and all others."""

from uuid import UUID, uuid4

import pytest

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.hashes import hash_secret, shown_id
from sipsorcery_web.portal.http.session import COOKIE, PortalSessions
from sipsorcery_web.portal.http.session_records import read_contents
from tests.portal.app_harness import CAST, AppHarness
from tests.portal.browser import Browser
from tests.portal.conftest import HarnessWith
from tests.portal.genuine import Front
from tests.portal.live.conftest import look
from tests.portal.storage.support import a_redis

LIST = "/security/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
CAFE = "203.0.113.9"


@pytest.fixture(params=["table", "redis"])
def house(request: pytest.FixtureRequest, harness_with: HarnessWith) -> AppHarness:
    """A house with its sessions in the database, and one with them in Redis."""
    if request.param == "table":
        return with_new_sessions(harness_with())
    with a_redis() as (url, _):
        return with_new_sessions(harness_with(session_url=url))


def with_new_sessions(house: AppHarness) -> AppHarness:
    """A house whose cast has no session yet, but for one of a program each."""
    house.forget_sessions()
    for username in CAST:
        house.revoke(username)
        fixture = house.service_fixture
        fixture.signed_in[username] = fixture.client(fixture.token_of(username))
    return house


def elsewhere(harness: AppHarness, username: str = "alice") -> Browser:
    """Another browser, in a café, in which somebody has signed in."""
    return harness.signed_in(username, REMOTE_ADDR=CAFE, HTTP_USER_AGENT=FIREFOX)


def ids(browser: Browser) -> list[str]:
    """The ids of the sessions that can be ended."""
    buttons = browser.open(LIST).all("//button[@form='end']")
    return [str(button.get("formaction")).split("/")[-2] for button in buttons]


def end(browser: Browser, session_id: str | UUID) -> int:
    return browser.post(f"{LIST}/{session_id}/end", {"csrf_token": browser.token()}).status


def is_signed_in(browser: Browser) -> bool:
    return browser.raw("GET", "/account").status_code == 200


def test_alice_sees_each_of_her_sessions_with_device_address_and_times(house: AppHarness) -> None:
    alice = house.signed_in("alice", HTTP_USER_AGENT=FIREFOX)
    house.clock.pass_(minutes=7)
    elsewhere(house)

    first, other, program = alice.open(LIST).rows

    assert first.startswith("Firefox on Linux this one 127.0.0.1 23 Nov 2026 12:00:00 23 Nov 2026 12:07:00")
    assert other.startswith(f"Firefox on Linux {CAFE} 23 Nov 2026 12:07:00 23 Nov 2026 12:07:00 23 Nov 2026 13:07:00")
    assert program.startswith("A program, with your password 127.0.0.1 23 Nov 2026 12:00:00 Not noted")


def test_the_last_use_is_noted_once_in_five_minutes_with_its_address(house: AppHarness) -> None:
    alice, other = house.signed_in("alice"), elsewhere(house)
    house.clock.pass_(minutes=4, seconds=59)
    other.environment["REMOTE_ADDR"] = "198.51.100.7"
    other.open("/account")
    assert f"{CAFE} 23 Nov 2026 12:00:00 23 Nov 2026 12:00:00" in " ".join(alice.open(LIST).rows)
    house.clock.pass_(seconds=1)
    other.open("/account")
    assert "198.51.100.7 23 Nov 2026 12:00:00 23 Nov 2026 12:05:00" in " ".join(alice.open(LIST).rows)


def test_a_list_that_looks_at_itself_again_is_no_use(house: AppHarness) -> None:
    alice, other = house.signed_in("alice"), elsewhere(house)
    house.clock.pass_(minutes=5)
    look(other, "/sip-accounts")
    assert f"{CAFE} 23 Nov 2026 12:00:00 23 Nov 2026 12:00:00" in " ".join(alice.open(LIST).rows)


def test_a_session_that_is_ended_is_signed_out_here_and_at_the_service(house: AppHarness) -> None:
    alice, other = house.signed_in("alice"), elsewhere(house)
    before = house.service_sessions("alice")
    (cafe,) = [each for each in ids(alice) if each != str(_program_id(house))]

    page = alice.post(f"{LIST}/{cafe}/end", {"csrf_token": alice.token()})

    assert page.notes == ["The session is ended. Whoever used it is signed out."]
    assert not is_signed_in(other)
    assert is_signed_in(alice)
    assert house.service_sessions("alice") == before - 1
    assert cafe not in ids(alice)


def test_a_programs_session_can_be_ended_too(house: AppHarness) -> None:
    alice = house.signed_in("alice")
    assert end(alice, _program_id(house)) == 200
    with pytest.raises(SessionExpired):
        house.service_fixture.alice.sip_accounts.count()
    assert is_signed_in(alice)


def test_ending_all_others_signs_out_browsers_and_programs_and_leaves_this_one(house: AppHarness) -> None:
    alice, other, bob = house.signed_in("alice"), elsewhere(house), house.signed_in("bobby")

    page = alice.open(LIST).submit(action=f"{LIST}/end-others")

    assert page.notes == ["All other sessions are ended. Only this one is signed in."]
    assert len(page.rows) == 1
    assert "End all other sessions" not in page.text
    assert not is_signed_in(other)
    with pytest.raises(SessionExpired):
        house.service_fixture.alice.sip_accounts.count()
    assert (is_signed_in(alice), is_signed_in(bob)) == (True, True)
    assert house.service_sessions("alice") == 1


def test_this_session_is_ended_by_signing_out_alone(house: AppHarness) -> None:
    alice = house.signed_in("alice")
    here = _id_of_browser(house, alice)
    page = alice.post(f"{LIST}/{here}/end", {"csrf_token": alice.token()})
    assert page.notes == ["This is the session that you use. Sign out to end it."]
    assert is_signed_in(alice)


def test_a_session_that_was_signed_out_is_gone_from_the_list(house: AppHarness) -> None:
    alice, other = house.signed_in("alice"), elsewhere(house)
    assert len(alice.open(LIST).rows) == 3
    other.sign_out()
    assert len(alice.open(LIST).rows) == 2


def test_bob_does_not_find_alices_session(house: AppHarness) -> None:
    alice, bob, other = house.signed_in("alice"), house.signed_in("bobby"), elsewhere(house)
    for session_id in [*ids(alice), str(_id_of_browser(house, alice))]:
        assert end(bob, session_id) == 404
    assert end(bob, uuid4()) == 404
    assert (is_signed_in(alice), is_signed_in(other)) == (True, True)
    assert house.service_fixture.alice.sip_accounts.count() == 1


def test_an_administrator_sees_and_ends_only_sessions_of_their_own(house: AppHarness) -> None:
    administrator, alice = house.signed_in("root-admin"), house.signed_in("alice")
    assert end(administrator, _id_of_browser(house, alice)) == 404
    assert len(administrator.open(LIST).rows) == 2


def test_no_session_ends_without_the_forms_token(house: AppHarness) -> None:
    alice, other = house.signed_in("alice"), elsewhere(house)
    for address in (*(f"{LIST}/{each}/end" for each in ids(alice)), f"{LIST}/end-others"):
        assert alice.post(address, {}).status == 400
    assert is_signed_in(other)


def test_the_ids_that_are_shown_open_nothing(house: AppHarness) -> None:
    alice = house.signed_in("alice")
    shown = alice.open(LIST).source
    cookie = alice.client.get_cookie(COOKIE)
    assert cookie is not None
    for secret in (cookie.value, hash_secret(cookie.value)):
        assert secret not in shown
    stranger = house.browser()
    stranger.client.set_cookie(COOKIE, ids(alice)[0])
    assert not is_signed_in(stranger)


def test_a_session_that_is_over_is_not_shown(house: AppHarness) -> None:
    alice = house.signed_in("alice")
    house.clock.pass_(minutes=50)
    alice.open("/account")
    house.clock.pass_(minutes=15)
    assert len(alice.open(LIST).rows) == 1


def test_a_session_that_ended_at_the_service_is_not_shown(house: AppHarness) -> None:
    elsewhere(house)
    house.service_fixture.alice.end_other_sessions()
    alice = house.signed_in("alice")
    assert CAFE not in alice.open(LIST).text


def test_the_start_page_counts_the_others(harness: AppHarness, alice: Browser) -> None:
    assert "1 other is signed in beside this one." in alice.open("/security").text
    alice.open(LIST).submit(action=f"{LIST}/end-others")
    assert "This one is the only one." in alice.open("/security").text
    assert alice.open("/security").follow("Open sessions").h1 == "Open sessions"


def test_in_front_of_another_service_the_portals_own_sessions_are_shown_and_end_there_too(front: Front) -> None:
    alice, other = front.signed_in("alice"), front.harness.browser()
    other.sign_in("alice")
    assert len(alice.open(LIST).rows) == 2
    (session_id,) = ids(alice)

    assert end(alice, session_id) == 200

    assert not is_signed_in(other)
    assert len(front.service.calls("Logout")) == 1
    assert end(alice, session_id) == 404


def test_in_front_of_another_service_all_others_end_and_bobs_do_not(front: Front) -> None:
    alice, bob, others = front.signed_in("alice"), front.signed_in("bobby"), [front.harness.browser() for _ in range(2)]
    for other in others:
        other.sign_in("alice")

    alice.open(LIST).submit(action=f"{LIST}/end-others")

    assert [is_signed_in(other) for other in others] == [False, False]
    assert len(front.service.calls("Logout")) == 2
    assert (is_signed_in(alice), is_signed_in(bob)) == (True, True)


def _program_id(house: AppHarness) -> UUID:
    """The id of the session that a program of alice's has."""
    client = house.service_fixture.alice
    return shown_id(hash_secret(client._visitor.token or ""))


def _id_of_browser(house: AppHarness, browser: Browser) -> UUID:
    """The id of the session of this browser, which no page has."""
    sessions, cookie = house.app.session_interface, browser.client.get_cookie(COOKIE)
    assert isinstance(sessions, PortalSessions)
    assert cookie is not None
    stored = sessions.storage.read(cookie.value)
    contents = stored and read_contents(stored)
    assert contents
    assert contents.login is not None
    return contents.login.id
