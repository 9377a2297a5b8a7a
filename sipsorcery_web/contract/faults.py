"""Between the error tree and faults: which sentence and type goes out, and what a fault that comes in means.

The wire has no error codes, only sentences and .NET type names (spec, section 1.8), so a table of both decides.
"""

import re

from .envelope import Fault, NotUnderstood, UnknownAction, VersionMismatch
from .errors import (
    BadFilter,
    Conflict,
    ContractError,
    NotFound,
    ProvisioningError,
    Refused,
    SessionExpired,
    TooManyAttempts,
    Unavailable,
)

INTERNAL = "InternalServiceFault"
APPLICATION = "System.ApplicationException"
UNAUTHORISED = "System.UnauthorizedAccessException"
BAD_FILTER = "System.Linq.Dynamic.ParseException"
UNTRANSLATABLE = "System.NotSupportedException"
"""What stores of the original say of a filter that cannot be put as SQL (section 6.4)."""
NULL_REFERENCE = "System.NullReferenceException"
INTERNAL_TEXT = "The server was unable to process the request due to an internal error."
"""How a fault begins that is not the caller's to mend (section 1.8)."""
STUMBLED = "The service could not carry this out and does not say why."
"""In place of a sentence about object references, which is all that the original says of what it did not expect."""

_EXPIRED_TEXTS = re.compile(
    r"Attempted to perform an unauthorized operation\."
    r"|The session ID that was requested to extend does not exist\."
    r"|There was an exception constructing the authorisation filter for the request\."
)
_NOT_FOUND_TEXTS = re.compile(
    r"The .+ was not found\."
    r"|You are not authorised to (update|delete) the .+\."
    r"|You are not authorised to (retrieve|update|delete) customer (password )?for username .*\."
    r"|Could not update SIP Asset with id .+, no existing asset found\."
    r"|The given key ('.+' )?was not present in the dictionary\.",
    re.DOTALL,
)
_CONFLICT_TEXTS = re.compile(
    r".+ already (in use|exists|taken)\b.*"
    r"|The email address is already associated with an account\."
    r"|.*(duplicate key|Duplicate entry|UNIQUE constraint).*",
    re.DOTALL | re.IGNORECASE,
)
_NOT_OF_THE_CONTRACT: dict[str, type[ContractError]] = {
    kind.fault_code: kind for kind in (ContractError, UnknownAction, VersionMismatch, NotUnderstood)
}
_TOO_MANY_TEXT = re.compile(r"Too many failed sign-ins\. The next one is possible in (\d+) seconds\.")


def fault_for(error: ProvisioningError) -> Fault:
    """What the service answers for an error."""
    match error:
        case SessionExpired():
            return Fault(INTERNAL, error.message, UNAUTHORISED)
        case ContractError():
            return Fault(error.fault_code, error.message)
        case Unavailable():
            return Fault(INTERNAL, f"{INTERNAL_TEXT} {error.message}")
        case BadFilter():
            return Fault(INTERNAL, error.message, BAD_FILTER)
        case _:
            return Fault(INTERNAL, error.message, APPLICATION)


def error_for(fault: Fault, token_may_be_over: bool = False) -> ProvisioningError:
    """What a fault means to the caller.

    Where a service hides its texts behind one generic fault, a fault after the token's hour counts as expired.
    """
    message = fault.message
    if fault.type_name == UNAUTHORISED or _EXPIRED_TEXTS.fullmatch(message):
        return SessionExpired(message)
    if wait := _TOO_MANY_TEXT.fullmatch(message):
        return TooManyAttempts(int(wait[1]))
    if message.startswith(INTERNAL_TEXT):
        return SessionExpired() if token_may_be_over else Unavailable("The service has met an internal error.")
    if fault.code in _NOT_OF_THE_CONTRACT:
        return _NOT_OF_THE_CONTRACT[fault.code](message)
    if fault.type_name in (BAD_FILTER, UNTRANSLATABLE):
        return BadFilter(message)
    if fault.type_name == NULL_REFERENCE:
        return Refused(STUMBLED)
    if _NOT_FOUND_TEXTS.fullmatch(message):
        return NotFound(message)
    return Conflict(message) if _CONFLICT_TEXTS.fullmatch(message) else Refused(message)
