"""Diagnosis of calls by the final answer (the status codes that IANA lists for SIP)."""

from collections.abc import Mapping
from functools import lru_cache

from .diagnosis import Diagnosis, Step

_CHECK_NUMBER = Step("Check the number that was dialled.")
_CHECK_PLAN = Step("Check what the dial plan made of the number.")
_TRY_LATER = Step("Call again later.")
_ASK_PROVIDER = Step("Ask the provider, and name the code and the time of the call.")
_ASK_OPERATOR = Step("Ask the operator of the server that answered, and name the code and the time of the call.")
_RETYPE_PASSWORD = Step("Type the same SIP password here and in the phone.", "sip_password")
_RETYPE_PROVIDERS_PASSWORD = Step("Did the call go to a provider? Type its password again.", "provider_password")
_CHECK_PROVIDER = Step("Check the username and password of the provider that the call went to.", "provider_username")
_CODECS = Step("Allow one more common codec, such as G.711, in the phone.")


def _odd(what: str, title: str = "Request not understood") -> Diagnosis:
    """Return a diagnosis that a person can only report."""
    return Diagnosis(title, what, (_ASK_OPERATOR,), "bad")


_NO_ANSWER_CAME = Diagnosis(
    "No answer",
    "Nothing final came back: the call was given up first, or the other side was never reached.",
    (Step("Check that the server it was sent to is right and up."),),
)
_ANSWERED = Diagnosis("Answered", "The call was answered.", tone="good")
_MOVED = Diagnosis(
    "Moved elsewhere",
    "The other side named another address, and the call did not follow it there.",
    (Step("Call the new address, or put it into the dial plan."),),
    "warn",
)
_BUSY = Diagnosis("Busy", "They were on another call, or declined this one: many phones say busy for that.")
_DO_NOT_DISTURB = Diagnosis("Do not disturb", "The phone is set to take no calls.")
_GAVE_UP = Diagnosis("Caller gave up", "The caller hung up before anybody answered.")
_NO_ANSWER_IN_TIME = Diagnosis(
    "No answer in time",
    "It rang and nobody answered, or the other side could not be reached.",
    (Step("Call again, or let the dial plan ring longer or ring another phone."),),
    "warn",
)
_REFUSED = Diagnosis(
    "Refused",
    "The other side understood the call and does not allow it: the account, the number or the caller is barred.",
    (_CHECK_PROVIDER, _ASK_PROVIDER),
    "bad",
)
_DECLINED = Diagnosis("Declined", "Somebody, or their phone, chose not to take the call.")
_NOT_FOUND = Diagnosis(
    "Number not found", "Nobody has this number or address there.", (_CHECK_NUMBER, _CHECK_PLAN), "warn"
)
_WRONG_PASSWORD = Diagnosis(
    "Wrong password",
    "A password was asked for, and none or a wrong one came.",
    (_RETYPE_PASSWORD, _RETYPE_PROVIDERS_PASSWORD),
    "bad",
)
_WRONG_PASSWORD_OF_PHONE = Diagnosis(
    "Wrong password", "The phone's name or password is not that of the SIP account.", (_RETYPE_PASSWORD,), "bad"
)
_NO_COMMON_CODEC = Diagnosis(
    "No common language for sound", "The two phones have no codec that both can use.", (_CODECS,), "bad"
)
_OVERLOADED = Diagnosis(
    "Service unavailable", "The server is overloaded, being repaired, or has no free line.", (_TRY_LATER,), "bad"
)
_WRONG_CALLER = Diagnosis(
    "Caller not proven",
    "The proof of who is calling was missing or could not be checked.",
    (_ASK_PROVIDER,),
    "bad",
)
_UNWANTED = Diagnosis("Unwanted", "The person called has marked calls from this number as unwanted.", tone="warn")

