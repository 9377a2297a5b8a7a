"""The service's sentences in the voice of the pages, where the original's say too little or the wrong thing."""

from sipsorcery_web.contract.errors import ContractError, InternalFault, OutcomeUnknown, ProvisioningError
from sipsorcery_web.contract.rules import NAME_TAKEN
from sipsorcery_web.contract.rules.providers import URI_FIELDS

_SERVERS = ("Provider Server", "Provider Register Server", "Provider Outbound Proxy")
_PRIVATE = "This is an address of a private network. This service allows public servers only."
_PLAIN = {
    "Not a valid choice.": "What was chosen is not in the list any more. Choose again.",
    "The username must be specified when creating a new SIP account.": "Give the account a name.",
    "The domain must be specified when creating a new SIP account.": "Choose a domain.",
    "The username must be at least 5 characters long.": "The name needs at least 5 characters.",
    "The username you have requested is not permitted.": "Names with “dispatcher” in them are reserved.",
    "The username had an invalid character, characters permitted are alpha-numeric and .-_.": (
        "The name has a character that is not allowed. Use letters, digits, dots, _ and -."
    ),
    "The SIP account name is already in use on this domain.": (
        "This name is taken on this domain. Choose another name or another domain."
    ),
    "The password field must be at least 6 characters and no more than 15 characters.": (
        "The password needs 6 to 15 characters."
    ),
    "A first name must be specified.": "Enter a first name.",
    "The first name length must be less than 64.": "The first name can have at most 64 characters.",
    "A last name must be specified.": "Enter a last name.",
    "The last name length must be less than 64.": "The last name can have at most 64 characters.",
    "An email address must be specified.": "Enter an e-mail address.",
    "The email address length must be less than 64.": "The e-mail address can have at most 64 characters.",
    "The email address was an invalid format.": "This is not an e-mail address. One looks like name@example.org.",
    "The email address is already associated with an account.": "Another account has this e-mail address.",
    "A username must be specified.": "Choose a username.",
    "The username length must be between 5 and 20.": "The username needs 5 to 20 characters.",
    "The username had an invalid character, characters permitted are alpha-numeric and -_ "
    "(no full stop characters '.' are allowed).": (
        "The username has a character that is not allowed. Use letters, digits, _ and -."
    ),
    "The dial plan needs a name.": "Give the plan a name.",
    "The dial plan name can have at most 64 characters.": "The name can have at most 64 characters.",
    "A dial plan with this name already exists.": "There is a plan with this name already. Choose another name.",
    NAME_TAKEN: "This username is taken. Choose another one.",
    "A password must be specified.": "Enter a password.",
    "The password length must be between 6 and 20.": "The password needs 6 to 20 characters.",
    "The existing password did not match when attempting a password update.": "This is not your present password.",
    "The answer to the security question must be specified.": "Answer the security question.",
    "The security question answer length must be less than 64.": "The answer can have at most 64 characters.",
    "Your city must be specified. If you don't live in a city please enter the one closest to you.": (
        "Enter your city, or the one nearest to you."
    ),
    "The city length must be less than 64.": "The city can have at most 64 characters.",
    "The web site length must be less than 256.": "The web site can have at most 256 characters.",
    "Your email address has not yet been confirmed.": (
        "This e-mail address is not confirmed yet. Open the link in the mail that was sent to it, then sign in."
    ),
    "Your account is suspended.": "This account is suspended. The operator of this service can tell you why.",
    "The session lifetime cannot be extended beyind 600 minutes.": (
        "The session has reached its longest time of 10 hours. Sign out and in again to go on."
    ),
    "No invite code was specified": "Enter the invite code that you were given.",
    "The invite code was not recognised.": "This invite code is not known. Check that it is complete.",
    "The invite code has already been used.": "This invite code has been used. Each code makes one account.",
    "A value for Provider Name must be specified.": "Give the provider a name.",
    "The Provider Name cannot contain a full stop '.' in order to avoid ambiguity with DNS host names, "
    "please remove the '.'.": "The name cannot have a dot in it: dial plans would take it for a server.",
    "A SIP provider with this name already exists.": "You have a provider with this name. Choose another name.",
    "A value for Server must be specified.": "Enter the provider’s server.",
    URI_FIELDS["provider_server"]: "This is not a server. One looks like sip.example.com or 203.0.113.5.",
    URI_FIELDS["register_server"]: "This is not a server. One looks like sip.example.com or 203.0.113.5.",
    URI_FIELDS["register_contact"]: "This is not a contact. One looks like name@example.org.",
    "A valid contact must be supplied to enable a provider registration.": "Registering needs a contact.",
    "A username is required for Google Voice entries.": "Google Voice needs a username.",
    "A password is required for Google Voice entries.": "Google Voice needs a password.",
    "A callback number is required for Google Voice entries.": "Google Voice needs a number to call back.",
    "The callback number contains an invalid character. Only digits are permitted.": (
        "The callback number can have digits only."
    ),
    "The gv callback number can have at most 16 characters.": "The callback number can have at most 16 digits.",
    "The gv callback pattern can have at most 32 characters.": "The callback pattern can have at most 32 characters.",
    "SIP provider registrations are disabled on this system.": "This service does not register with providers.",
}
_BEGINNINGS = {
    "Your password has an invalid character ": (
        "The password has a character that is not allowed: no spaces and none of ; \\ # ' - are."
    ),
    "You are not permitted to create this username. Only user ": (
        "What stands behind the last dot looks like a customer’s name. Only that customer can create such an account."
    ),
    "Your register contact entry appears to be invalid, the user portion was missing.": (
        "The contact needs a name in front of the @, as in name@example.org."
    ),
    "The Provider Server contains a disallowed string.": "This service does not allow this server.",
    "The Provider Register Server contains a disallowed string.": "This service does not allow this server.",
    "The Provider Outbound Proxy contains a disallowed string.": "This service does not allow this server.",
    "The Provider Server is an address of a private network": _PRIVATE,
    "The Provider Register Server is an address of a private network": _PRIVATE,
    "The Provider Outbound Proxy is an address of a private network": _PRIVATE,
    **{
        f"The {label} asks for {transport}, which this SIP engine": (
            f"The SIP engine does not speak {transport}. Most providers take UDP or TCP."
        )
        for label in _SERVERS
        for transport in ("TLS", "WS", "WSS", "SCTP")
    },
    **{
        f"The {label} is an IPv{version} address, which this SIP engine": (
            f"The SIP engine does not reach IPv{version} addresses. Enter a name, or an IPv{10 - version} address."
        )
        for label in _SERVERS
        for version in (4, 6)
    },
    "Sorry new account creations currently require an invite code": "An account needs an invite code here.",
    "Sorry new account creations are currently disabled": "This service takes no new accounts at the moment.",
}

AWAY = "The service does not answer. Nothing was saved; what you typed is still below."
UNKNOWN = "The service did not answer in time, so it may have saved this or not. What you typed is still below."
FAILED = "The service has met an error, so it may have saved this or not. What you typed is still below."
UNREADABLE = (
    "The service answered something that cannot be read, so it may have saved this or not. "
    "What you typed is still below."
)


def plain(message: str) -> str:
    """A sentence of the service as the pages say it; one that is not known stays as it is."""
    if message in _PLAIN:
        return _PLAIN[message]
    return next((words for beginning, words in _BEGINNINGS.items() if message.startswith(beginning)), message)


def away(error: ProvisioningError) -> str:
    """What a form says when the service did not answer, or not in a way that can be understood."""
    if isinstance(error, ContractError):
        return UNREADABLE
    if isinstance(error, InternalFault):
        return FAILED
    return UNKNOWN if isinstance(error, OutcomeUnknown) else AWAY
