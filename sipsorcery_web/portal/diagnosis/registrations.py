"""Diagnosis of registrations with providers by the message that the registration agent left."""

import re
from collections.abc import Mapping, Sequence

from .diagnosis import Diagnosis, Step

_RETYPE_PASSWORD = Step("Type the provider’s password again and save. Saving tries again at once.", "provider_password")
_CHECK_USERNAME = Step("Compare the username with the one that the provider gave you.", "provider_username")
_CHECK_AUTH_USERNAME = Step(
    "Still refused? Some providers want another name with the password: the auth username.", "provider_auth_username"
)
_CHECK_REALM = Step("Clear the realm, or set it to what the provider names.", "register_realm")
_CHECK_SERVER = Step("Check the spelling of the server, and its port.", "provider_server")
_CHECK_REGISTER_SERVER = Step("Check whether the provider has a server of its own for this.", "register_server")
_CHECK_CONTACT = Step("Check the contact, which is where calls from the provider arrive.", "register_contact")
_LONGER_EXPIRY = Step("Raise the register expiry, to 3600 say.", "register_expiry")
_SHORTER_MESSAGE = Step("Leave out custom headers that the provider does not ask for.", "custom_headers")
_WAIT = Step("Wait: the next attempt comes by itself.")
_ASK = Step("Ask the provider, and quote their answer.")
_ONLY_OUT = Step("Only calling out through it? Then it need not register: switch that off.", "register_enabled")

