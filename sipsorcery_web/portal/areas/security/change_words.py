"""The words of pages for what the audit tells by the names of operations and fields."""

import re

WORDS = {
    "CreateCustomer": "Account made",
    "CreateInviteCodes": "Invite codes made",
    "CreateSetupLink": "Set-up link made",
    "UseSetupLink": "Set-up link used",
    "UpdateCustomer": "Account changed",
    "UpdateCustomerPassword": "Sign-in password changed",
    "RevealPassword": "Password looked at",
    "SuspendCustomer": "Account suspended",
    "ResumeCustomer": "Account may sign in again",
    "ResetCustomerPassword": "Sign-in password set by an administrator",
    "ResetPassword": "Sign-in password reset by mail",
    "ConfirmEmailAddress": "E-mail address confirmed",
    "UpdateEmailAddressChange": "Link for another e-mail address mailed again",
    "DeleteEmailAddressChange": "Change of e-mail address withdrawn",
    "UpdateSecondFactor": "Second step switched on or off",
    "RemoveSecondFactor": "Second step removed",
    "DeleteCall": "Call hung up",
    "AcceptAccountNetwork": "Network known now",
    "EndSession": "Session ended",
    "EndOtherSessions": "All other sessions ended",
    "DeleteAccessTokens": "Tokens ended",
    "AddConsent": "Program allowed to act for you",
    "DeleteConsent": "Access of a program ended",
    "RefreshTokenReused": "Access of a program ended: its refresh token came twice",
    "AuthorizationCodeReused": "Access of a program ended: its code came twice",
    "AddProgram": "Program registered",
    "UpdateProgramSecret": "Another secret given to a program",
    "DeleteProgram": "Program deleted",
    "UseRecoveryCode": "Recovery code used to sign in",
}
"""By operation, where the kind of record says too little."""
VERBS = {"Create": "made", "Add": "added", "Update": "changed", "Delete": "deleted", "Reveal": "password looked at"}
"""By what the name of an operation begins with."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def in_words(operation: str | None, kind: str | None) -> str:
    """Say what was done: `SIP account changed`; the name of an operation without words in words of its own."""
    name = operation or ""
    verb = next((words for beginning, words in VERBS.items() if name.startswith(beginning)), "")
    made_of = f"{_capital(kind)} {verb}" if kind and verb else _capital(_split(name))
    return WORDS.get(name, made_of)


def fields_in_words(changed: str | None) -> str:
    """The fields that were changed: `SIP password, IP address ACL`."""
    return ", ".join(_capital(_split(name)) for name in (changed or "").split())


def _split(name: str) -> str:
    return " ".join(word if word.isupper() else word.lower() for word in _WORD.findall(name))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
