"""Diagnosis of calls and registrations, in words that tell what happened and what to do next."""

import dataclasses

import pytest

from sipsorcery_web.contract.records import SIPAccount, SIPProvider
from sipsorcery_web.portal.diagnosis import (
    Diagnosis,
    describe_hangup,
    diagnose_call,
    diagnose_registration,
    doubt_about,
    reason_of_pause,
)

IANA = [
    *(100, 180, 181, 182, 183, 199, 200, 202, 204, 300, 301, 302, 305, 380),
    *(400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 412, 413, 414, 415, 416, 417, 420, 421, 422, 423, 424, 425),
    *(428, 429, 430, 433, 436, 437, 438, 439, 440, 469, 470, 480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491),
    *(493, 494, 500, 501, 502, 503, 504, 505, 513, 555, 580, 600, 603, 604, 606, 607, 608),
]
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} %s {0} \\1 " + "[(" * 490


def assert_told(cause: Diagnosis) -> None:
    assert cause.title
    assert not cause.title.endswith(".")
    assert cause.tone in ("good", "plain", "warn", "bad")
    for sentence in (cause.why, *(step.words for step in cause.steps)):
        assert sentence.endswith("."), sentence
        assert "!" not in sentence
        assert "please" not in sentence.casefold()


def test_every_answer_of_a_call_is_told_in_words() -> None:
    for status in (0, *range(100, 700)):
        assert_told(diagnose_call(status, None))


def test_every_code_that_is_registered_has_words_of_its_own() -> None:
    unregistered = {1: 198, 2: 299, 3: 399, 4: 499, 5: 599, 6: 699}
    of_class = [
        status for status in IANA if diagnose_call(status, None) is diagnose_call(unregistered[status // 100], None)
    ]
    assert of_class == [200, 300, 301, 302]  # what their classes mean


@pytest.mark.parametrize(
    ("status", "title", "tone"),
    [
        (0, "No answer", "plain"),
        (200, "Answered", "good"),
        (302, "Moved elsewhere", "warn"),
        (401, "Wrong password", "bad"),
        (403, "Refused", "bad"),
        (404, "Number not found", "warn"),
        (407, "Wrong password", "bad"),
        (408, "No answer in time", "warn"),
        (480, "No phone registered", "bad"),
        (484, "Number incomplete", "warn"),
        (486, "Busy", "plain"),
        (487, "Caller gave up", "plain"),
        (488, "No common language for sound", "bad"),
        (503, "Service unavailable", "bad"),
        (600, "Busy everywhere", "plain"),
        (603, "Declined", "plain"),
        (607, "Unwanted", "warn"),
        (499, "Not accepted", "bad"),
        (599, "Fault at the other side", "bad"),
        (699, "Not accepted anywhere", "warn"),
        (-1, "Not known", "warn"),
        (1234567, "Not known", "warn"),
    ],
)
def test_a_call_is_told_by_its_final_answer(status: int, title: str, tone: str) -> None:
    cause = diagnose_call(status, "Any Phrase")
    assert (cause.title, cause.tone) == (title, tone)


def test_what_is_nobodys_fault_asks_nothing_of_anybody() -> None:
    assert not [status for status in (200, 486, 487, 600, 603) if diagnose_call(status, None).steps]


@pytest.mark.parametrize(
    ("status", "phrase", "title"),
    [
        (480, "Do Not Disturb", "Do not disturb"),
        (486, "DO NOT DISTURB", "Do not disturb"),
        (603, "Network Blocked", "Blocked as unwanted"),
        (487, "Call completed elsewhere", "Answered elsewhere"),
        (404, "Do Not Disturb", "Number not found"),
        (486, HOSTILE, "Busy"),
    ],
)
def test_a_phrase_counts_only_where_the_code_says_little(status: int, phrase: str, title: str) -> None:
    assert diagnose_call(status, phrase).title == title


@pytest.mark.parametrize(
    ("status", "phrase", "title"),
    [
        (404, "No calls to other servers from here", "No calls out"),
        (404, "No calls to telephone numbers from here", "No calls out"),
        (403, "SIP account disabled", "Account disabled"),
        (403, "SIP account not permitted to make outgoing calls", "Incoming calls only"),
        (604, "User account is suspended", "Owner suspended"),
        (480, "Dial plan execution exceeded maximum allowed", "Too many calls at once"),
        (480, "Daily call limit reached", "Daily limit reached"),
        (503, "Dial plans cannot run at present", "Dial plans down"),
        (403, "This account is disabled", "Account disabled"),
        (403, "This account is for incoming calls only", "Incoming calls only"),
        (403, "This is another account's address", "Two accounts mixed up"),
        (403, "Wrong name or password", "Wrong password"),
        (478, "Address Not Resolved", "Address not resolved"),
    ],
)
def test_what_the_sip_engine_refuses_itself_is_told_by_its_true_cause(status: int, phrase: str, title: str) -> None:
    cause = diagnose_call(status, phrase)

    assert_told(cause)
    assert cause.title == title
    assert "dial plan" not in " ".join(step.words for step in cause.steps)
    assert diagnose_call(status, f"{phrase} as somebody else says it") is diagnose_call(status, None)


@pytest.mark.parametrize(
    ("status", "phrase", "title"),
    [
        (480, "SIP account missing dialplan setting", "No dial plan"),
        (500, "Error loading dial plan", "Dial plan missing"),
    ],
)
def test_an_account_without_a_plan_is_told_to_get_one(status: int, phrase: str, title: str) -> None:
    cause = diagnose_call(status, phrase)

    assert_told(cause)
    assert cause.title == title
    assert "dial plan" in cause.steps[0].words


def test_a_busy_phone_may_have_been_one_where_somebody_declined() -> None:
    assert "declined" in diagnose_call(486, "Busy Here").why


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("403 Forbidden", "Provider refused"),
        ("Registration failed with 401 Unauthorised", "Password refused"),
        ("Registration failed (407 Proxy Authentication Required).", "Password refused"),
        ("SIP/2.0 401: Unauthorized", "Password refused"),
        ("Timeout", "No answer from the provider"),
        ("408 Request Timeout", "No answer from the provider"),
        ("got sip response 408", "No answer from the provider"),
        ("Registration to 192.0.2.61:5060 timed out.", "No answer from the provider"),
        ("DNS lookup: sip.blueline.example could not be resolved", "Server name not found"),
        ("Could not resolve registrar.", "Server name not found"),
        ("503 Service Unavailable", "Provider unavailable"),
        ("500 Server Internal Error", "Fault at the provider"),
        ("423 Interval Too Brief", "Expiry too short"),
        ("404 Not Found", "Username not known"),
        ("Username was rejected by SIP Provider with 404 Not Found.", "Username not known"),
        ("Authentication failed (403 Forbidden).", "Provider refused"),
        ("405 Method Not Allowed", "Server takes no registrations"),
        ("302 Moved Temporarily", "Provider has moved"),
        ("400 Bad Request", "Request not understood"),
        ("499 Whatever", "Request not understood"),
        ("Server did not provide auth header, check realm.", "Provider asked for nothing"),
        ("Registration attempts too frequent, delaying 300s.", "Tried too often"),
        ("Registration failed (600 Too Frequent Requests).", "Tried too often"),
        ("SIP provider registrations are disabled on this system.", "Registrations switched off"),
        ("connection refused", "Provider not reachable"),
        ("401 Unauthorized. The password was sent (Digest MD5 for “blue”).", "Password refused"),
        ("401 Unauthorized. No password was sent: none is stored for this provider.", "No password stored"),
        (
            "401 Unauthorized. No password was sent: the provider did not say which one it wants.",
            "Provider asked for nothing",
        ),
        (
            "401 Unauthorized. No password was sent: the provider asked for Basic, which this engine cannot answer.",
            "Password asked for in an unknown way",
        ),
        (
            "401 Unauthorized. No password was sent: the provider asked for the realm “a”, and here “b” is set.",
            "Another realm",
        ),
        ("The name servers that this machine asks did not answer (DNS).", "Name server not answering"),
        ("Name or service not known: the name leads to no address.", "Server name not found"),
        ("The provider's server has no address of the kind that this engine reaches (IPv4).", "Server out of reach"),
        ("The provider's server is at an address of a private network.", "Server in a private network"),
        ("This engine does not speak TLS with providers.", "Transport not spoken"),
        ("The SIP engine could not send the registration: 477 Send failed", "Not sent"),
        ("503 Service Unavailable (Retry-After: 3600)", "Provider unavailable"),
        ("TLS handshake: certificate has expired", "Encryption failed"),
        ("The certificate of the provider's server was refused: it has expired.", "Certificate refused"),
        ("The moon was in the wrong house.", "Registration failed"),
        (HOSTILE, "Registration failed"),
    ],
)
def test_a_registration_is_told_by_its_message(message: str, title: str) -> None:
    cause = diagnose_registration(message)
    assert cause is not None
    assert_told(cause)
    assert cause.title == title
    assert cause.steps


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("503 Busy (Retry-After: 3600)", "The provider asked for a pause of 1 hour."),
        ("403 Forbidden (Retry-After: 90)", "The provider asked for a pause of 2 minutes."),
        ("503 Busy (Retry-After: 5)", "The provider asked for a pause of 5 seconds."),
        ("403 Forbidden", "Providers ban whoever insists, so tries that are refused come less often each time."),
        ("Timed out", "Tries that fail come less often each time."),
        ("", ""),
        (None, ""),
    ],
)
def test_the_pause_before_the_next_try_is_explained(message: str | None, reason: str) -> None:
    assert reason_of_pause(message, is_our_pace=True) == reason


