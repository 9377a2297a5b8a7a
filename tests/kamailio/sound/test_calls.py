"""Calls whose sound is relayed: early sound, hold, offers that come late, several phones."""

from tests.kamailio.harness import KamailioHarness

from .namespaces import SERVER
from .rtp import place
from .telephones import PACKETS, Call, Telephones, hangs_up, opens_the_way, talk


def test_ice_is_left_out_where_sound_is_relayed_and_left_alone_where_not(telephone: Telephones) -> None:
    candidates = (
        "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
        "a=candidate:1 1 UDP 2130706431 127.0.0.1 8998 typ host\r\na=end-of-candidates\r\na=sendrecv\r\n"
    )
    his = telephone("bobby", "ice-his", "b")
    his.agent.registers()
    behind, before = telephone("alice", "ice-behind", "home-a"), telephone("alice", "ice-before", "a")
    for phone in (behind, before):
        phone.agent.sdp = phone.sound.offer(more=candidates)

    direct = talk(before, his)
    assert direct.invite.body == before.agent.sdp
    hangs_up(direct)
    relayed = talk(behind, his)
    assert "ice-" not in relayed.invite.body
    assert "candidate" not in relayed.invite.body
    assert "a=sendrecv" in relayed.invite.body
    hangs_up(relayed)


def test_what_is_heard_before_the_answer_comes_through_the_relay(telephone: Telephones) -> None:
    hers, his = telephone("alice", "early-hers", "home-a"), telephone("bobby", "early-his", "home-b")
    his.agent.registers()
    hers.agent.starts_a_call(his.number)
    invite = his.agent.hears("INVITE")

    his.agent.replies(invite, 183, "Session Progress", body=his.agent.sdp)

    progress = hers.agent.hears("INVITE", 183)
    hers.sound.says(place(progress.body))
    his.sound.says(place(invite.body), PACKETS)
    assert {source for source, _ in hers.sound.hears(PACKETS)} == {SERVER}
    his_leg = his.agent.answers(invite)
    answer = hers.agent.hears("INVITE", 200)
    her_leg = hers.agent.leg(answer)
    her_leg.acknowledges(answer)
    assert place(answer.body) == place(progress.body)
    hangs_up(Call(hers, his, invite, answer, her_leg, his_leg))


def test_a_call_is_put_on_hold_and_goes_on(telephone: Telephones) -> None:
    hers, his = telephone("alice", "hold-hers", "home-a"), telephone("bobby", "hold-his", "home-b")
    his.agent.registers()
    call = talk(hers, his)
    opens_the_way(call)

    for way in ("a=sendonly\r\n", "a=sendrecv\r\n"):
        call.his_leg.says("INVITE", body=his.sound.offer(more=way))
        again = hers.agent.hears("INVITE")
        assert place(again.body) == place(call.invite.body) or place(again.body)[0] == SERVER
        assert way.strip() in again.body
        hers.agent.replies(again, 200, "OK", body=hers.agent.sdp)
        agreed = his.agent.hears("INVITE", 200)
        assert place(agreed.body)[0] == SERVER
        call.his_leg.acknowledges(agreed)
        hers.agent.hears("ACK")
        opens_the_way(call)

    for talking, to, listening in call.ways:
        talking.sound.says(to, PACKETS)
        listening.sound.hears(PACKETS)
    hangs_up(call)


def test_a_call_whose_answer_makes_the_offer_is_relayed(telephone: Telephones) -> None:
    hers, his = telephone("alice", "offer-hers", "home-a"), telephone("bobby", "offer-his", "home-b")
    his.agent.registers()
    sdp, hers.agent.sdp = hers.agent.sdp, ""
    hers.agent.starts_a_call(his.number)
    invite = his.agent.hears("INVITE")
    his_leg = his.agent.answers(invite)
    offer = hers.agent.hears("INVITE", 200)

    her_leg = hers.agent.leg(offer)
    her_leg.says("ACK", body=sdp, cseq=int(offer["CSeq"].split()[0]))

    ack = his.agent.hears("ACK")
    call = Call(hers, his, ack, offer, her_leg, his_leg)
    assert place(ack.body)[0] == place(offer.body)[0] == SERVER
    opens_the_way(call)
    for talking, to, listening in call.ways:
        talking.sound.says(to, PACKETS)
        listening.sound.hears(PACKETS)
    hangs_up(call)


def test_of_two_phones_that_ring_the_one_behind_nat_can_answer(harness: KamailioHarness, telephone: Telephones) -> None:
    account = harness.account("bobby", "fork-his")
    hers = telephone("alice", "fork-hers", "a")
    before = telephone("bobby", "fork-his", "b", account)
    behind = telephone("bobby", "fork-his", "home-b", account)
    for phone in (before, behind):
        phone.agent.registers()
    hers.agent.starts_a_call(behind.number)
    ringing = before.agent.hears("INVITE")
    invite = behind.agent.hears("INVITE")
    before.agent.replies(ringing, 180, "Ringing", tag="before")

    his_leg = behind.agent.answers(invite)

    before.agent.replies(before.agent.hears("CANCEL"), 200, "OK")
    before.agent.replies(ringing, 487, "Request Terminated", tag="before")
    answer = hers.agent.hears("INVITE", 200)
    her_leg = hers.agent.leg(answer)
    her_leg.acknowledges(answer)
    call = Call(hers, behind, invite, answer, her_leg, his_leg)
    opens_the_way(call)
    for talking, to, listening in call.ways:
        talking.sound.says(to, PACKETS)
        listening.sound.hears(PACKETS)
    hangs_up(call)
