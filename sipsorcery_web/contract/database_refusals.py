"""The meaning of database errors, which the original lets through as faults (spec, sections 4.6 and 7).

MySQL, PostgreSQL, SQL Server and SQLite are known, one of which is beneath every relational store of the original and
of its kin. Nobody is shown such a sentence: it names tables and columns, and often values.
"""

import re
from collections.abc import Callable, Mapping

from .errors import Conflict, Refused, Rule, Unavailable
from .records import Customer, Record, SIPAccount, SIPDialPlan, SIPProvider, wire_fields
from .rules import catalogue as rules

UNEXPLAINED = "The service could not carry this out and does not say why."
"""In place of a sentence that is not for people."""
TAKEN = "There is a record like this already."
ORPHANED = "What this belongs to is not there any more."
STILL_NEEDED = "The service keeps this, since something else still refers to it."
TOO_LONG = "One of the values is longer than the service can store."
OUT_OF_REACH = "The service cannot reach its database."

RecordClass = type[Record] | None

_TAKEN_NAMES: Mapping[RecordClass, Rule] = {
    SIPAccount: rules.SIP_NAME_TAKEN,
    SIPProvider: rules.PROVIDER_NAME_TAKEN,
    SIPDialPlan: rules.DIAL_PLAN_NAME_TAKEN,
    Customer: rules.NAME_TAKEN,
}
_LENGTHS: Mapping[RecordClass, Mapping[str, int]] = {
    SIPAccount: rules.SIP_ACCOUNT_LENGTHS,
    SIPProvider: rules.PROVIDER_LENGTHS,
    SIPDialPlan: rules.DIAL_PLAN_LENGTHS,
    Customer: rules.CUSTOMER_LENGTHS,
}
_MISSING = {
    "sip_username": rules.SIP_USERNAME_MISSING,
    "sip_domain": rules.SIP_DOMAIN_MISSING,
    "sip_password": rules.PASSWORD_MISSING,
    "customer_password": rules.PASSWORD_MISSING,
    "customer_username": rules.USERNAME_MISSING,
    "email_address": rules.ADDRESS_MISSING,
    "provider_name": rules.PROVIDER_NAME_MISSING,
    "dial_plan_name": rules.DIAL_PLAN_NAME_MISSING,
}
_DRIVERS = re.compile(r"MySql|MySQL|Npgsql|Postgres|SqlClient|Sqlite|SQLite|DbException|Devart|^System\.Data\.")


def meaning_of(message: str, type_name: str, record: RecordClass) -> Refused | Unavailable | None:
    """Return what a sentence of a database says of a record; None for a sentence of the service itself.

    `type_name` is the .NET type of the fault, `record` what the operation is about.
    """
    for pattern, meaning in _MEANINGS:
        if found := pattern.search(message):
            return meaning(found, record)
    return Refused(UNEXPLAINED) if _DRIVERS.search(type_name) else None


def _duplicate(found: re.Match[str], record: RecordClass) -> Refused:
    key = (found["key"] or "").lower().strip(" .")
    if "primary" in key or re.search(r"(^|[._])(pkey|pk|id)(_|$)", key):
        return Conflict(rules.ID_TAKEN)
    if record is Customer and "email" in key:
        return Conflict(rules.ADDRESS_TAKEN)
    return Conflict(_TAKEN_NAMES.get(record, TAKEN))


def _null(found: re.Match[str], record: RecordClass) -> Refused:
    field = _field(found, record)
    return Refused(_MISSING.get(field, f"The {_words(field)} must be specified."), _at(field))


def _too_long(found: re.Match[str], record: RecordClass) -> Refused:
    field = _field(found, record)
    if not field:
        return Refused(TOO_LONG)
    if field in _LENGTHS.get(record, {}):
        return Refused(rules.COLUMN_LENGTH[field])
    return Refused(f"The {_words(field)} is longer than the service can store.", _at(field))


def _orphan(found: re.Match[str], record: RecordClass) -> Refused:
    if record is SIPAccount and "domain" in found[0].lower():
        return Refused(rules.FOREIGN_DOMAIN)
    return Refused(ORPHANED)


def _field(found: re.Match[str], record: RecordClass) -> str:
    """The attribute of a column: columns are the names on the wire in lower case. Empty where there is none."""
    column = next((name for name in found.groups() if name), "").lower()
    fields = wire_fields(record) if record else ()
    return next((entry.attribute for entry in fields if entry.element.lower() == column), "")


def _at(field: str) -> tuple[str, ...]:
    """A changed password stands in a form of its own."""
    return ("customer_password", "new_password") if field == "customer_password" else (field,) if field else ()


def _words(field: str) -> str:
    return field.replace("_", " ") or "value"


_MEANINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], RecordClass], Refused | Unavailable]], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), meaning)
    for pattern, meaning in (
        (
            r"(?:Duplicate entry\b(?:.*\bfor key)?|violates unique constraint|Violation of \w+ KEY constraint"
            r"|with unique index|UNIQUE constraint failed:)\s*['\"]?(?P<key>[\w.$-]*)",
            _duplicate,
        ),
        (
            r"Column '(\w+)' cannot be null|null value in column \"(\w+)\"|the value NULL into column '(\w+)'"
            r"|NOT NULL constraint failed: \w+\.(\w+)|Field '(\w+)' doesn't have a default value",
            _null,
        ),
        (
            r"Data too long for column '(\w+)'|value too long for type character"
            r"|String or binary data would be truncated(?: in table '[^']*', column '(\w+)')?",
            _too_long,
        ),
        (
            r"Cannot delete or update a parent row|update or delete on table|conflicted with the REFERENCE constraint",
            lambda _found, _record: Refused(STILL_NEEDED),
        ),
        (
            r"foreign key constraint fails.*|violates foreign key constraint.*"
            r"|conflicted with the FOREIGN KEY constraint.*|FOREIGN KEY constraint failed",
            _orphan,
        ),
        (
            r"Unable to connect to any of the specified \w+ hosts|Too many connections|server has gone away"
            r"|Timeout expired|Deadlock found|Lock wait timeout|Failed to establish a connection"
            r"|Lost connection to MySQL|Access denied for user '|Unknown database '"
            r"|Host '[^']*' is (?:blocked|not allowed)",
            lambda _found, _record: Unavailable(OUT_OF_REACH),
        ),
        (
            r"Unknown column '|Invalid column name '|Invalid object name '|Table '[^']*' (?:doesn't exist|is marked)"
            r"|ERROR: [0-9A-Z]{5}: |(?:error in your|in the) SQL syntax|\bfor column '[^']*' at row \d",
            lambda _found, _record: Refused(UNEXPLAINED),
        ),
    )
)