_PASSWORD_REFUSED = Diagnosis(
    "Password refused",
    "The provider asked for a password and did not accept the one that was sent. Most often it was changed there.",
    (_RETYPE_PASSWORD, _CHECK_USERNAME, _CHECK_AUTH_USERNAME, _CHECK_REALM),
    "bad",
)
_NO_PASSWORD = Diagnosis(
    "No password stored",
    "The provider asked for a password, and none is stored here, so none was sent.",
    (_RETYPE_PASSWORD,),
    "bad",
)
_OTHER_REALM = Diagnosis(
    "Another realm",
    "The provider asked for a password in another realm than the one that is set here, so none was sent.",
    (_CHECK_REALM,),
    "bad",
)
_CHALLENGE_NOT_KNOWN = Diagnosis(
    "Password asked for in an unknown way",
    "The provider wants the password in a way that the SIP engine does not know, so none was sent. "
    "It knows Digest with MD5, SHA-256 and SHA-512-256.",
    (_CHECK_REGISTER_SERVER, _ASK),
    "bad",
)
_FORBIDDEN = Diagnosis(
    "Provider refused",
    "Most often the password is wrong, or the account there is suspended.",
    (_RETYPE_PASSWORD, _CHECK_AUTH_USERNAME, Step("Check in the provider’s own portal that the account is active.")),
    "bad",
)
_NO_SUCH_USER = Diagnosis(
    "Username not known",
    "The provider has nobody with this name, or not on this server.",
    (_CHECK_USERNAME, _CHECK_SERVER, _CHECK_REGISTER_SERVER),
    "bad",
)
_SILENT = Diagnosis(
    "No answer from the provider",
    "Something was sent and no final answer came in time: the server is down, the address is wrong, or a firewall "
    "drops what is sent.",
    (_CHECK_SERVER, _CHECK_REGISTER_SERVER, _WAIT),
    "bad",
)
_UNREACHABLE = Diagnosis(
    "Provider not reachable",
    "Nothing listens at the provider’s address, or no way leads there.",
    (_CHECK_SERVER, _WAIT),
    "bad",
)
_NAME_NOT_FOUND = Diagnosis(
    "Server name not found",
    "The name of the provider’s server leads to no address (DNS).",
    (_CHECK_SERVER, _CHECK_REGISTER_SERVER),
    "bad",
)
_NAME_SERVER_SILENT = Diagnosis(
    "Name server not answering",
    "The name servers that this machine asks did not answer (DNS), so nothing was sent to the provider.",
    (_WAIT, Step("Longer than some minutes? Then the operator of this service has to look.")),
    "warn",
)
_OUT_OF_REACH = Diagnosis(
    "Server out of reach",
    "The provider’s server has no address that this SIP engine reaches (IPv4 or IPv6), so nothing was sent.",
    (_CHECK_REGISTER_SERVER, _ASK),
    "bad",
)
_NOT_PUBLIC = Diagnosis(
    "Server in a private network",
    "The name of the provider’s server leads to an address of a private network. This service sends nothing there.",
    (_CHECK_SERVER,),
    "bad",
)
_TRANSPORT = Diagnosis(
    "Transport not spoken",
    "The address asks for a transport that this SIP engine does not speak with providers, so nothing was sent.",
    (Step("Use UDP or TCP: take the transport out of the server’s address.", "provider_server"), _ASK),
    "bad",
)
_OWN_AUTHORITY = Step(
    "Does the provider have an authority of its own? Ask the operator of this service to trust that one."
)
_NOT_SENT = Diagnosis(
    "Not sent",
    "The SIP engine of this service could not send the registration.",
    (_CHECK_SERVER, _WAIT),
    "bad",
)
_CONTACT_CHANGED = Diagnosis(
    "Calls may not arrive",
    "Calls from it may not arrive: the provider took the registration and keeps another contact than ours.",
    (_ASK,),
    "warn",
)
_TOO_OFTEN = Diagnosis(
    "Tried too often", "Attempts came too close together, so the next one waits.", (_WAIT, _LONGER_EXPIRY), "warn"
)
_TOO_BRIEF = Diagnosis(
    "Expiry too short", "The provider wants registrations that last longer.", (_LONGER_EXPIRY,), "bad"
)
_NO_CHALLENGE = Diagnosis(
    "Provider asked for nothing",
    "The provider refused and did not say which password it wants, so none was sent.",
    (_CHECK_REALM, _CHECK_SERVER),
    "bad",
)
_NO_REGISTRAR = Diagnosis(
    "Server takes no registrations",
    "This server of the provider does not register anybody.",
    (_CHECK_REGISTER_SERVER, _ONLY_OUT),
    "bad",
)
_UNAVAILABLE = Diagnosis("Provider unavailable", "The provider is overloaded or being repaired.", (_WAIT, _ASK), "warn")
_FAULT = Diagnosis("Fault at the provider", "The provider’s server ran into a fault of its own.", (_WAIT, _ASK), "warn")
_MOVED = Diagnosis(
    "Provider has moved",
    "The provider names another server for registrations.",
    (Step("Enter the server that the provider names.", "register_server"),),
    "bad",
)
_NOT_UNDERSTOOD = Diagnosis(
    "Request not understood",
    "The provider could not make sense of the registration.",
    (_CHECK_CONTACT, _SHORTER_MESSAGE, _ASK),
    "bad",
)
_SECURITY = Diagnosis(
    "Encryption failed",
    "No encrypted connection to the provider came about: its certificate or its version of TLS does not fit.",
    (_CHECK_SERVER, _ASK),
    "bad",
)
_CERTIFICATE = Diagnosis(
    "Certificate refused",
    "The provider’s server did not prove by its certificate that it is the server that is written here, so nothing was "
    "sent to it.",
    (_CHECK_SERVER, _ASK, _OWN_AUTHORITY),
    "bad",
)
_SWITCHED_OFF = Diagnosis(
    "Registrations switched off",
    "The operator of this service does not allow registrations with providers.",
    (_ONLY_OUT,),
)
_UNKNOWN = Diagnosis(
    "Registration failed",
    "The provider’s own words say what is known.",
    (_CHECK_SERVER, _RETYPE_PASSWORD, _ASK),
    "bad",
)

_BY_STATUS: Mapping[int, Diagnosis] = {
    401: _PASSWORD_REFUSED,
    402: Diagnosis(
        "Payment needed", "The provider wants to be paid first.", (Step("Top up in the provider’s own portal."),), "bad"
    ),
    403: _FORBIDDEN,
    404: _NO_SUCH_USER,
    405: _NO_REGISTRAR,
    407: _PASSWORD_REFUSED,
    408: _SILENT,
    410: _NO_SUCH_USER,
    423: _TOO_BRIEF,
    429: _TOO_OFTEN,
    480: _UNAVAILABLE,
    482: Diagnosis(
        "Loop at the provider",
        "The provider’s servers sent the registration in a circle.",
        (_CHECK_SERVER, _ASK),
        "bad",
    ),
    483: Diagnosis("Loop at the provider", "The registration was passed on too often.", (_CHECK_SERVER, _ASK), "bad"),
    501: _NO_REGISTRAR,
    503: _UNAVAILABLE,
    504: _UNAVAILABLE,
    513: Diagnosis(
        "Message too large", "The registration carries more than the provider takes.", (_SHORTER_MESSAGE, _ASK), "bad"
    ),
    603: _FORBIDDEN,
    607: _FORBIDDEN,
}
_BY_CLASS: Mapping[int, Diagnosis] = {3: _MOVED, 4: _NOT_UNDERSTOOD, 5: _FAULT, 6: _FORBIDDEN}

