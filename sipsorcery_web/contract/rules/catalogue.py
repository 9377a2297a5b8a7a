"""The rules by which the service refuses: a constant each, with the sentence that goes over the wire (spec, section 7).

The wire carries no names of rules, so clients compare sentences: not a letter of one may change.
"""

from collections.abc import Iterator

from ..errors import Rule

# Records of any kind

RECORD_MISSING = Rule("A {noun} must be given.")
ID_TAKEN = Rule("A record with this id already exists.", is_taken=True)
NEGATIVE_RANGE = Rule("The offset and the count of a list must not be negative.")
CONTROL_CHARACTER = Rule("The control character {code_point} cannot be stored.")
QUOTA_REACHED = {
    noun: Rule(f"The {noun}s of a customer are limited to {{limit}} here. Delete one to add another.")
    for noun in ("SIP account", "SIP provider", "dial plan")
}
"""By what is one too many for what the operator allows. The original has no such limit."""

# Customers (section 7.1)

FIRST_NAME_MISSING = Rule("A first name must be specified.", ("first_name",))
FIRST_NAME_TOO_LONG = Rule("The first name length must be less than 64.", ("first_name",))
LAST_NAME_MISSING = Rule("A last name must be specified.", ("last_name",))
LAST_NAME_TOO_LONG = Rule("The last name length must be less than 64.", ("last_name",))
ADDRESS_MISSING = Rule("An email address must be specified.", ("email_address",))
ADDRESS_TOO_LONG = Rule("The email address length must be less than 64.", ("email_address",))
ADDRESS_INVALID = Rule("The email address was an invalid format.", ("email_address",))
ADDRESS_TAKEN = Rule("The email address is already associated with an account.", ("email_address",), is_taken=True)
USERNAME_MISSING = Rule("A username must be specified.", ("customer_username",))
USERNAME_LENGTH = Rule("The username length must be between 5 and 20.", ("customer_username",))
USERNAME_CHARACTERS = Rule(
    "The username had an invalid character, characters permitted are alpha-numeric and -_ "
    "(no full stop characters '.' are allowed).",
    ("customer_username",),
)
NAME_TAKEN = Rule(
    "The requested username is already in use please try a different one.", ("customer_username",), is_taken=True
)
NAME_RESERVED = Rule("The username you have requested is not permitted.", ("sip_username", "customer_username"))
"""Said of customers and of SIP accounts."""
PASSWORD_MISSING = Rule("A password must be specified.", ("sip_password", "customer_password", "new_password"))
"""Said of customers, old and new, and of SIP accounts."""
PASSWORD_LENGTH = Rule("The password length must be between 6 and 64.", ("customer_password", "new_password"))
ORIGINAL_PASSWORD_LENGTH = Rule("The password length must be between 6 and 20.", ("customer_password", "new_password"))
OLD_PASSWORD_WRONG = Rule("The existing password did not match when attempting a password update.", ("old_password",))
SECURITY_ANSWER_MISSING = Rule("The answer to the security question must be specified.", ("security_answer",))
SECURITY_ANSWER_TOO_LONG = Rule("The security question answer length must be less than 64.", ("security_answer",))
CITY_MISSING = Rule(
    "Your city must be specified. If you don't live in a city please enter the one closest to you.", ("city",)
)
CITY_TOO_LONG = Rule("The city length must be less than 64.", ("city",))
WEB_SITE_TOO_LONG = Rule("The web site length must be less than 256.", ("web_site",))
LAST_ADMINISTRATOR = Rule("You are the only administrator. Make another one first.")
OWNS_LOCKED_ACCOUNT = Rule("An administrator has disabled one of your SIP accounts. Ask them to delete your account.")

# Customers in the hands of administrators (an extension)

ADMINISTRATORS_ONLY = Rule("Only an administrator can call {operation}.")
OWN_ACCOUNT = Rule("This is your own account. Its settings are the place to change it.")
REASON_TOO_LONG = Rule("The reason can have at most 1024 characters.", ("reason",))

# New customers (sections 4.3 and 4.8)

NEW_ACCOUNTS_CLOSED = Rule(
    "Sorry new account creations are currently disabled, please see http://sipsorcery.wordpress.com/new-accounts/."
)
INVITE_NEEDED = Rule(
    "Sorry new account creations currently require an invite code, please see "
    "http://sipsorcery.wordpress.com/new-accounts/.",
    ("invite_code",),
)
INVITE_MISSING = Rule("No invite code was specified", ("invite_code",))
"""Without a full stop, as the original sends it."""
INVITE_UNKNOWN = Rule("The invite code was not recognised.", ("invite_code",))
INVITE_USED = Rule("The invite code has already been used.", ("invite_code",))
INVITE_OVER = Rule("The invite code has ended.", ("invite_code",))
INVITE_COUNT = Rule("From 1 to 1000 invite codes can be made at once.", ("count",))
INVITE_NOTE_TOO_LONG = Rule("The note can have at most 128 characters.", ("note",))
INVITE_END_PAST = Rule("The end of an invite code has to be in the future.", ("ends",))

