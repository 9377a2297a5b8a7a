"""Conversion between the error tree and faults: which sentence and type goes out, and what a fault that comes in means.

The wire has no error codes, only sentences and .NET type names (spec, section 1.8), so a table of both decides.
"""

import re
from collections.abc import Mapping
from string import Formatter

from .database_refusals import UNEXPLAINED, meaning_of
from .envelope import Fault, NotUnderstood, UnknownAction, VersionMismatch
from .errors import (
    Attempts,
    BadFilter,
    Busy,
    Conflict,
    ContractError,
    InternalFault,
    NotFound,
    OutcomeUnknown,
    ProvisioningError,
    Refused,
    Rule,
    SessionExpired,
    TooManyAttempts,
    Unavailable,
)
from .foreign_sentences import guess_fields, guess_rule
from .operations import Operation
from .records import Record, SIPAccount, SIPDialPlan, SIPProvider
from .rules.catalogue import ID_TAKEN, RULES
from .wire_types import RecordType

INTERNAL = "InternalServiceFault"
APPLICATION = "System.ApplicationException"
UNAUTHORISED = "System.UnauthorizedAccessException"
BAD_FILTER = "System.Linq.Dynamic.ParseException"
UNTRANSLATABLE = "System.NotSupportedException"
"""What stores of the original say of a filter that cannot be put as SQL (section 6.4)."""
SPOKEN = ("", APPLICATION, "System.Exception")
"""Types whose texts were written to be read (section 1.8); none where a service tells no types."""
INTERNAL_TEXT = "The server was unable to process the request due to an internal error."
"""How a fault begins that is not the caller's to mend (section 1.8)."""
STORE_AWAY = "The service cannot reach its store. Nothing was changed."
"""What the built-in service adds to that where it knows it."""

_EXPIRED_TEXTS = re.compile(
    r"Attempted to perform an unauthorized operation\."
    r"|The session ID that was requested to extend does not exist\."
    r"|There was an exception constructing the authorisation filter for the request\."
)
_NOT_FOUND_TEXTS = re.compile(
    r"The .+ was not found\."
    r"|You are not authorised to (update|delete) the .+\."
    r"|You are not authorised to (retrieve|update|delete) customer (password )?for username .*\.",
    re.DOTALL,
)
_FILE_STORE_LACKS = re.compile(
    r"Could not update SIP Asset with id .+, no existing asset found\."
    r"|The given key ('.+' )?was not present in the dictionary\."
)
_FILE_STORE_HAS = re.compile(r"SIP Asset with id .+ already exists\.")
_CONFLICT_TEXTS = re.compile(
    r".+ already (in use|exists|taken)\b.*"
    r"|The email address is already associated with an account\.",
    re.DOTALL | re.IGNORECASE,
)
_NOT_OF_THE_CONTRACT: dict[str, type[ContractError]] = {
    kind.fault_code: kind for kind in (ContractError, UnknownAction, VersionMismatch, NotUnderstood)
}
_NOUNS: dict[type[Record] | None, str] = {
    SIPAccount: "SIP account",
    SIPProvider: "SIP provider",
    SIPDialPlan: "dial plan",
}
_TOO_MANY_TEXT = re.compile(
    rf"Too many ({'|'.join(attempts.value for attempts in Attempts)})\. The next one is possible in (\d+) seconds\."
)


def fault_for(error: ProvisioningError) -> Fault:
    """Return the fault that the service answers for an error."""
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