def test_the_pace_of_another_service_is_not_explained() -> None:
    assert reason_of_pause("403 Forbidden", is_our_pace=False) == ""
    assert (
        reason_of_pause("403 Forbidden (Retry-After: 60)", is_our_pace=False)
        == "The provider asked for a pause of 1 minute."
    )


def test_a_registration_that_was_taken_may_have_a_doubt() -> None:
    assert "may not arrive" in doubt_about(
        "The provider answered with another contact than ours, so calls do not arrive."
    )
    assert doubt_about("403 Forbidden") == doubt_about(None) == ""


def test_every_refusal_of_a_registration_is_told_in_words() -> None:
    for status in range(300, 700):
        cause = diagnose_registration(f"{status} Whatever")
        assert cause is not None
        assert cause.title != "Registration failed", status
        assert_told(cause)


@pytest.mark.parametrize("message", [None, "", "  \r\n"])
def test_no_message_is_no_failure(message: str | None) -> None:
    assert diagnose_registration(message) is None


@pytest.mark.parametrize(
    "message",
    ["next attempt in 403 seconds", "sip404.blueline.example is odd", "198.51.100.77:404 is odd", "error 403s ago"],
)
def test_a_number_that_is_no_answer_is_not_taken_for_one(message: str) -> None:
    cause = diagnose_registration(message)
    assert cause is not None
    assert cause.title == "Registration failed"


