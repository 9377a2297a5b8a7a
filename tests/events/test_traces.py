"""Messages become events: the message, a new call, and what becomes of a registration."""

from collections.abc import Collection
from datetime import timedelta

import pytest

from sipsorcery_web.events.event import Event, EventServer, EventType
from sipsorcery_web.events.ownership import OwnAddresses
from sipsorcery_web.events.refusals import AttemptKind, Refusal, RefusalReason
from sipsorcery_web.events.registrations import NO_ACCOUNT, WRONG_PASSWORD
from sipsorcery_web.events.traces import Traces

from .wire import ENGINE, HER_PHONE, HIS_PHONE, INNER, NOON, STRANGER, hep, request, response

ALICE, BOB = "sip:alice@sip.local", "sip:bob@sip.local"
DIGEST = 'Authorization: Digest username="alice", response="5ecre7f00d5ecre7f00d5ecre7f00d00"'
CHALLENGE = 'WWW-Authenticate: Digest realm="sip.local", nonce="n"'


class Accounts:
    """Alice's account, and bob's."""

    def owners_of(self, uris: Collection[str], called: Collection[str] = ()) -> Collection[str]:
        return [{ALICE: "alice", BOB: "bobby"}[uri] for uri in (*uris, *called) if uri in (ALICE, BOB)]


@pytest.fixture
def refused() -> list[Refusal]:
    """The refusals that are noted for owners of accounts."""
    return []


@pytest.fixture
def traces(refused: list[Refusal]) -> Traces:
    return Traces(Accounts(), OwnAddresses(frozenset({ENGINE}), INNER), refused.append)


def register(*more: str, account: str = ALICE, cseq: int = 1) -> bytes:
    return request("REGISTER", "sip:sip.local", account, "User-Agent: Linphone", *more, called=account, cseq=cseq)


def registered(traces: Traces, asked: bytes, status: str, *more: str) -> list[Event]:
    """The events of a registration beside its messages."""
    told = traces.read([hep(asked, HER_PHONE, ENGINE), hep(response(status, asked, *more), ENGINE, HER_PHONE)])
    return [event for event in told if event.type is not EventType.FullSIPTrace]


def test_a_message_is_told_with_all_that_is_known_of_it(traces: Traces) -> None:
    payload = request("OPTIONS", BOB, ALICE, "Authorization: Digest response=secret")

    (event,) = traces.read([hep(payload, HER_PHONE, ENGINE, protocol=6)])

    assert (event.type, event.server, event.time) == (EventType.FullSIPTrace, EventServer.SIPProxy, NOON)
    assert (event.source, event.destination, event.transport) == (HER_PHONE, ENGINE, "tcp")
    assert (set(event.owners), event.call_id) == ({"alice", "bobby"}, "one@198.51.100.7")
    assert event.text.startswith("OPTIONS sip:bob@sip.local SIP/2.0\r\n")
    assert "secret" not in event.text


def test_a_response_that_is_told_of_before_its_request_follows_it(traces: Traces) -> None:
    asked = register(DIGEST)
    refused = hep(response("401 Unauthorized", asked, CHALLENGE), ENGINE, HER_PHONE)

    told = [event for event in traces.read([refused, hep(asked)]) if event.type is EventType.FullSIPTrace]

    assert [event.text.split("\r\n")[0] for event in told] == [
        "REGISTER sip:sip.local SIP/2.0",
        "SIP/2.0 401 Unauthorized",
    ]
    assert [set(event.owners) for event in told] == [{"alice"}, {"alice"}]