def error_for(fault: Fault, token_may_be_over: bool = False, operation: Operation | None = None) -> ProvisioningError:
    """Return the error that a fault means to the caller of an operation.

    Where a service hides its texts behind one generic fault, a fault after the token's hour counts as expired.
    """
    message = fault.message
    if fault.type_name == UNAUTHORISED or _EXPIRED_TEXTS.fullmatch(message):
        return SessionExpired(message)
    if wait := _TOO_MANY_TEXT.fullmatch(message):
        return TooManyAttempts(int(wait[2]), Attempts(wait[1]))
    if message == f"{INTERNAL_TEXT} {Busy().message}":
        return Busy()
    if message == f"{INTERNAL_TEXT} {STORE_AWAY}":
        return Unavailable(STORE_AWAY)
    if message.startswith(INTERNAL_TEXT):
        return SessionExpired() if token_may_be_over else InternalFault("The service has met an internal error.")
    if fault.code in _NOT_OF_THE_CONTRACT:
        return _NOT_OF_THE_CONTRACT[fault.code](message)
    if fault.type_name in (BAD_FILTER, UNTRANSLATABLE):
        return BadFilter(message)
    record = _record_of(operation)
    if fault.type_name in SPOKEN and (known := known_refusal(message)):
        return known
    if meaning := meaning_of(message, fault.type_name, record):
        return _of_an_operation(meaning, operation)
    return _told(fault, record)


def known_refusal(sentence: str) -> Refused | None:
    """Return what the built-in service has raised where it sent this sentence; None for one that it does not have."""
    if rule := _BY_SENTENCE.get(sentence):
        return _broken(rule, sentence)
    matches = ((rule, pattern.fullmatch(sentence)) for pattern, rule in _BY_PATTERN)
    return next((_broken(rule, sentence, found.groupdict()) for rule, found in matches if found), None)


def refusal_of(sentence: str) -> Refused:
    """Return what a sentence of a service refuses, as far as that is known: its rule, else the fields it may mean."""
    if known := known_refusal(sentence):
        return known
    if rule := guess_rule(sentence):
        return _broken(rule, sentence)
    kind = Conflict if _CONFLICT_TEXTS.fullmatch(sentence) else Refused
    return kind(sentence, guess_fields(sentence))


def _broken(rule: Rule, sentence: str, values: Mapping[str, str] | None = None) -> Refused:
    return (Conflict if rule.is_taken else Refused)(rule, values=values, told=sentence)


def _pattern_of(rule: Rule) -> re.Pattern[str]:
    """The sentence of a rule as an expression that any value may stand in."""
    expression, seen = "", set[str]()
    for text, name, _, _ in Formatter().parse(rule.sentence):
        expression += re.escape(text)
        if name is not None:
            expression += f"(?P={name})" if name in seen else f"(?P<{name}>.+)"
            seen.add(name)
    return re.compile(expression, re.DOTALL)


_FILLED = [rule for rule in RULES if any(name is not None for _, name, _, _ in Formatter().parse(rule.sentence))]
_BY_SENTENCE = {rule.sentence: rule for rule in RULES if rule not in _FILLED}
_BY_PATTERN = [(_pattern_of(rule), rule) for rule in _FILLED]


def _of_an_operation(meaning: Refused | Unavailable, operation: Operation | None) -> ProvisioningError:
    """Return the error for a sentence of a database: in a list it can only be about the filter."""
    if operation is None:
        return meaning
    if isinstance(meaning, Unavailable):
        return OutcomeUnknown(meaning.message) if operation.changes_records else meaning
    return BadFilter(meaning.message) if operation.is_filtered else meaning


def _told(fault: Fault, record: type[Record] | None) -> Refused:
    """Return the error for a sentence of the service itself."""
    if _NOT_FOUND_TEXTS.fullmatch(fault.message):
        return NotFound(fault.message)
    if _FILE_STORE_LACKS.fullmatch(fault.message):
        return NotFound(f"The {_NOUNS.get(record, 'record')} was not found.")
    if _FILE_STORE_HAS.fullmatch(fault.message):
        return Conflict(ID_TAKEN)
    if fault.type_name not in SPOKEN:
        return Refused(UNEXPLAINED)
    return refusal_of(fault.message)


def _record_of(operation: Operation | None) -> type[Record] | None:
    """The class of the records that an operation is about."""
    kinds = [parameter.kind for parameter in operation.parameters] if operation else []
    return next((kind.record for kind in kinds if isinstance(kind, RecordType)), None)
