"""Several telephones of one account.

Which answer wins, and what becomes of the others (RFC 3261, sections 13.2 and 16.7).
"""

import time
from collections.abc import Callable

import pytest

from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.running import free_port

from .harness import KamailioHarness, eventually
from .user_agent import UserAgent

Agents = Callable[..., UserAgent]


def second_phone(agent: UserAgent, contact: str = "") -> UserAgent:
    """Another telephone of the same account."""
    return UserAgent(agent.harness, agent.username, agent.password, contact=contact)


def nowhere(username: str) -> str:
    """The contact of a telephone that was switched off without a word."""
    return f"sip:{username}@{HOME}:{free_port()}"


@pytest.mark.parametrize(
    ("status", "reason"), [(486, "Busy Here"), (480, "Gone home"), (600, "Busy"), (603, "Decline")]
)
def test_what_a_person_answers_wins_over_a_telephone_that_is_dead(
    harness: KamailioHarness, agent: Agents, status: int, reason: str
) -> None:
    name = f"said-{status}"
    hers = agent("alice", f"{name}-hers")
    his = agent("bobby", f"{name}-his", {"dont_mangle_enabled": True})
    his.registers()
    with second_phone(his, contact=nowhere(his.username)) as dead:
        dead.registers()

    hers.starts_a_call(f"{his.username}@{DOMAIN}")
    his.replies(his.hears("INVITE"), status, reason)

    answer = hers.hears("INVITE", *range(300, 700))
    assert answer.start == f"SIP/2.0 {status} {reason}"
    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == his.username])
    assert (cdr.answered_status, cdr.answered_reason) == (status, reason)
    assert cdr.hungup_reason != "Timed out"


def test_a_telephone_that_does_not_know_the_call_does_not_speak_for_the_person(
    harness: KamailioHarness, agent: Agents
) -> None:
    hers, his = agent("alice", "lower-hers"), agent("bobby", "lower-his")
    his.registers()
    with second_phone(his) as other:
        other.registers()
        hers.starts_a_call(f"lower-his@{DOMAIN}")
        his.replies(his.hears("INVITE"), 486, "Busy Here")
        other.replies(other.hears("INVITE"), 404, "Not Found")

        assert hers.hears("INVITE", *range(300, 700)).status == 486


def test_two_telephones_that_answer_at_once_are_both_told_what_becomes_of_it(
    harness: KamailioHarness, agent: Agents
) -> None:
    hers, his = agent("alice", "both-hers"), agent("bobby", "both-his", contact="sip:both-his@10.0.0.8:5060")
    his.registers()
    with second_phone(his, contact="sip:both-his@10.0.0.9:5060") as other:
        other.registers()
        hers.starts_a_call(f"both-his@{DOMAIN}")
        invites = {phone: phone.hears("INVITE") for phone in (his, other)}
        for tag, (phone, invite) in zip(("first", "second"), invites.items(), strict=True):
            phone.answers(invite, tag)
        first = hers.hears("INVITE", 200)
        second = hers.hears("INVITE", 200)

        for answer in (first, second):
            hers.leg(answer).acknowledges(answer)
        for phone in (his, other):
            assert phone.hears("ACK").uri == phone.contact
        hers.leg(second).says("BYE")
        bye = other.hears("BYE")
        assert bye.uri == other.contact
        other.replies(bye, 200, "OK")
        assert hers.hears("BYE", 200)

        assert len(harness.legs("alice", "both-his")) == 1
        hers.leg(first).says("BYE")
        his.replies(his.hears("BYE"), 200, "OK")
        assert hers.hears("BYE", 200)

    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == "both-his"])
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Client dialogue hungup")


def test_the_second_telephone_that_answered_may_hang_up_itself(harness: KamailioHarness, agent: Agents) -> None:
    hers, his = agent("alice", "itself-hers"), agent("bobby", "itself-his")
    his.registers()
    with second_phone(his) as other:
        other.registers()
        hers.starts_a_call(f"itself-his@{DOMAIN}")
        his.answers(his.hears("INVITE"), "first")
        leg = other.answers(other.hears("INVITE"), "second")
        for _ in range(2):
            answer = hers.hears("INVITE", 200)
            hers.leg(answer).acknowledges(answer)
        assert other.hears("ACK")

        leg.says("BYE")

        bye = hers.hears("BYE")
        hers.replies(bye, 200, "OK")
        assert other.hears("BYE", 200)
        assert len(harness.legs("alice", "itself-his")) == 1


def test_nobody_gets_into_a_call_with_a_made_up_tag(harness: KamailioHarness, agent: Agents) -> None:
    hers, his = agent("alice", "made-up-hers"), agent("bobby", "made-up-his")
    his.registers()
    hers.starts_a_call(f"made-up-his@{DOMAIN}")
    his.answers(his.hears("INVITE"))
    answer = hers.hears("INVITE", 200)
    leg = hers.leg(answer)
    leg.acknowledges(answer)
    assert his.hears("ACK")
    leg.remote = leg.remote.replace("callee", "nobody")

    leg.says("BYE")

    assert hers.hears("BYE", 481)
    assert his.hears_nothing("BYE")


def test_the_oldest_registration_gives_way_to_the_eleventh(harness: KamailioHarness, agent: Agents) -> None:
    phone = agent("alice", "eleven-ones")
    account = harness.stored("alice", "eleven-ones")
    contacts = [f"sip:eleven-ones@{HOME}:{6000 + number}" for number in range(12)]
    for contact in contacts[:10]:
        phone.contact = contact
        phone.registers()
    before = int(time.time())
    # The engine notes whole seconds of time(2), which may be a tick of the kernel (10 ms and more) behind time.time().
    eventually(lambda: time.time() > before + 1.1)
    phone.contact = contacts[0]
    phone.registers()  # renewed: no longer the one that waits longest

    for contact in contacts[10:]:
        phone.contact = contact
        phone.registers()

    left = [contacts[0], *contacts[3:]]
    assert eventually(lambda: sorted(harness.bindings_of(account)) == sorted(left))
    page = harness.own_browser("alice").open("/registrations").text
    assert "An account keeps 10 registrations: with one more, the oldest gives way." in page