_BY_WORDS_FIRST = (
    (r"no password was sent: none is stored", _NO_PASSWORD),
    (r"no password was sent: .*realm .* is set", _OTHER_REALM),
    (r"no password was sent: .*cannot answer", _CHALLENGE_NOT_KNOWN),
    (r"no password was sent|auth header|authentication header", _NO_CHALLENGE),
    (r"another contact than ours", _CONTACT_CHANGED),
    (r"name servers that this machine asks", _NAME_SERVER_SILENT),
    (r"address of a private network", _NOT_PUBLIC),
    (r"no address of the kind", _OUT_OF_REACH),
    (r"engine does not speak", _TRANSPORT),
    (r"engine could not send", _NOT_SENT),
    (r"certificate of the provider's server", _CERTIFICATE),
)
"""What the SIP engine of this service says, which a status in the same message does not explain."""
_BY_WORDS = (
    (r"too frequent|too many requests", _TOO_OFTEN),
    (r"time(d)? ?out|did not respond|no response|no answer|maximum number of allowed attempts", _SILENT),
    (r"resolv|\bdns\b|name or service not known|no such host|getaddrinfo", _NAME_NOT_FOUND),
    (r"interval too brief|too brief|min-?expires", _TOO_BRIEF),
    (r"certificate|\btls\b|\bssl\b", _SECURITY),
    (r"unreachable|connection (was )?(refused|reset)|no route", _UNREACHABLE),
    (r"registrations are disabled", _SWITCHED_OFF),
    (r"unauthori[sz]ed|wrong password|authentication failed|credential", _PASSWORD_REFUSED),
    (r"forbidden|rejected|declined?\b", _FORBIDDEN),
    (r"not found|unknown user|no such user", _NO_SUCH_USER),
    (r"unavailable|overload", _UNAVAILABLE),
)
_RETRY_AFTER = re.compile(r"\(Retry-After: (\d{1,10})\)")
_STATUS = re.compile(
    # a number alone may be a port, a part of an address or seconds: it stands at the start or behind a word for it
    r"(?:^|\(|\b(?:with|code|status|response|reply|answer|error|SIP/2\.0)[ :,=]{1,3})"
    r"([3-6]\d\d)(?!\w|[.:]\w| ?s\b| seconds)",
    re.IGNORECASE,
)


def diagnose_registration(message: str | None) -> Diagnosis | None:
    """Return the diagnosis of a failure message; None for no message."""
    text = (message or "").strip()
    if not text:
        return None
    return _of_words(text, _BY_WORDS_FIRST) or _of_status(text) or _of_words(text, _BY_WORDS) or _UNKNOWN


def doubt_about(message: str | None) -> str:
    """Return what may be wrong with a registration that the provider has taken; empty where nothing is known."""
    return _CONTACT_CHANGED.why if diagnose_registration(message) is _CONTACT_CHANGED else ""


def reason_of_pause(message: str | None, is_our_pace: bool) -> str:
    """Return why the next attempt waits as long as it does; empty where that is not known.

    The pace is known where the SIP engine of this installation keeps it, and no other service.
    """
    cause = diagnose_registration(message)
    if found := _RETRY_AFTER.search(message or ""):
        return f"The provider asked for a pause of {_in_words(int(found[1]))}."
    if cause is None or not is_our_pace:
        return ""
    if cause in (_PASSWORD_REFUSED, _FORBIDDEN, _NO_SUCH_USER):
        return "Providers ban whoever insists, so tries that are refused come less often each time."
    return "Tries that fail come less often each time."


def _of_status(text: str) -> Diagnosis | None:
    found = _STATUS.search(text)
    if found is None or _is_about_pace(text):
        return None
    status = int(found[1])
    return _BY_STATUS.get(status) or _BY_CLASS[status // 100]


def _is_about_pace(text: str) -> bool:
    """Return True for a phrase about the pace, which some providers send with a 600."""
    return "too frequent" in text.casefold()


def _of_words(text: str, table: Sequence[tuple[str, Diagnosis]]) -> Diagnosis | None:
    return next((cause for words, cause in table if re.search(words, text, re.IGNORECASE)), None)


def _in_words(seconds: int) -> str:
    """A pause, rounded as people say it."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = round(seconds / length)
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return f"{seconds} seconds"
