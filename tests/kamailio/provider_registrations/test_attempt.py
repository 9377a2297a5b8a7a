"""One attempt to register, without an engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any

import pytest

from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.kamailio.provider_registrations.attempt import MOST_REQUESTS, Attempt, KamailioSender, Registration
from sipsorcery_web.kamailio.provider_registrations.digest import Credentials
from sipsorcery_web.kamailio.provider_registrations.messages import Binding, Reply
from sipsorcery_web.kamailio.provider_registrations.outcomes import CONTACT_CHANGED, SILENT, Kind, Outcome
from sipsorcery_web.kamailio.provider_registrations.servers import Address, Resolver
from sipsorcery_web.kamailio.rpc import KamailioAbsent, KamailioRefusal

BINDING = Binding("line", "sip.northline.example", "5e1f", "192.0.2.1:5060", "udp")
REGISTRATION = Registration(BINDING, "sip:sip.northline.example", Credentials("line", "sw0rdfish"), 600, 100)
ASKED = Reply(401, "Unauthorized", [("www-authenticate", 'Digest realm="r", nonce="n1"')])
OK = Reply(200, "OK", [("contact", f"<{BINDING.contact}>;expires=300")])


@dataclass
class FakeSender:
    """Gives these answers in turn, the last one for ever; an exception is raised."""

    answers: Sequence[Any]
    sent: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def send(self, binding: Binding, address: Address, headers: str) -> Reply | None:
        self.sent.append(headers)
        self.addresses.append(str(address))
        answer = self.answers[min(len(self.sent), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        reply: Reply | None = answer
        return reply


def attempt(*answers: Any, **changes: Any) -> tuple[Outcome, FakeSender]:
    sender = FakeSender(answers)
    addresses = ["198.41.0.4", "199.9.14.201"]
    resolver = Resolver(
        4, frozenset({"udp"}), ContactPolicy(), lambda name: addresses, lambda name: [], lambda name, seconds: []
    )
    return Attempt(replace(REGISTRATION, **changes), resolver, sender).run(), sender


def test_a_challenge_is_answered_with_the_next_number() -> None:
    outcome, sender = attempt(ASKED, OK)

    assert (outcome.kind, outcome.granted, outcome.message) == (Kind.REGISTERED, 300, None)
    assert ["CSeq: 100 REGISTER" in sender.sent[0], "CSeq: 101 REGISTER" in sender.sent[1]] == [True, True]
    assert "Authorization" not in sender.sent[0]
    assert "Authorization: Digest" in sender.sent[1]
    assert (outcome.socket, outcome.requests) == ("198.41.0.4:5060", 2)


def test_the_second_request_goes_where_the_first_one_went() -> None:
    _, sender = attempt(ASKED, OK, turn=1)

    assert sender.addresses == ["199.9.14.201:5060"] * 2


def test_a_provider_that_always_asks_anew_is_left() -> None:
    stale = Reply(401, "Unauthorized", [("www-authenticate", 'Digest realm="r", nonce="x", stale=true')])
    turns = [
        replace(stale, headers=[(name, value.replace("x", f"x{n}")) for name, value in stale.headers]) for n in range(9)
    ]

    outcome, sender = attempt(*turns)

    assert len(sender.sent) == MOST_REQUESTS
    assert outcome.kind is Kind.REFUSED


def test_an_expiry_that_rises_for_ever_is_left() -> None:
    turns = [Reply(423, "Interval Too Brief", [("min-expires", str(1000 * n))]) for n in range(1, 9)]

    outcome, sender = attempt(*turns)

    assert len(sender.sent) == MOST_REQUESTS
    assert (outcome.kind, outcome.message) == (Kind.FAILED, "423 Interval Too Brief")


def test_an_expiry_that_was_raised_is_told() -> None:
    outcome, _ = attempt(Reply(423, "Interval Too Brief", [("min-expires", "900")]), Reply(200, "OK"))

    assert (outcome.min_expires, outcome.granted) == (900, 900)


def test_after_another_expiry_was_named_a_nonce_is_not_used_twice() -> None:
    brief = Reply(423, "Interval Too Brief", [("min-expires", "900")])

    outcome, sender = attempt(ASKED, brief, ASKED, OK)

    assert outcome.kind is Kind.REGISTERED
    assert ["Authorization" in headers for headers in sender.sent] == [False, True, False, True]


def test_a_contact_with_another_user_is_told() -> None:
    outcome, _ = attempt(Reply(200, "OK", [("contact", "<sip:somebody@203.0.113.9>;expires=60")]))

    assert (outcome.kind, outcome.message, outcome.granted) == (Kind.REGISTERED, CONTACT_CHANGED, 60)


def test_a_contact_whose_host_alone_was_changed_is_ours() -> None:
    outcome, _ = attempt(Reply(200, "OK", [("contact", "<sip:5e1f@203.0.113.9:1024>;expires=60")]))

    assert outcome.message is None


def test_an_end_is_no_registration() -> None:
    outcome, sender = attempt(ASKED, Reply(200, "OK"), expires=0)

    assert outcome.kind is Kind.ENDED
    assert all("Expires: 0" in headers for headers in sender.sent)


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (None, Kind.SILENT, SILENT),
        (KamailioAbsent("away"), Kind.NOT_TRIED, None),
        (
            KamailioRefusal(477, "Send failed"),
            Kind.SILENT,
            "The SIP engine could not send the registration: 477 Send failed",
        ),
        (Reply(302, "Moved", [("contact", "<sip:127.0.0.1>")]), Kind.FAILED, "302 Moved"),
        (Reply(404, "Nobody"), Kind.REFUSED, "404 Nobody"),
        (Reply(600, "Busy"), Kind.REFUSED, "600 Busy"),
        (Reply(503, "x" * 5000), Kind.FAILED, "503 " + "x" * 1020),
    ],
)
def test_what_comes_of_an_answer(answer: Any, kind: Kind, message: str | None) -> None:
    outcome, sender = attempt(answer)

    assert (outcome.kind, outcome.message) == (kind, message)
    assert len(sender.sent) == 1


@pytest.mark.parametrize("server", ["", "sip:", "sip:a,b"])
def test_a_server_that_is_none_is_told(server: str) -> None:
    outcome, sender = attempt(OK, server=server)

    assert "leads to no address" in (outcome.message or "")
    assert (outcome.socket, sender.sent) == (None, [])


class FakeRpc:
    def __init__(self, answer: list[Any]) -> None:
        self.answer, self.asked = answer, list[tuple[object, ...]]()

    def call(self, *asked: object, server_name: str = "") -> Any:
        assert not server_name
        self.asked.append(asked)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ([408, "Request Timeout", "", "", "", ""], None),
        ([408, "Request Timeout", "Via: x\r\n\r\n"], Reply(408, "Request Timeout", [("via", "x")])),
        ([200, "OK", "sip:a@h", "sip:a@h", "", "Expires: 60\r\n\r\n"], Reply(200, "OK", [("expires", "60")])),
    ],
)
def test_kamailios_own_timeout_is_no_answer(answer: list[Any], reply: Reply | None) -> None:
    rpc = FakeRpc(answer)
    sender = KamailioSender(rpc, {"udp": "udp:192.0.2.1:5060"})  # type: ignore[arg-type]

    found = sender.send(BINDING, Address(ip_address("198.41.0.4"), 5060, "udp"), "To: x\r\n")

    assert found == reply
    assert rpc.asked == [
        ("tm.t_uac_wait", "REGISTER", "sip:sip.northline.example", "sip:198.41.0.4:5060;transport=udp",
         "udp:192.0.2.1:5060", "To: x\r\n", ""),
    ]  # fmt: skip