# Sessions (sections 2 and 4.2)

NOT_CONFIRMED = Rule("Your email address has not yet been confirmed.")
SUSPENDED = Rule("Your account is suspended.")
EXTENSION_TOO_SHORT = Rule("A session can be extended by one minute at the least.")
SESSION_LIMIT_REACHED = Rule("The session lifetime cannot be extended beyind 600 minutes.")
"""Spelled as the original spells it; clients may compare it."""

# Tokens for programs (an extension)

TOKEN_NAME_MISSING = Rule("The token needs a name.", ("name",))
TOKEN_NAME_TOO_LONG = Rule("The name of a token can have at most 64 characters.", ("name",))
TOKEN_NAME_TAKEN = Rule("A token with this name already exists.", ("name",), is_taken=True)
TOKEN_SCOPE_MISSING = Rule("The token needs a scope at least.", ("scopes",))
TOKEN_SCOPE_UNKNOWN = Rule("The token asks for a scope that does not exist.", ("scopes",))
TOKEN_END_INVALID = Rule("The token has to end, a year from now at the latest.", ("ends",))
TOO_MANY_TOKENS = Rule("There are 20 tokens, as many as a customer can have. Delete one first.")
TOKEN_LACKS_SCOPE = Rule("{operation} needs the scope {scope}, which this token does not have.")
NOT_WITH_TOKEN = Rule("No token for programs can call {operation}.")
NOT_WITH_APP_PASSWORD = Rule("No session that an app password has opened can call {operation}.")
APP_PASSWORD_NEEDED = Rule(
    "This account has a second factor. Sign in with an app password, a token with the scope sign-in, in place of the "
    "password."
)
SECOND_FACTOR_ON_PAGES = Rule("Second factors are set up and removed on the pages of this service alone.")

# Links in mails (an extension)

NO_MAILED_LINKS = Rule("This service mails no links. Ask its operator for a new password.")
MAIL_JUST_SENT = Rule("A mail went to the new e-mail address less than 20 minutes ago. Ask again later.")
TOO_MANY_ADDRESS_CHANGES = Rule(
    "Three mails about a new e-mail address were asked for within an hour. Ask again an hour after the first.",
    ("email_address",),
)
TOO_MANY_MAILS = Rule("Too many mails were asked for today. Ask again tomorrow.", ("email_address",))

# SIP accounts (section 7.2)

OWNER_MISSING = Rule("The owner must be specified when creating a new SIP account.", ("owner",))
SIP_USERNAME_MISSING = Rule("The username must be specified when creating a new SIP account.", ("sip_username",))
SIP_DOMAIN_MISSING = Rule("The domain must be specified when creating a new SIP account.", ("sip_domain",))
SIP_USERNAME_TOO_SHORT = Rule("The username must be at least 5 characters long.", ("sip_username",))
SIP_USERNAME_CHARACTERS = Rule(
    "The username had an invalid character, characters permitted are alpha-numeric and .-_.", ("sip_username",)
)
SIP_USERNAME_OF_ANOTHER = Rule(
    "You are not permitted to create this username. Only user {suffix} can create SIP accounts ending in .{suffix}.",
    ("sip_username",),
)
SIP_NAME_TAKEN = Rule("The SIP account name is already in use on this domain.", ("sip_username",), is_taken=True)
SIP_PASSWORD_LENGTH = Rule(
    "The password field must be at least 6 characters and no more than 15 characters.", ("sip_password",)
)
SIP_PASSWORD_INVALID = Rule(
    "Your password has an invalid character {character} it can only contain a to Z, 0 to 9 and characters "
    'in this set !"$%&amp;()*+,./:&lt;=&gt;?@[]^_`{{|}}~.',
    ("sip_password",),
)
FOREIGN_DOMAIN = Rule("The domain is not one of this service.", ("sip_domain",))
SIP_ACCOUNT_LOCKED = Rule(
    "An administrator has disabled this SIP account; only an administrator can change or delete it."
)

# Dial plans (section 7.6)

DIAL_PLAN_NAME_MISSING = Rule("The dial plan needs a name.", ("dial_plan_name",))
DIAL_PLAN_NAME_TAKEN = Rule("A dial plan with this name already exists.", ("dial_plan_name",), is_taken=True)

# SIP providers (section 7.4)

