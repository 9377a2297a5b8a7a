"""The service's sentences in the voice of the pages, where the original's say too little or the wrong thing."""

from sipsorcery_web.contract.errors import (
    Busy,
    ContractError,
    InternalFault,
    OutcomeUnknown,
    ProvisioningError,
    Refused,
    Rule,
)
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.rules import catalogue as rules

_PLAIN: dict[Rule, str] = {
    rules.SIP_USERNAME_MISSING: "Give the account a name.",
    rules.SIP_DOMAIN_MISSING: "Choose a domain.",
    rules.SIP_USERNAME_TOO_SHORT: "The name needs at least 5 characters.",
    rules.NAME_RESERVED: "Names with “dispatcher” in them are reserved.",
    rules.SIP_USERNAME_CHARACTERS: "The name has a character that is not allowed. Use letters, digits, dots, _ and -.",
    rules.SIP_NAME_TAKEN: "This name is taken on this domain. Choose another name or another domain.",
    rules.SIP_PASSWORD_LENGTH: "The password needs 6 to 15 characters.",
    rules.FIRST_NAME_MISSING: "Enter a first name.",
    rules.FIRST_NAME_TOO_LONG: "The first name can have at most 64 characters.",
    rules.LAST_NAME_MISSING: "Enter a last name.",
    rules.LAST_NAME_TOO_LONG: "The last name can have at most 64 characters.",
    rules.ADDRESS_MISSING: "Enter an e-mail address.",
    rules.ADDRESS_TOO_LONG: "The e-mail address can have at most 64 characters.",
    rules.ADDRESS_INVALID: "This is not an e-mail address. One looks like name@example.org.",
    rules.ADDRESS_TAKEN: "Another account has this e-mail address.",
    rules.USERNAME_MISSING: "Choose a username.",
    rules.USERNAME_LENGTH: "The username needs 5 to 20 characters.",
    rules.USERNAME_CHARACTERS: "The username has a character that is not allowed. Use letters, digits, _ and -.",
    rules.DIAL_PLAN_NAME_MISSING: "Give the plan a name.",
    rules.COLUMN_LENGTH["dial_plan_name"]: "The name can have at most 64 characters.",
    rules.DIAL_PLAN_NAME_TAKEN: "There is a plan with this name already. Choose another name.",
    rules.NAME_TAKEN: "This username is taken. Choose another one.",
    rules.PASSWORD_MISSING: "Enter a password.",
    rules.PASSWORD_LENGTH: "The password needs 6 to 64 characters.",
    rules.ORIGINAL_PASSWORD_LENGTH: "The password needs 6 to 20 characters.",
    rules.OLD_PASSWORD_WRONG: "This is not your present password.",
    rules.SECURITY_ANSWER_MISSING: "Answer the security question.",
    rules.SECURITY_ANSWER_TOO_LONG: "The answer can have at most 64 characters.",
    rules.CITY_MISSING: "Enter your city, or the one nearest to you.",
    rules.CITY_TOO_LONG: "The city can have at most 64 characters.",
    rules.WEB_SITE_TOO_LONG: "The web site can have at most 256 characters.",
    rules.NOT_CONFIRMED: (
        "This e-mail address is not confirmed yet. Open the link in the mail that was sent to it, then sign in."
    ),
    rules.SUSPENDED: "This account is suspended. The operator of this service can tell you why.",
    rules.SESSION_LIMIT_REACHED: (
        "The session has reached its longest time of 10 hours. Sign out and in again to go on."
    ),
    rules.INVITE_MISSING: "Enter the invite code that you were given.",
    rules.INVITE_UNKNOWN: "This invite code is not known. Check that it is complete.",
    rules.INVITE_USED: "This invite code has been used. Each code makes one account.",
    rules.INVITE_OVER: "This invite code has ended. Ask whoever gave it to you for another one.",
    rules.PROVIDER_NAME_MISSING: "Give the provider a name.",
    rules.PROVIDER_NAME_HAS_DOT: "The name cannot have a dot in it: dial plans would take it for a server.",
    rules.PROVIDER_NAME_TAKEN: "You have a provider with this name. Choose another name.",
    rules.PROVIDER_SERVER_MISSING: "Enter the provider’s server.",
    rules.INVALID_URI["provider_server"]: "This is not a server. One looks like sip.example.com or 203.0.113.5.",
    rules.INVALID_URI["register_server"]: "This is not a server. One looks like sip.example.com or 203.0.113.5.",
    rules.INVALID_URI["register_contact"]: "This is not a contact. One looks like name@example.org.",
    rules.REGISTER_CONTACT_MISSING: "Registering needs a contact.",
    rules.GOOGLE_VOICE_MISSING["provider_username"]: "Google Voice needs a username.",
    rules.GOOGLE_VOICE_MISSING["provider_password"]: "Google Voice needs a password.",
    rules.GOOGLE_VOICE_MISSING["gv_callback_number"]: "Google Voice needs a number to call back.",
    rules.GOOGLE_VOICE_NUMBER_INVALID: "The callback number can have digits only.",
    rules.COLUMN_LENGTH["gv_callback_number"]: "The callback number can have at most 16 digits.",
    rules.COLUMN_LENGTH["gv_callback_pattern"]: "The callback pattern can have at most 32 characters.",
    rules.REGISTRATIONS_OFF: "This service does not register with providers.",
    rules.SIP_PASSWORD_INVALID: (
        "The password has a character that is not allowed: no spaces and none of ; \\ # ' - are."
    ),
    rules.SIP_USERNAME_OF_ANOTHER: (
        "What stands behind the last dot looks like a customer’s name. Only that customer can create such an account."
    ),
    rules.REGISTER_CONTACT_WITHOUT_USER: "The contact needs a name in front of the @, as in name@example.org.",
    rules.INVITE_NEEDED: "An account needs an invite code here.",
    rules.NEW_ACCOUNTS_CLOSED: "This service takes no new accounts at the moment.",
    rules.TOKEN_NAME_MISSING: "Give the token a name.",
    rules.TOKEN_NAME_TOO_LONG: "The name can have at most 64 characters.",
    rules.TOKEN_NAME_TAKEN: "You have a token with this name. Choose another name.",
    rules.TOKEN_SCOPE_MISSING: "Tick what the token may do.",
    rules.TOKEN_SCOPE_UNKNOWN: "There is nothing like that to allow. Tick again what the token may do.",
    rules.TOKEN_END_INVALID: "Choose a day from today on, a year from now at the latest.",
    rules.TOO_MANY_TOKENS: "You have 20 tokens, as many as there can be. Delete one first.",
    **dict.fromkeys(rules.SERVER_FORBIDDEN.values(), "This service does not allow this server."),
    **dict.fromkeys(
        rules.SERVER_PRIVATE.values(),
        "This is an address of a private network. This service allows public servers only.",
    ),
    **dict.fromkeys(
        rules.SERVER_TRANSPORT.values(), "The SIP engine does not speak {transport}. Most providers take UDP or TCP."
    ),
    **{
        rule: f"The SIP engine does not reach IPv{version} addresses. Enter a name, or an IPv{10 - version} address."
        for (_, version), rule in rules.SERVER_IP_VERSION.items()
    },
}
"""By rule; with names in braces where the words tell what was refused."""
_OF_WTFORMS = {
    "Not a valid choice.": "What was chosen is not in the list any more. Choose again.",
    "Not a valid date value.": "This is not a day. One looks like 2027-02-28.",
}

BUSY = "The service has too much to do, so nothing was saved. Try again in a moment; what you typed is still below."
AWAY = "The service does not answer. Nothing was saved; what you typed is still below."
UNKNOWN = "The service did not answer in time, so it may have saved this or not. What you typed is still below."
FAILED = "The service has met an error, so it may have saved this or not. What you typed is still below."
UNREADABLE = (
    "The service answered something that cannot be read, so it may have saved this or not. "
    "What you typed is still below."
)


def plain(refused: Refused | Violation) -> str:
    """Return what a refusal or a violation says, as the pages say it; a rule without other words keeps its sentence."""
    words = _PLAIN.get(refused.rule) if refused.rule else None
    return refused.message if words is None else words.format(**refused.values)


def of_wtforms(error: str) -> str:
    """Return what a field says of its own accord, as the pages say it."""
    return _OF_WTFORMS.get(error, error)


def away(error: ProvisioningError) -> str:
    """Return the message of a form when the service did not answer, or not in a way that can be understood."""
    if isinstance(error, ContractError):
        return UNREADABLE
    if isinstance(error, Busy):
        return BUSY
    if isinstance(error, InternalFault):
        return FAILED
    return UNKNOWN if isinstance(error, OutcomeUnknown) else AWAY