def test_steps_name_fields_that_there_are() -> None:
    fields = {field.name for record in (SIPProvider, SIPAccount) for field in dataclasses.fields(record)}
    causes = [
        *(diagnose_call(status, None) for status in range(700)),
        *(diagnose_registration(f"{s} X") for s in range(300, 700)),
    ]
    named = {step.field for cause in causes if cause for step in cause.steps if step.field}
    assert {"provider_password", "register_server", "sip_password"} <= named <= fields


def test_a_refused_password_leads_to_the_password_first() -> None:
    cause = diagnose_registration("403 Forbidden")
    assert cause is not None
    assert cause.steps[0].field == "provider_password"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Client cancelled", "the caller gave up"),
        ("Timed out", "nobody answered in time"),
        ("Client dialogue hungup.", "the caller hung up"),
        ("  remote  server  hungup ", "they hung up"),
        ("Call duration limit reached", "the call reached its longest time"),
        ('SIP;cause=200;text="Call completed elsewhere"', "another phone answered"),
        ('SIP ;cause=486 ;text="Busy Here"', "busy"),
        ('Q.850;cause=16;text="NORMAL_CLEARING"', "one side hung up"),
        ("q.850; text=x; cause = 34", "no line was free"),
    ],
)
def test_a_hang_up_is_told_in_words(reason: str, words: str) -> None:
    assert describe_hangup(reason) == words


@pytest.mark.parametrize(
    "reason",
    ["The switchboard caught fire", "Q.850;cause=99", "SIP;cause=1", "cause=16", "超时 Timed out", HOSTILE.strip()],
)
def test_a_reason_that_is_not_known_stays_as_it_is(reason: str) -> None:
    assert describe_hangup(reason) == reason


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_no_reason_is_no_text(reason: str | None) -> None:
    assert describe_hangup(reason) == ""
