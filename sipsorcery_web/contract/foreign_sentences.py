"""Sentences of other services that are not of the contract to the letter, read by pattern for what they are about."""

import re

from .errors import Rule
from .rules import catalogue as rules

_BEGINNINGS = (
    ("Your password has an invalid character ", rules.SIP_PASSWORD_INVALID),
    ("You are not permitted to create this username. Only user ", rules.SIP_USERNAME_OF_ANOTHER),
    (
        "Your register contact entry appears to be invalid, the user portion was missing.",
        rules.REGISTER_CONTACT_WITHOUT_USER,
    ),
    ("Sorry new account creations currently require an invite code", rules.INVITE_NEEDED),
    ("Sorry new account creations are currently disabled", rules.NEW_ACCOUNTS_CLOSED),
    *(
        (f"The {label} contains a disallowed string.", rules.SERVER_FORBIDDEN[field])
        for field, label in rules.PROVIDER_SERVERS.items()
    ),
)
"""Sentences that go on with what an installation has put there: its own address, its own characters."""
_PASSWORDS = ("sip_password", "customer_password", "new_password", "provider_password")
_NAMES = ("sip_username", "customer_username")
_FIELDS_OF = (
    (r"The existing password did not match.*", ("old_password",)),
    (r"The Provider Server .*", ("provider_server",)),
    (r"The Provider Register Server .*", ("register_server",)),
    (r"The Provider Outbound Proxy .*", ("provider_outbound_proxy",)),
    (r"A SIP provider with this name .*", ("provider_name",)),
    (r"SIP provider registrations .*", ("register_enabled",)),
    (r"(A|The|Your) password .*", _PASSWORDS),
    (r".*email address.*", ("email_address",)),
    (r".*first name.*", ("first_name",)),
    (r".*last name.*", ("last_name",)),
    (r".*security question.*", ("security_answer",)),
    (r"(The|Your) city .*", ("city",)),
    (r"The web site .*", ("web_site",)),
    (r"(A|The) dial plan .*name.*", ("dial_plan_name",)),
    (r".*invite code.*", ("invite_code",)),
    (r"The domain .*", ("sip_domain",)),
    (r".*(username|SIP account name).*", _NAMES),
)


def guess_rule(message: str) -> Rule | None:
    """Return the rule whose sentence begins like this one, if one is known for its beginning."""
    return next((rule for beginning, rule in _BEGINNINGS if message.startswith(beginning)), None)


def guess_fields(message: str) -> tuple[str, ...]:
    """The fields that a refusal of a service may be about, since the wire names none."""
    return next((fields for pattern, fields in _FIELDS_OF if re.fullmatch(pattern, message, re.DOTALL)), ())