_BY_STATUS: Mapping[int, Diagnosis] = {
    0: _NO_ANSWER_CAME,
    100: Diagnosis("Being tried", "The call was passed on and nothing final came back."),
    180: Diagnosis("Rang only", "It rang, and nothing final came back."),
    181: Diagnosis("Being forwarded", "The call was sent on to another place, and nothing final came back."),
    182: Diagnosis("Queued", "The call waited in a queue, and nothing final came back."),
    183: Diagnosis("In progress", "A tone or a message was played, and nothing final came back."),
    199: Diagnosis("One branch ended", "One of several phones was done, and nothing final came back from the others."),
    200: _ANSWERED,
    202: Diagnosis("Accepted", "The other side took the request and will work on it.", tone="good"),
    204: Diagnosis("Accepted", "The other side took the request and has nothing to tell.", tone="good"),
    300: _MOVED,
    301: _MOVED,
    302: _MOVED,
    305: Diagnosis(
        "Another way in",
        "The address can be called through another server only.",
        (Step("Set the server that the provider names as its outbound proxy."),),
        "warn",
    ),
    380: Diagnosis(
        "Another service", "The call cannot be made this way, and the other side named another one.", tone="warn"
    ),
    400: _odd("The other side could not make sense of the call."),
    401: _WRONG_PASSWORD,
    402: Diagnosis("Payment needed", "The provider wants to be paid first.", (Step("Top up at the provider."),), "bad"),
    403: _REFUSED,
    404: _NOT_FOUND,
    405: _odd("The other side does not take calls at this address."),
    406: _odd("The other side has no answer in a form that this side accepts."),
    407: _WRONG_PASSWORD,
    408: _NO_ANSWER_IN_TIME,
    409: _odd("Something at the other side stood against it."),
    410: Diagnosis(
        "Number given up", "This number is no longer in use, and nobody knows a new one.", (_CHECK_NUMBER,), "warn"
    ),
    411: _odd("The call was sent without its length."),
    412: _odd("What the call counted on has changed at the other side."),
    413: _odd("The call carried more than the other side takes."),
    414: Diagnosis("Address too long", "The address is longer than the other side takes.", (_CHECK_PLAN,), "bad"),
    415: _NO_COMMON_CODEC,
    416: Diagnosis(
        "Kind of address not known",
        "The other side does not know addresses of this kind.",
        (Step("Begin the address with sip: in the dial plan."),),
        "bad",
    ),
    417: _odd("The priority that was asked for is not known at the other side."),
    420: _odd("The call needs an extension of SIP that the other side does not have."),
    421: _odd("The other side needs an extension of SIP that this side does not have."),
    422: Diagnosis(
        "Session timer too short",
        "The phone wants to check the call more often than the other side allows.",
        (Step("Raise the session timer in the phone, or switch it off."),),
        "bad",
    ),
    423: Diagnosis(
        "Asked too often",
        "The time asked for is shorter than the other side allows.",
        (Step("Ask for a longer expiry."),),
        "bad",
    ),
    424: _odd("The location that came with the call could not be used."),
    425: _odd("The alarm that came with the call could not be used."),
    428: _WRONG_CALLER,
    429: _odd("The transfer did not say who asked for it."),
    430: _odd("The connection to the phone broke.", "Connection broke"),
    433: Diagnosis(
        "Hidden numbers refused",
        "The other side takes no calls without a caller number.",
        (Step("Show your number, then call again."),),
        "warn",
    ),
    436: _WRONG_CALLER,
    437: _WRONG_CALLER,
    438: _WRONG_CALLER,
    439: _odd("The first server on the way lacks what the phone needs."),
    440: _odd("The call was sent to too many places at once.", "Too many branches"),
    469: _odd("The message carried a kind of information that the other side does not take."),
    470: Diagnosis("Consent needed", "The other side has to agree first that it may be called this way.", tone="warn"),
    480: Diagnosis(
        "No phone registered",
        "Nothing that could ring was there: no phone was registered, or it said that it was away.",
        (Step("Check under Registrations that the phone is signed in."),),
        "bad",
    ),
    478: Diagnosis(
        "Address not resolved",
        "The address to call has a server name that could not be found (DNS).",
        (Step("Check under Registrations what the phone gave as its contact, and the spelling of server names."),),
        "bad",
    ),  # Kamailio's own code
    481: _odd("One side spoke of a call that the other one did not know any more.", "Call not known"),
    482: Diagnosis("Call loop", "The call came back to where it had been.", (_CHECK_PLAN,), "bad"),
    483: Diagnosis(
        "Too many hops", "The call was passed on too often, most likely in a circle.", (_CHECK_PLAN,), "bad"
    ),
    484: Diagnosis("Number incomplete", "The number has too few digits.", (_CHECK_NUMBER, _CHECK_PLAN), "warn"),
    485: Diagnosis("Number ambiguous", "More than one has this address there.", (_CHECK_NUMBER,), "warn"),
    486: _BUSY,
    487: _GAVE_UP,
    488: _NO_COMMON_CODEC,
    489: _odd("The other side does not know the event that was asked for."),
    491: Diagnosis("Both at once", "Both sides changed the call in the same moment.", (Step("Try it again."),), "warn"),
    493: _odd("The other side could not read the encrypted part of the call."),
    494: Diagnosis(
        "Security agreement needed",
        "The other side wants an agreement on encryption first.",
        (_ASK_PROVIDER,),
        "bad",
    ),
    500: Diagnosis(
        "Fault at the other side", "The server ran into a fault of its own.", (_TRY_LATER, _ASK_OPERATOR), "bad"
    ),
    501: _odd("The server cannot do what was asked.", "Not possible there"),
    502: Diagnosis(
        "Fault behind the server", "A server further on gave an answer that made no sense.", (_TRY_LATER,), "bad"
    ),
    503: _OVERLOADED,
    504: Diagnosis("Next server silent", "A server further on did not answer in time.", (_TRY_LATER,), "bad"),
    505: _odd("The server speaks another version of SIP."),
    513: Diagnosis(
        "Message too large",
        "The call carried more than the server takes.",
        (Step("Allow fewer codecs in the phone, or use TCP."),),
        "bad",
    ),
    555: Diagnosis(
        "Cannot wake the phone", "The server cannot use the push service that the app asked for.", tone="bad"
    ),
    580: Diagnosis(
        "Line conditions not met",
        "The two sides could not agree on the quality that the call asks for.",
        tone="bad",
    ),
    600: Diagnosis("Busy everywhere", "The person called was busy at all phones, or declined the call."),
    603: _DECLINED,
    604: Diagnosis("Number does not exist", "Nobody has this number anywhere.", (_CHECK_NUMBER, _CHECK_PLAN), "warn"),
    606: _NO_COMMON_CODEC,
    607: _UNWANTED,
    608: Diagnosis(
        "Blocked as unwanted",
        "A filter between the two sides took the call for an unwanted one.",
        (Step("Ask the provider how to have the number cleared."),),
        "bad",
    ),
}

