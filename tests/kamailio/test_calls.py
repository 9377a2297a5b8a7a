"""Calls between accounts: what phones do, and what the pages show of it."""

import time
from collections.abc import Callable, Sequence

from sipsorcery_web.contract.records import SIPAccount, SIPCDRAsset
from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .sipp import ACKED, ANSWER, BUSY, CANCELLED, CONVERSATION, HUNG_UP, RING, SESSION_PROGRESS, Phone, pause, receive
from .user_agent import UserAgent


def record(harness: KamailioHarness, owner: str, phone: Phone | UserAgent) -> SIPCDRAsset:
    """The record of the one call of a phone, as its owner gets it."""

    def look() -> Sequence[SIPCDRAsset]:
        harness.kamailio.poller.wake()
        found = harness.client(owner).cdrs.page()
        return [cdr for cdr in found if phone.username in (cdr.from_user, cdr.dst)]

    (found,) = eventually(look)
    return found


def records_page(harness: KamailioHarness, owner: str, phone: Phone | UserAgent) -> str:
    return " ".join(harness.page(owner, f"/cdrs?q={phone.username}").rows)


def legs(harness: KamailioHarness, owner: str, number: str) -> list[str]:
    return [row for row in harness.page(owner, "/calls").rows if number in row]


def test_alice_calls_bob_who_answers(harness: KamailioHarness, agent: Callable[..., UserAgent]) -> None:
    hers, his = agent("alice", "answered-hers"), agent("bobby", "answered-his")
    his.registers()
    hers.starts_a_call(f"{his.username}@{DOMAIN}")
    invite = his.hears("INVITE")
    his.replies(invite, 180, "Ringing")
    assert hers.hears("INVITE", 180)
    his.answers(invite)
    answer, began = hers.hears("INVITE", 200), time.monotonic()
    hers.leg(answer).acknowledges(answer)
    assert his.hears("ACK")

    assert eventually(lambda: legs(harness, "alice", his.username))
    assert legs(harness, "bobby", his.username)
    eventually(lambda: time.monotonic() - began > 1.5)
    hers.leg(answer).hangs_up_while(his)
    lasted = time.monotonic() - began
    out, into = record(harness, "alice", hers), record(harness, "bobby", his)
    assert (out.call_direction, into.call_direction) == ("Out", "In")
    assert (out.answered_status, out.answered_reason, out.hungup_reason) == (200, "OK", "Client dialogue hungup")
    assert out.duration == into.duration
    assert 1 <= out.duration <= lasted + 1
    assert (out.in_progress_status, out.in_progress_reason) == (180, "Ringing")
    assert (out.from_user, out.dst, out.dst_host) == (hers.username, his.username, DOMAIN)
    assert out.bridge_id == into.bridge_id
    assert f"{out.duration // 60}:{out.duration % 60:02}" in records_page(harness, "alice", hers)
    eventually(lambda: legs(harness, "alice", his.username) == [])


