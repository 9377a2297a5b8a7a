"""Calls that are asked for on a page: the account's own phone rings, then the other one, and both are joined."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sipsorcery_web.calls.third_party.assembly import desk_of, proxy_secret
from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable
from sipsorcery_web.contract.third_party_calls import CallRefused, CallState
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .two_phones import ANSWER, OFFER, Agents, Scene, answer, is_open, of, order
from .user_agent import SDP, UserAgent


@pytest.fixture
def scene(harness: KamailioHarness, agent: Agents) -> Callable[[str], Scene]:
    eventually(lambda: is_open(harness))
    return lambda name: Scene(harness, agent, name)


def test_both_phones_ring_in_turn_and_are_joined(scene: Callable[[str], Scene]) -> None:
    here = scene("joined")
    hers, _ = here.talk()

    hers.hangs_up()

    bye = here.his.hears("BYE")
    here.his.replies(bye, 200, "OK")
    assert here.becomes(CallState.OVER).ended_by == "first"
    (out,) = eventually(lambda: of(here, "alice"))
    assert (out.from_user, out.dst, out.answered_status) == ("joined-hers", "joined-his", 200)
    assert [cdr.dst for cdr in of(here, "bobby")] == ["joined-his"]


def test_no_secret_reaches_a_phone(scene: Callable[[str], Scene], harness: KamailioHarness) -> None:
    here = scene("secret")
    here.asks()
    invite = here.hers.hears("INVITE")

    assert not [name for name, _ in invite.headers if name.lower().startswith("x-third")]
    assert proxy_secret(harness.settings) not in repr(invite)
    here.desk.end(here.call, "alice")


def test_the_first_phone_shows_whom_it_will_call(scene: Callable[[str], Scene]) -> None:
    here = scene("shown")
    here.asks(second_name='Bob "the\r\nBuilder"')

    assert here.hers.hears("INVITE")["From"].startswith(f'"Bob theBuilder" <sip:shown-hers@{DOMAIN}>')
    here.desk.end(here.call, "alice")


def test_what_the_second_phone_sounds_like_while_it_rings_reaches_the_first(scene: Callable[[str], Scene]) -> None:
    here = scene("early")
    here.asks()
    here.hers_answers()
    invite = here.his.hears("INVITE")

    here.his.replies(invite, 183, "Session Progress", "early-his", body=ANSWER)

    here.is_told_of_his_sound()
    assert here.progress().is_ringing
    answer(here.his, invite, ANSWER)
    here.his.hears("ACK")
    assert here.hers.hears_nothing("INVITE")
    here.desk.end(here.call, "alice")


def test_a_second_phone_that_is_busy_ends_the_call_and_its_record_names_both(scene: Callable[[str], Scene]) -> None:
    here = scene("occupied")
    here.asks()
    here.hers_answers()

    here.his.replies(here.his.hears("INVITE"), 486, "Busy Here")

    bye = here.hers.hears("BYE")
    assert bye["Reason"] == "SIP;cause=486"
    here.hers.replies(bye, 200, "OK")
    over = here.becomes(CallState.OVER)
    assert (over.ended_by, over.status, over.phrase) == ("second", 486, "Busy Here")
    (record,) = eventually(lambda: of(here, "alice"))
    assert (record.from_user, record.dst, record.answered_status) == ("occupied-hers", "occupied-his", 486)


def test_a_first_phone_that_is_busy_leaves_a_record_that_says_whose_it_was(scene: Callable[[str], Scene]) -> None:
    here = scene("self")
    here.asks()

    here.hers.replies(here.hers.hears("INVITE"), 486, "Busy Here")

    assert here.becomes(CallState.OVER).ended_by == "first"
    assert here.his.hears_nothing("INVITE")
    (record,) = eventually(lambda: of(here, "alice"))
    assert (record.from_user, record.dst, record.call_direction) == ("self-hers", "self-his", "Out")
    assert (record.answered_status, record.answered_reason) == (486, "Own phone: Busy Here")
    assert of(here, "bobby") == []


def test_an_account_without_a_phone_leaves_a_record_too(
    harness: KamailioHarness, scene: Callable[[str], Scene]
) -> None:
    here = scene("absent")
    here.hers.registers(expires=0)
    here.asks()

    assert here.becomes(CallState.OVER).status == 480
    (record,) = eventually(lambda: of(here, "alice"))
    assert record.answered_reason == "Own phone: Temporarily Unavailable"


def test_a_first_phone_that_nobody_takes_up_stops_ringing(scene: Callable[[str], Scene]) -> None:
    here = scene("untaken")
    here.asks(ring_first=0.5)
    invite = here.hers.hears("INVITE")
    here.hers.replies(invite, 180, "Ringing")

    here.hers.replies(here.hers.hears("CANCEL"), 200, "OK")
    here.hers.replies(invite, 487, "Request Terminated")

    assert here.becomes(CallState.OVER).status == 408
    (record,) = eventually(lambda: of(here, "alice"))
    assert (record.answered_status, record.answered_reason) == (487, "Own phone: not answered")


def test_a_second_phone_that_nobody_takes_up_ends_both(scene: Callable[[str], Scene]) -> None:
    here = scene("missed")
    here.asks(ring_second=0.5)
    here.hers_answers()
    invite = here.his.hears("INVITE")
    here.his.replies(invite, 180, "Ringing")

    here.his.replies(here.his.hears("CANCEL"), 200, "OK")
    here.his.replies(invite, 487, "Request Terminated")

    here.hers.replies(here.hers.hears("BYE"), 200, "OK")
    assert here.becomes(CallState.OVER).ended_by == "second"


@pytest.mark.parametrize("by", ["her phone", "the page"])
def test_whoever_gives_up_while_the_second_rings_ends_both(scene: Callable[[str], Scene], by: str) -> None:
    here = scene("gives-up-" + by.replace(" ", ""))
    here.asks()
    leg = here.hers_answers()
    invite = here.his.hears("INVITE")
    here.his.replies(invite, 180, "Ringing")

    if by == "the page":
        assert here.desk.end(here.call, "alice")
        here.hers.replies(here.hers.hears("BYE"), 200, "OK")
    else:
        leg.hangs_up()

    here.his.replies(here.his.hears("CANCEL"), 200, "OK")
    here.his.replies(invite, 487, "Request Terminated")
    assert here.becomes(CallState.OVER).ended_by == ("us" if by == "the page" else "first")
    (record,) = eventually(lambda: of(here, "alice"))
    assert (record.dst, record.answered_status) == (here.his.username, 487)


def test_the_page_gives_up_before_her_phone_has_said_anything(scene: Callable[[str], Scene]) -> None:
    here = scene("quick")
    here.asks()
    assert here.desk.end(here.call, "alice")
    assert not here.desk.end(here.call, "alice")

    invite = here.hers.hears("INVITE")
    here.hers.replies(invite, 180, "Ringing")
    here.hers.replies(here.hers.hears("CANCEL"), 200, "OK")
    here.hers.replies(invite, 487, "Request Terminated")


def test_a_phone_that_answers_while_it_is_given_up_is_hung_up(scene: Callable[[str], Scene]) -> None:
    here = scene("crossed")
    here.asks()
    invite = here.hers.hears("INVITE")
    here.hers.replies(invite, 180, "Ringing", here.hers.username)
    here.desk.end(here.call, "alice")
    cancel = here.hers.hears("CANCEL")

    answer(here.hers, invite, OFFER)
    here.hers.replies(cancel, 200, "OK")

    here.hers.hears("ACK")
    here.hers.replies(here.hers.hears("BYE"), 200, "OK")


def test_the_second_phone_hangs_up(scene: Callable[[str], Scene]) -> None:
    here = scene("his-end")
    _, his = here.talk()

    his.hangs_up()

    here.hers.replies(here.hers.hears("BYE"), 200, "OK")
    assert here.becomes(CallState.OVER).ended_by == "second"


def test_a_call_that_goes_on_is_listed_once_and_ends_by_its_button(scene: Callable[[str], Scene]) -> None:
    here = scene("listed")
    here.talk()
    (leg,) = here.harness.legs("alice", "listed-his")
    assert here.harness.legs("alice", "listed-hers") == []

    assert here.harness.kamailio.control.hang_up(leg.id)

    here.hers.replies(here.hers.hears("BYE"), 200, "OK")
    here.his.replies(here.his.hears("BYE"), 200, "OK")
    here.becomes(CallState.OVER)


def test_a_phone_that_is_put_on_hold_tells_the_other(scene: Callable[[str], Scene]) -> None:
    here = scene("on-hold")
    hers, _ = here.talk()

    hers.says("INVITE", body=OFFER + "a=sendonly\r\n")

    again = here.his.hears("INVITE")
    assert "a=sendonly" in again.body
    here.his.replies(again, 200, "OK", body=ANSWER + "a=recvonly\r\n")
    here.his.hears("ACK")
    taken = here.hers.hears("INVITE", 200)
    assert "a=recvonly" in taken.body
    hers.acknowledges(taken)
    assert here.his.hears_nothing("INVITE")
    assert here.hers.hears_nothing("INVITE", 0.1)
    here.desk.end(here.call, "alice")


def test_a_phone_that_asks_for_an_offer_is_given_the_others(scene: Callable[[str], Scene]) -> None:
    here = scene("offerless")
    _, his = here.talk()

    his.says("INVITE")

    asked = here.hers.hears("INVITE")
    assert asked.body == ""
    here.hers.replies(asked, 200, "OK", body=OFFER)
    offered = here.his.hears("INVITE", 200)
    assert "m=audio 4100 " in offered.body
    his.says("ACK", body=ANSWER, cseq=int(offered["CSeq"].split()[0]))
    assert "m=audio 4200 " in here.hers.hears("ACK").body
    here.desk.end(here.call, "alice")


def test_a_transfer_reaches_the_other_phone_and_its_notice_comes_back(scene: Callable[[str], Scene]) -> None:
    here = scene("transfer")
    hers, his = here.talk()

    hers.says("REFER", f"Refer-To: <sip:charlie@{DOMAIN}>\r\n")

    refer = here.his.hears("REFER")
    assert refer["Refer-To"] == f"<sip:charlie@{DOMAIN}>"
    here.his.replies(refer, 202, "Accepted")
    here.hers.hears("REFER", 202)
    his.says("NOTIFY", "Event: refer;id=11\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n")
    notice = here.hers.hears("NOTIFY")
    assert (notice["Event"], notice["Subscription-State"]) == ("refer", "active")
    here.hers.replies(notice, 200, "OK")
    here.his.hears("NOTIFY", 200)
    here.desk.end(here.call, "alice")


def test_of_two_own_phones_that_answer_at_once_one_is_hung_up(
    harness: KamailioHarness, scene: Callable[[str], Scene]
) -> None:
    here = scene("two")
    account = harness.stored("alice", "two-hers")
    with UserAgent(harness, "two-hers", str(account.sip_password)) as other:
        other.registers()
        here.asks()
        invites = here.hers.hears("INVITE"), other.hears("INVITE")

        answer(here.hers, invites[0], OFFER)
        other.replies(invites[1], 200, "OK", "other", body=OFFER)

        here.his.hears("INVITE")
        ended = other if "BYE" not in " ".join(here.hers.heard) and other.hears("ACK") else here.hers
        ended.replies(ended.hears("BYE"), 200, "OK")
        assert here.progress().state is CallState.SECOND
        here.desk.end(here.call, "alice")


def test_an_account_has_one_such_call_at_a_time(scene: Callable[[str], Scene]) -> None:
    here = scene("one")
    here.asks()

    with pytest.raises(CallRefused, match="of this account"):
        here.desk.place(order("one"))
    with pytest.raises(CallRefused, match="calls of yours"):
        here.desk.place(order("another", most_of_owner=1))
    here.desk.end(here.call, "alice")


def test_bob_learns_nothing_of_alices_call_and_cannot_end_it(scene: Callable[[str], Scene]) -> None:
    here = scene("private")
    here.asks()

    assert here.desk.progress(here.call, "bobby") is None
    assert not here.desk.end(here.call, "bobby")
    assert here.progress().state is CallState.FIRST
    here.desk.end(here.call, "alice")


def test_bob_s_browser_makes_no_phone_of_alices_ring(harness: KamailioHarness, scene: Callable[[str], Scene]) -> None:
    here, bob = scene("clicked"), harness.own_browser("bobby")
    account = harness.stored("alice", "clicked-hers")
    asked = {"csrf_token": bob.token(), "to": f"clicked-his@{DOMAIN}", "account": str(account.id)}

    answer = bob.post("/calls/made/new", asked)

    assert here.hers.hears_nothing("INVITE")
    assert here.his.hears_nothing("INVITE")
    assert answer.status == 404


@pytest.mark.parametrize("token", ["", "bobby's"])
def test_a_page_elsewhere_makes_no_phone_ring_in_the_browser_that_looks_at_it(
    harness: KamailioHarness, scene: Callable[[str], Scene], token: str
) -> None:
    """CVE-2021-31584: all that it lacks is the token of her session, and bob has one of his own."""
    here, alice = scene(f"lured-{len(token)}"), harness.own_browser("alice")
    account = harness.stored("alice", here.hers.username)
    asked = {"to": f"{here.his.username}@{DOMAIN}", "account": str(account.id)}
    if token:
        asked["csrf_token"] = harness.own_browser("bobby").token()

    answer = alice.post("/calls/made/new", asked)

    assert here.hers.hears_nothing("INVITE")
    assert here.his.hears_nothing("INVITE")
    assert answer.status == 400


def test_the_secret_alone_does_not_make_anybody_the_controller(
    harness: KamailioHarness, agent: Agents, scene: Callable[[str], Scene]
) -> None:
    here = scene("forged")
    stranger = agent("bobby", "forger")
    stranger.password = ""

    answered = stranger.asks(
        "INVITE", f"sip:forged-his@{DOMAIN}", f"X-Third-Party: {proxy_secret(harness.settings)}\r\n",
        caller=f"<sip:forged-hers@{DOMAIN}>", body=SDP,
    )  # fmt: skip

    assert answered.status == 407
    assert here.his.hears_nothing("INVITE")


def test_an_account_that_is_for_incoming_calls_only_cannot_call(
    harness: KamailioHarness, scene: Callable[[str], Scene]
) -> None:
    here = scene("receives")
    account = harness.stored("alice", "receives-hers")
    harness.client("alice").sip_accounts.update(account.with_(is_incoming_only=True))

    here.asks()

    assert here.becomes(CallState.OVER).status == 403
    assert here.hers.hears_nothing("INVITE")


def test_nobody_is_heard_at_the_desk_without_its_secret(
    harness: KamailioHarness, scene: Callable[[str], Scene]
) -> None:
    scene("desk")
    wrong = replace(desk_of(harness.settings), secret="guessed")

    with pytest.raises(SIPEngineUnavailable):
        wrong.place(order("desk"))