_BY_CLASS: Mapping[int, Diagnosis] = {
    1: Diagnosis("In progress", "The call was under way, and nothing final came back."),
    2: _ANSWERED,
    3: _MOVED,
    4: Diagnosis("Not accepted", "The other side could not or would not take this call.", (_ASK_OPERATOR,), "bad"),
    5: Diagnosis("Fault at the other side", "The server could not carry the call.", (_TRY_LATER, _ASK_OPERATOR), "bad"),
    6: Diagnosis("Not accepted anywhere", "No phone of the person called will take this call.", tone="warn"),
}
_NOT_A_STATUS = Diagnosis("Not known", "What came back is no answer that SIP has.", tone="warn")

_BY_PHRASE = (
    ("do not disturb", _DO_NOT_DISTURB),
    ("network blocked", _BY_STATUS[608]),  # ATIS-1000099: 603 with a phrase of its own, as 608 is hardly used
    ("call completed elsewhere", Diagnosis("Answered elsewhere", "Another phone took the call first.")),
)
_OPEN_TO_PHRASES = (480, 486, 487, 600, 603)
"""Answers that say little themselves, so that phones put the reason into the phrase."""

_ACCOUNTS_ALONE = Step("Dial the name of a SIP account of this service.")
_ACCOUNT_DISABLED = Diagnosis(
    "Account disabled",
    "The SIP account that called, or was called, is disabled.",
    (Step("Enable the account, or ask the administrator."),),
    "bad",
)
_INCOMING_ONLY = Diagnosis(
    "Incoming calls only",
    "The SIP account that called is set to take calls and to make none.",
    (Step("Call from another account, or switch that setting off."),),
    "bad",
)
_BY_OWN_ANSWER: Mapping[tuple[int, str], Diagnosis] = {
    (404, "No calls to other servers from here"): Diagnosis(
        "No calls out",
        "This service connects its own SIP accounts; it takes no calls to other servers.",
        (_ACCOUNTS_ALONE,),
        "warn",
    ),
    (404, "No calls to telephone numbers from here"): Diagnosis(
        "No calls out",
        "No SIP account here has this number, and this service takes no calls to the telephone network.",
        (_ACCOUNTS_ALONE,),
        "warn",
    ),
    (480, "SIP account missing dialplan setting"): Diagnosis(
        "No dial plan",
        "The SIP account that called has no dial plan, so it reaches the SIP accounts of this service alone.",
        (Step("Choose a dial plan at the account, or dial the name of a SIP account of this service."),),
        "warn",
    ),
    (500, "Error loading dial plan"): Diagnosis(
        "Dial plan missing",
        "The SIP account names a dial plan that is not there.",
        (Step("Choose another dial plan at the account."),),
        "bad",
    ),
    (480, "Dial plan execution exceeded maximum allowed"): Diagnosis(
        "Too many calls at once",
        "As many calls were in the dial plan, or in all plans of its owner, as may be at one time.",
        (_TRY_LATER,),
        "warn",
    ),
    (480, "Daily call limit reached"): Diagnosis(
        "Daily limit reached",
        "The owner has had as many calls in the last 24 hours as this service allows.",
        (_TRY_LATER,),
        "warn",
    ),
    (503, "Dial plans cannot run at present"): Diagnosis(
        "Dial plans down",
        "The part of this service that runs dial plans did not answer. Calls between its SIP accounts go on.",
        (_TRY_LATER, _ASK_OPERATOR),
        "bad",
    ),
    (604, "User account is suspended"): Diagnosis(
        "Owner suspended",
        "The owner of the SIP account that called is suspended.",
        (_ASK_OPERATOR,),
        "bad",
    ),
    **dict.fromkeys(((403, "SIP account disabled"), (403, "This account is disabled")), _ACCOUNT_DISABLED),
    **dict.fromkeys(
        (
            (403, "SIP account not permitted to make outgoing calls"),
            (403, "This account is for incoming calls only"),
        ),
        _INCOMING_ONLY,
    ),
    (403, "Wrong name or password"): _WRONG_PASSWORD_OF_PHONE,
    (403, "This is another account's address"): Diagnosis(
        "Two accounts mixed up",
        "The phone gave the name of one SIP account and the credentials of another.",
        (Step("Type the same account as username and as authentication name in the phone."),),
        "bad",
    ),
}
"""The answers that this service's own SIP engine gives: it alone knows why."""


@lru_cache(maxsize=1024)
def diagnose_call(status: int, reason: str | None) -> Diagnosis:
    """Return the diagnosis of a call by its final answer; 0 is no answer, and unknown codes are told by their class."""
    if own := _BY_OWN_ANSWER.get((status, reason or "")):
        return own
    if status in _OPEN_TO_PHRASES and (told := _of_phrase(reason or "")):
        return told
    return _BY_STATUS.get(status) or _BY_CLASS.get(status // 100, _NOT_A_STATUS)


def _of_phrase(reason: str) -> Diagnosis | None:
    text = reason.casefold()
    return next((cause for phrase, cause in _BY_PHRASE if phrase in text), None)