def test_the_other_side_hangs_up(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("hungup")
    answering = his.takes(*CONVERSATION[:3], *his.hangs_up_as_callee())
    calling = hers.calls(number, *hers.answered(number), *HUNG_UP)

    answering.wait()
    calling.wait()

    assert record(harness, "alice", hers).hungup_reason == "Server dialogue hungup"


def test_a_call_that_is_put_on_hold_goes_on(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("held")
    answering = his.takes(*CONVERSATION[:3], receive("INVITE", rrs="true"), ANSWER, ACKED, *HUNG_UP)

    hers.calls(number, *hers.answered(number), *hers.hold(number), *hers.hang_up(number)).wait()

    answering.wait()
    assert record(harness, "alice", hers).hungup_reason == "Client dialogue hungup"


def test_a_phone_that_is_out_of_reach_times_out(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("unplugged")

    hers.calls(number, *hers.refused(number, 408)).wait()

    cdr = record(harness, "alice", hers)
    assert (cdr.answered_status, cdr.hungup_reason, cdr.duration) == (408, "Timed out", 0)
    assert his.username in records_page(harness, "bobby", his)


def test_bob_is_busy(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("busy")
    answering = his.takes(RING, BUSY, ACKED)

    hers.calls(number, *hers.refused(number, 486)).wait()

    answering.wait()
    cdr = record(harness, "alice", hers)
    assert (cdr.answered_status, cdr.answered_reason, cdr.duration) == (486, "Busy Here", 0)
    assert "Busy" in records_page(harness, "bobby", his)


def test_a_record_keeps_the_last_progress_and_how_long_it_rang(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("progress")
    answering = his.takes(RING, pause(1), SESSION_PROGRESS, pause(2), BUSY, ACKED)

    hers.calls(number, receive(183), *hers.refused(number, 486)).wait()

    answering.wait()
    cdr = record(harness, "alice", hers)
    assert (cdr.in_progress_status, cdr.in_progress_reason) == (183, "Session Progress")
    assert cdr.ring_duration == 2
    assert "after 2 s of ringing" in harness.page("alice", f"/cdrs/{cdr.id}").text


def test_alice_gives_up_before_bob_answers(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("cancelled")
    ringing = his.takes(RING, *CANCELLED)

    hers.calls_and_cancels(number).wait()

    ringing.wait()
    cdr = record(harness, "alice", hers)
    assert (cdr.answered_status, cdr.hungup_reason) == (487, "Client cancelled")
    assert cdr.hungup_time is not None


def test_nobody_has_registered_at_the_number(harness: KamailioHarness) -> None:
    hers = harness.phone(harness.account("alice", "calls-nobody"))
    silent = harness.account("bobby", "silent-one")
    number = f"{silent.sip_username}@{DOMAIN}"

    hers.calls(number, *hers.refused(number, 480)).wait()

    cdr = record(harness, "alice", hers)
    assert (cdr.answered_status, cdr.answered_reason) == (480, "Temporarily Unavailable")
    assert "silent-one" in records_page(harness, "bobby", harness.phone(silent))


def test_an_unknown_name_is_not_found(harness: KamailioHarness) -> None:
    hers = harness.phone(harness.account("alice", "calls-stranger"))
    number = f"no-such-name@{DOMAIN}"

    hers.calls(number, *hers.refused(number, 480)).wait()

    cdr = record(harness, "alice", hers)
    assert (cdr.answered_status, cdr.answered_reason) == (480, "SIP account missing dialplan setting")


def test_a_wrong_password_does_not_call(harness: KamailioHarness) -> None:
    account = harness.account("alice", "calls-wrongly")
    hers = harness.phone(account, password="guessed1")
    number = f"whoever@{DOMAIN}"

    hers.calls(number, *hers.refused(number, 403)).wait()

    cdr = record(harness, "alice", hers)
    assert (cdr.answered_status, cdr.answered_reason) == (403, "Wrong name or password")


def test_an_account_for_incoming_calls_does_not_call(harness: KamailioHarness) -> None:
    hers, _, number = harness.pair("incoming", is_incoming_only=True)

    hers.calls(number, *hers.refused(number, 403)).wait()

    assert record(harness, "alice", hers).answered_reason == "SIP account not permitted to make outgoing calls"


def test_a_trusted_address_calls_without_a_password(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("trusted", ip_address_acl=r"^127\.0\.0\.1:\d+")
    answering = his.takes(*CONVERSATION)

    hers.calls_without_password(number, *hers.talk(number, seconds=0.2)).wait()

    answering.wait()
    assert record(harness, "alice", hers).answered_status == 200


def test_all_phones_of_an_account_ring_and_the_first_one_takes_the_call(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("forked")
    second = Phone(his.folder, his.proxy, his.username, his.password, his.domain)
    second.register()
    answering, ringing = his.takes(*CONVERSATION), second.takes(RING, *CANCELLED)

    hers.calls(number, *hers.talk(number, seconds=0.2)).wait()

    answering.wait()
    ringing.wait()
    assert record(harness, "alice", hers).answered_status == 200


def test_a_disabled_account_cannot_be_called(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("switchedoff")
    account: SIPAccount = harness.stored("bobby", his.username)
    harness.client("bobby").sip_accounts.update(account.with_(is_user_disabled=True))

    hers.calls(number, *hers.refused(number, 403)).wait()

    assert record(harness, "alice", hers).answered_reason == "SIP account disabled"


def test_whoever_says_a_strange_domain_is_not_taken(harness: KamailioHarness) -> None:
    _, his, number = harness.pair("foreign")
    stranger = Phone(his.folder, his.proxy, "stranger", "secret1", "elsewhere.example")

    stranger.calls_without_password(number, *stranger.refused(number, 403)).wait()

    assert harness.nobodys_records() == []


def test_a_name_that_is_nobodys_is_refused_without_a_record(harness: KamailioHarness) -> None:
    nobody = Phone(harness.folder / "sipp", f"{HOME}:{harness.settings.sip_port}", "no-account", "secret1", DOMAIN)
    number = f"whoever@{DOMAIN}"

    nobody.calls(number, *nobody.refused(number, 403)).wait()

    assert harness.nobodys_records() == []