PROVIDER_NAME_MISSING = Rule("A value for Provider Name must be specified.", ("provider_name",))
PROVIDER_NAME_HAS_DOT = Rule(
    "The Provider Name cannot contain a full stop '.' in order to avoid ambiguity with DNS host names, "
    "please remove the '.'.",
    ("provider_name",),
)
PROVIDER_NAME_TAKEN = Rule("A SIP provider with this name already exists.", ("provider_name",), is_taken=True)
PROVIDER_SERVER_MISSING = Rule("A value for Server must be specified.", ("provider_server",))
REGISTER_CONTACT_MISSING = Rule(
    "A valid contact must be supplied to enable a provider registration.", ("register_contact",)
)
REGISTER_CONTACT_WITHOUT_USER = Rule(
    "Your register contact entry appears to be invalid, the user portion was missing. "
    "Contacts must be of the form user@host.com, e.g. joe@sipsorcery.com.",
    ("register_contact",),
)
INVALID_URI = {
    field: Rule(
        f"Your {field.replace('_', ' ')} entry appears to be invalid. "
        "A valid hostname or IP address should contain at least one '.'.",
        (field,),
    )
    for field in ("provider_server", "register_server", "register_contact")
}
"""By the field that holds the URI."""
GOOGLE_VOICE_MISSING = {
    field: Rule(f"A {label} is required for Google Voice entries.", (field,))
    for field, label in (
        ("provider_username", "username"),
        ("provider_password", "password"),
        ("gv_callback_number", "callback number"),
    )
}
GOOGLE_VOICE_NUMBER_INVALID = Rule(
    "The callback number contains an invalid character. Only digits are permitted.", ("gv_callback_number",)
)
HEADER_CONTROL_CHARACTER = Rule("A custom header cannot hold control characters.", ("custom_headers",))
HEADER_INVALID = Rule("{header} is not a header. One looks like Name: value.", ("custom_headers",))
HEADER_OF_THE_CALL = Rule("The header {name} belongs to the call itself.", ("custom_headers",))
PASSWORD_WOULD_GO_ELSEWHERE = Rule(
    "The stored password would be used elsewhere, and this token is not told it. Send it too, or use a token with the "
    "scope {scope}.",
    ("provider_password",),
)
REGISTRATIONS_OFF = Rule("SIP provider registrations are disabled on this system.", ("register_enabled",))

PROVIDER_SERVERS = {
    "provider_server": "Provider Server",
    "register_server": "Provider Register Server",
    "provider_outbound_proxy": "Provider Outbound Proxy",
}
"""What requests are sent to, with its label in sentences."""
SERVER_FORBIDDEN = {
    field: Rule(
        f"The {label} contains a disallowed string. If you are trying to create a Provider entry pointing to "
        "sipsorcery.com it is not permitted.",
        (field,),
    )
    for field, label in PROVIDER_SERVERS.items()
}
SERVER_PRIVATE = {
    field: Rule(f"The {label} is an address of a private network, which is not permitted here.", (field,))
    for field, label in PROVIDER_SERVERS.items()
}
SERVER_TRANSPORT = {
    field: Rule(f"The {label} asks for {{transport}}, which this SIP engine does not speak.", (field,))
    for field, label in PROVIDER_SERVERS.items()
}
SERVER_IP_VERSION = {
    (field, version): Rule(f"The {label} is an IPv{version} address, which this SIP engine cannot reach.", (field,))
    for field, label in PROVIDER_SERVERS.items()
    for version in (4, 6)
}

# What columns hold; the original let the database complain or cut

CUSTOMER_LENGTHS = {"country": 64, "security_question": 1024, "time_zone": 128}
"""What those of a customer's columns hold that no rule is about (section 7.1)."""
SIP_ACCOUNT_LENGTHS = {
    "admin_disabled_reason": 256,
    "ip_address_acl": 256,
    "in_dial_plan_name": 64,
    "network_id": 16,
    "out_dial_plan_name": 64,
    "sip_domain": 128,
    "sip_username": 32,
}
"""What a SIP account's columns hold (section 7.2)."""
DIAL_PLAN_LENGTHS = {
    "dial_plan_name": 64,
    "script_type_description": 12,
    "trace_email_address": 256,
    "authorised_apps": 2048,
}
"""What a dial plan's columns hold (section 7.6)."""
PROVIDER_LENGTHS = {
    "custom_headers": 1024,
    "gv_callback_number": 16,
    "gv_callback_pattern": 32,
    "provider_auth_username": 32,
    "provider_from": 256,
    "provider_name": 50,
    "provider_outbound_proxy": 256,
    "provider_password": 32,
    "provider_server": 256,
    "provider_username": 32,
    "register_contact": 256,
    "register_disabled_reason": 256,
    "register_realm": 256,
    "register_server": 256,
}
"""What a provider's columns hold (section 7.4)."""
COLUMN_LENGTH = {
    field: Rule(f"The {field.replace('_', ' ')} can have at most {limit} characters.", (field,))
    for lengths in (CUSTOMER_LENGTHS, SIP_ACCOUNT_LENGTHS, DIAL_PLAN_LENGTHS, PROVIDER_LENGTHS)
    for field, limit in lengths.items()
}
"""By field: no two records have a field of the same name and another length."""


def _rules() -> Iterator[Rule]:
    for found in list(globals().values()):
        if isinstance(found, Rule):
            yield found
        elif isinstance(found, dict):
            yield from (rule for rule in found.values() if isinstance(rule, Rule))


RULES = tuple(_rules())
"""Every rule of this module."""