def test_a_request_was_sent_no_later_than_its_response_came(traces: Traces) -> None:
    sent = request("INVITE", "sip:bob@198.51.100.8", ALICE, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", called=BOB)
    before = hep(request("INVITE", BOB, ALICE, "Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK0"))
    ringing = response("180 Ringing", sent, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1")
    late = hep(sent, ENGINE, HIS_PHONE, at=NOON + timedelta(milliseconds=3))

    told = traces.read([before, hep(ringing, HIS_PHONE, ENGINE, at=NOON + timedelta(milliseconds=2)), late])

    messages = [event for event in told if event.type is EventType.FullSIPTrace]
    assert [event.text.split(" ")[0] for event in messages] == ["INVITE", "INVITE", "SIP/2.0"]
    assert [(event.time - NOON) / timedelta(milliseconds=1) for event in messages] == [0, 2, 2]


def test_a_call_is_told_of_once(traces: Traces) -> None:
    invite, again = request("INVITE", BOB, ALICE), request("INVITE", BOB, ALICE, DIGEST, cseq=2)
    relayed = request("INVITE", "sip:bob@198.51.100.8", ALICE, called=BOB, cseq=2)
    refused = response("407 Proxy Authentication Required", invite)

    told = traces.read([hep(invite), hep(refused, ENGINE, HER_PHONE), hep(again), hep(relayed, ENGINE, HIS_PHONE)])

    (call,) = (event for event in told if event.type is EventType.NewCall)
    assert call.text == "A call from sip:alice@sip.local to sip:bob@sip.local."
    assert call.owners == {"alice", "bobby"}


def test_a_phone_is_registered(traces: Traces) -> None:
    (told,) = registered(traces, register(DIGEST), "200 OK", "Contact: <sip:a@h>;expires=60")

    assert (told.type, told.server, set(told.owners)) == (EventType.RegisterSuccess, EventServer.Registrar, {"alice"})
    assert told.text == f"{ALICE} at {HER_PHONE} (Linphone) is registered."


@pytest.mark.parametrize("ending", ["Expires: 0", "Contact: <sip:a@h>;expires=0"])
def test_a_phone_ends_its_registration(traces: Traces, ending: str) -> None:
    (told,) = registered(traces, register(DIGEST, ending), "200 OK")

    assert told.type is EventType.BindingRemoval


def test_a_wrong_password_is_told_to_the_owner_of_the_account(traces: Traces, refused: list[Refusal]) -> None:
    (told,) = registered(traces, register(DIGEST), "401 Unauthorized", CHALLENGE)

    assert refused == [
        Refusal(
            NOON,
            AttemptKind.REGISTRATION,
            ALICE,
            RefusalReason.WRONG_PASSWORD,
            "198.51.100.7",
            "Linphone",
            "one@198.51.100.7",
        )
    ]

    assert (told.type, set(told.owners)) == (EventType.RegisterFail, {"alice"})
    assert told.text == f"{ALICE} at {HER_PHONE} (Linphone) was refused: {WRONG_PASSWORD}."


def test_an_account_that_nobody_has_is_told_to_nobody(traces: Traces, refused: list[Refusal]) -> None:
    (told,) = registered(traces, register(DIGEST, account="sip:alicf@sip.local"), "401 Unauthorized", CHALLENGE)

    assert (told.type, told.owners) == (EventType.RegisterFail, frozenset())
    assert NO_ACCOUNT in told.text
    assert refused == []


@pytest.mark.parametrize(
    ("header", "challenge"),
    [("Subject: none", CHALLENGE), (DIGEST, f"{CHALLENGE}, stale=true"), (DIGEST, f"{CHALLENGE},STALE=TRUE")],
)
def test_who_is_only_asked_for_a_password_is_not_refused(traces: Traces, header: str, challenge: str) -> None:
    assert registered(traces, register(header), "401 Unauthorized", challenge) == []


def test_a_refusal_is_told_with_its_reason(traces: Traces) -> None:
    (told,) = registered(traces, register(DIGEST), "403 This account is disabled")

    assert told.text.endswith("was refused: 403 This account is disabled.")


@pytest.mark.parametrize(
    ("status", "reason", "detail"),
    [
        ("403 Too many wrong passwords", RefusalReason.TOO_MANY, ""),
        ("403 This is another account's address", RefusalReason.OTHER_NAME, ""),
        ("403 This account is disabled", RefusalReason.DISABLED, ""),
        ("500 Server Internal Error", RefusalReason.OTHER, "500 Server Internal Error"),
    ],
)
def test_the_reason_of_a_refusal_is_noted(
    traces: Traces, refused: list[Refusal], status: str, reason: RefusalReason, detail: str
) -> None:
    registered(traces, register(DIGEST), status)

    assert [(each.reason, each.detail) for each in refused] == [(reason, detail)]


def called(traces: Traces, *answers: bytes, caller: str = ALICE) -> list[Event]:
    """The events of a call to bob beside its messages, with answers to the caller."""
    invite = request("INVITE", BOB, caller, "User-Agent: Linphone")
    told = traces.read([hep(invite), *(hep(answer, ENGINE, HER_PHONE) for answer in answers)])
    return [event for event in told if event.type is EventType.Warn]


def answer_to_call(status: str, caller: str = ALICE) -> bytes:
    return response(status, request("INVITE", BOB, caller))


def test_a_call_with_a_wrong_password_is_told_to_the_callers_owner(traces: Traces, refused: list[Refusal]) -> None:
    (told,) = called(traces, answer_to_call("403 Wrong name or password"))

    assert told.owners == {"alice"}
    assert told.text == f"A call of {ALICE} at {HER_PHONE} (Linphone) was refused: Wrong name or password."
    assert [(each.kind, each.account, each.reason) for each in refused] == [
        (AttemptKind.CALL, ALICE, RefusalReason.WRONG_PASSWORD)
    ]


def test_a_call_of_an_account_that_nobody_has_is_noted_for_nobody(traces: Traces, refused: list[Refusal]) -> None:
    nobody = "sip:alicf@sip.local"

    (told,) = called(traces, answer_to_call("403 Wrong name or password", nobody), caller=nobody)

    assert (told.owners, refused) == (frozenset(), [])


@pytest.mark.parametrize("status", ["486 Busy Here", "403 SIP account disabled", "407 Proxy Authentication Required"])
def test_what_may_be_about_the_called_account_is_no_refusal_of_the_caller(
    traces: Traces, refused: list[Refusal], status: str
) -> None:
    assert called(traces, answer_to_call(status)) == []
    assert refused == []


def test_a_called_phone_has_its_answer_not_taken_for_a_refusal(traces: Traces, refused: list[Refusal]) -> None:
    said = answer_to_call("100 trying"), answer_to_call("403 Wrong name or password")

    assert called(traces, *said) == []
    assert refused == []


def test_an_answer_is_told_of_once(traces: Traces) -> None:
    asked = register(DIGEST)
    answer = hep(response("200 OK", asked), ENGINE, HER_PHONE)

    kinds = [event.type for event in traces.read([hep(asked), answer, answer])]

    assert kinds.count(EventType.RegisterSuccess) == 1


def test_a_stranger_makes_no_registration_by_an_answer(traces: Traces) -> None:
    asked = register(DIGEST)

    kinds = {event.type for event in traces.read([hep(asked), hep(response("200 OK", asked), STRANGER, ENGINE)])}

    assert kinds == {EventType.FullSIPTrace}


def test_what_the_engine_says_to_itself_is_not_told(traces: Traces) -> None:
    inner = request("INVITE", f"sip:token@{INNER}", ALICE, "X-Engine-Owner: alice", called=BOB)

    assert list(traces.read([hep(inner, INNER, INNER)])) == []


def test_the_messages_of_a_leg_say_for_what_call_it_is_by_the_engines_own_word_alone(traces: Traces) -> None:
    inner = request(
        "INVITE", f"sip:token@{INNER}", ALICE, "X-Engine-Owner: alice\r\nX-Engine-Up: hers", called=BOB, call_id="leg"
    )
    leg = request("INVITE", BOB, ALICE, "X-Engine-Up: forged", call_id="leg")
    told = traces.read([
        hep(inner, INNER, INNER), hep(leg, ENGINE, HIS_PHONE), hep(response("180 Ringing", leg), HIS_PHONE),
        hep(request("INVITE", BOB, ALICE, "X-Engine-Up: forged", call_id="another")),
    ])  # fmt: skip

    found = [(event.call_id, event.upper_call_id) for event in told if event.type is EventType.FullSIPTrace]
    assert found == [("leg", "hers"), ("leg", "hers"), ("another", "")]


def test_what_keeps_ways_to_phones_open_is_not_told(traces: Traces) -> None:
    ping = request("OPTIONS", BOB, "sip:keep-alive@sip.local")

    assert list(traces.read([hep(ping, ENGINE, HIS_PHONE), hep(response("200 OK", ping), HIS_PHONE)])) == []


def test_junk_is_passed_over(traces: Traces) -> None:
    told = traces.read(
        [b"junk", hep(b"\r\n\r\n"), hep(b"POST /RPC HTTP/1.1\r\n\r\n"), hep(request("OPTIONS", BOB, ALICE))]
    )

    assert len(list(told)) == 1
