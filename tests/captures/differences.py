"""The differences from the original that this service intends: all that the comparison of replies may find.

`docs/dispositions.md` shows this table to people; a test holds the two together.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

ACCEPTED = (r"status: 500 -> 200", r"content: fault -> \w+Response")


def refused(sentence: str) -> tuple[str, ...]:
    """A fault with this sentence in place of an answer."""
    return r"status: 200 -> 500", r"content: \w+Response -> fault", rf"faultstring: none -> {sentence}"


def reworded(sentence: str, theirs: str = ".*") -> tuple[str, ...]:
    """Another sentence in the fault, and the type of every refusal."""
    return rf"faultstring: {theirs} -> {sentence}", r"type: [\w.]+ -> System\.ApplicationException"


@dataclass(frozen=True)
class Intended:
    """Some exchanges (patterns of their names) and the lines in which the replies to them may differ (expressions)."""

    exchanges: str
    lines: tuple[str, ...]
    original: str
    ours: str
    reason: str

    def covers(self, name: str) -> bool:
        """Return True when the exchange is one of these; the number of its place in the run does not count."""
        return any(fnmatchcase(name.partition("-")[2], pattern) for pattern in self.exchanges.split())

    def allows(self, line: str) -> bool:
        """Return True when a difference is one of these."""
        return any(re.fullmatch(expression, line, re.DOTALL) for expression in self.lines)


NOT_FOUND = r"The (SIP account|SIP provider|dial plan) was not found\."
UNAUTHORISED = r"Attempted to perform an unauthorized operation\."

INTENDED = (
    Intended(
        "CreateCustomer-no-id*",
        ACCEPTED,
        "a second record without an id collides with the first",
        "the service makes the id",
        "Q3",
    ),
    Intended(
        "CreateCustomer-null-* AddSIPAccount-null UpdateSIPAccount-null",
        reworded(r"A (username must be specified|customer must be given|SIP account must be given)\.", "Object ref.*"),
        "`Object reference not set to an instance of an object`, `System.NullReferenceException`",
        "a sentence that says what is missing, `System.ApplicationException`",
        "W9",
    ),
    Intended(
        "*-bad-bool *-int-not-number",
        (
            r"faultcode: \w+ -> DeserializationFailed",
            r"faultstring: .* -> The message does not keep to the contract\. .*",
            r"type: .* -> none",
        ),
        "Mono: other codes, an `XmlException`",
        "`DeserializationFailed`, as .NET",
        "spec 1.6",
    ),
    Intended(
        "AddSIPAccount-wrong-member-ns",
        (
            r"faultcode: InternalServiceFault -> DeserializationFailed",
            r"faultstring: The username must be specified .* -> The element .*Id has no place in sipAccount\.",
            r"type: .* -> none",
        ),
        "fields in another namespace are skipped, then missed",
        "refused as unreadable",
        "Q4",
    ),
    Intended("AddSIPAccount-out-of-order", ACCEPTED, "fields out of order are dropped", "any order is read", "Q4"),
    Intended(
        "AddDialPlan-control-char",
        (
            r"faultcode: InternalServiceFault -> DeserializationFailed",
            r"faultstring: .* -> The message is not well-formed XML\.",
            r"type: .* -> none",
        ),
        "control characters are read and stored",
        "what XML 1.0 cannot carry is refused",
        "XML 1.0, 2.2",
    ),
    Intended(
        "GetCustomer-*",
        (
            r"CustomerPassword: filled -> nil",
            r"SecurityAnswer: filled -> nil",
            r"CreatedFromIPAddress: nil -> filled",
        ),
        "password and security answer in clear; the address as the client claimed it",
        "password and answer nil; the address as the service saw it",
        "W4, W1",
    ),
    Intended(
        "GetCustomer-self-made-admin",
        (r"AdminId: filled -> nil",),
        "who registers can make themselves administrator",
        "administrators are made by administrators",
        "W1",
    ),
    Intended(
        "GetSIPAccounts-self-made-admin*",
        (r"GetSIPAccountsResult has: records -> nothing",),
        "and then see the records of all",
        "own records only",
        "W1",
    ),
    Intended(
        "Login-not-confirmed",
        ACCEPTED,
        "whether an address is confirmed is what the client claimed",
        "it is the service's to say; without a mail server every address counts",
        "W1, W6",
    ),
    Intended(
        "GetCustomer-http-cookie",
        refused(UNAUTHORISED),
        "a cookie may carry the token",
        "a browser sends cookies unasked, so none does",
        "W10",
    ),
    Intended(
        "GetCustomer-other-session-after-password-change",
        refused(UNAUTHORISED),
        "other sessions go on after a change of password",
        "they end",
        "W8",
    ),
    Intended(
        "UpdateSIPAccount-administrative-fields",
        (r"AdminDisabledReason: filled -> nil",),
        "owners can set what is an administrator's",
        "what is stored stays",
        "W5",
    ),
    Intended(
        "GetCustomer-hdr-whitespace-in-authid",
        ACCEPTED,
        "a blank beside the token spoils it",
        "blanks around the token do not count",
        "spec 1.7",
    ),
    Intended(
        "*-nodetail",
        (r"faultstring: The server was unable to process .* -> .*", r"type: none -> System\.\w+"),
        "where details are off, one text for every fault and no type",
        "every fault has its text and type, never a stack trace",
        "W9",
    ),
    Intended(
        "CreateCustomer-short-password",
        (r"faultstring: The password length must be between 6 and 20\. -> .* between 6 and 64\.",),
        "a password for signing in has at most 20 characters",
        "at most 64",
        "longer ones are harder to guess",
    ),
    Intended(
        "UpdateCustomerPassword-one-char-new",
        refused(r"The password length must be between 6 and 64\."),
        "a new password is not looked at",
        "it keeps to the rules of a first one",
        "Q12",
    ),
    Intended(
        "UpdateCustomerPassword-repair-from-nil",
        refused(r"The existing password did not match when attempting a password update\."),
        "an account without a password is possible, and gets one from anybody's session",
        "there is none: the old password is always wanted",
        "Q12, W4",
    ),
    Intended(
        "Add*-duplicate-id",
        reworded(r"A record with this id already exists\."),
        "`SIP Asset with id … already exists.`, `System.ArgumentException`",
        "a plain sentence, `System.ApplicationException`",
        "W9",
    ),
    Intended(
        "Add*-duplicate-name",
        refused(r"A (SIP provider|dial plan) with this name already exists\."),
        "the file store lets two records of an owner have one name",
        "refused, as by the relational stores",
        "spec 7.4, 7.6",
    ),
    Intended(
        "AddSIPAccount-foreign-domain",
        refused(r"The domain is not one of this service\."),
        "the file store takes any domain",
        "only domains that the caller may use",
        "spec 4.6",
    ),
    Intended(
        "AddDialPlan-null-name",
        refused(r"The dial plan needs a name\."),
        "the file store takes a dial plan without a name",
        "refused, as by the relational stores",
        "spec 7.6",
    ),
    Intended(
        "AddSIPAccount-empty-string-vs-nil GetSIPAccounts-filter-*",
        (r"(In|Out)DialPlanName: empty -> nil",),
        "an empty name of a dial plan is kept",
        "a blank name is no dial plan: nil",
        "spec 7.2",
    ),
    Intended(
        "GetSIPAccounts-filter-null-member-call",
        (r"GetSIPAccountsResult: nil -> filled",),
        "a method of a nil field breaks the file store: the list is nil",
        "such a row does not match: the list is empty",
        "Q6",
    ),
    Intended(
        "GetSIPAccountsCount-filter-null-member-call",
        ACCEPTED,
        "a method of a nil field breaks the file store: a fault",
        "such a row does not match",
        "Q6",
    ),
    Intended("GetSIPAccounts-filter-guid", ACCEPTED, "ids cannot be compared", "they can", "spec 6.6"),
    Intended(
        "GetSIPAccounts-filter-date-member",
        refused(r"No property or field 'Year' exists in type 'DateTimeOffset'"),
        "every member of every .NET type can be reached",
        "fixed lists of fields and methods; times are compared as they are",
        "W2, spec 6.6",
    ),
    Intended(
        "GetSIPAccounts-filter-non-boolean",
        (r"faultstring: Operator 'and' incompatible .* -> Expression of type 'Boolean' expected",),
        "the caller's text is joined to the owner's condition, and then read",
        "it is read by itself",
        "W2",
    ),
    Intended(
        "GetSIPAccounts-filter-or-injection-*",
        (r"GetSIPAccountsResult has: records -> nothing",),
        "`or` reaches other customers' records",
        "nobody sees another's",
        "W2",
    ),
    Intended(
        "*-filter-count-zero",
        (r"\w+Result has: records -> nothing",),
        "the file store takes a count of 0 as all",
        "0 is none",
        "Q5",
    ),
    Intended(
        "*-filter-offset-negative",
        refused(r"The offset and the count of a list must not be negative\."),
        "the file store ignores the count for a negative offset",
        "refused",
        "Q5",
    ),
    Intended(
        "UpdateSIPAccount-stolen-by-owner-field",
        refused(NOT_FOUND),
        "the owner in the message decides: another's account changes hands",
        "the owner in the store decides",
        "W3",
    ),
    Intended(
        "GetSIPAccounts-after-steal*",
        (r"GetSIPAccountsResult has: nothing -> records",),
        "the account is gone",
        "its owner still has it",
        "W3",
    ),
    Intended(
        "Update*-unknown-id Update*-other-user Delete*-other-user Delete*-again",
        reworded(NOT_FOUND),
        "not there and not yours are told apart, partly as `KeyNotFoundException`",
        "one answer for both",
        "W3",
    ),
    Intended(
        "DeleteSIPAccount-id-and-owner-only",
        refused(NOT_FOUND),
        "deletes the record that was added without an id, under the zero id",
        "no record has the zero id",
        "Q3",
    ),
    Intended(
        "DeleteCustomer-other-user",
        refused(r"You are not authorised to delete customer for username \S+\."),
        "a normal answer, nothing done",
        "a fault",
        "Q1",
    ),
    Intended("DeleteCustomer-no-header", refused(UNAUTHORISED), "a normal answer, nothing done", "a fault", "Q1"),
    Intended(
        "*-session-of-deleted-customer",
        (
            rf"faultstring: .* -> {UNAUTHORISED}",
            r"type: System\.\w+ -> System\.UnauthorizedAccessException",
        ),
        "the session outlives its customer; calls fail in various ways",
        "it ends with its customer, and is unauthorised",
        "W8",
    ),
    Intended(
        "ExtendSession-negative*",
        refused(r"A session can be extended by one minute at the least\."),
        "a negative number shortens the session",
        "refused",
        "Q16, spec 2",
    ),
    Intended(
        "*-soapaction-*",
        (r"faultstring: .* -> The SOAPAction '.*' is not one of this contract\.",),
        "the framework's sentence",
        "our own",
        "spec 1.8",
    ),
    Intended(
        "IsAlive-body-empty",
        refused(r"The body of the message must hold exactly one element\."),
        "Mono takes the operation from SOAPAction",
        "SOAPAction and body have to agree",
        "spec 1.1",
    ),
    Intended(
        "IsAlive-malformed-xml",
        (
            "status: 200 -> 500",
            "media type: none -> text/xml",
            "content: none -> fault",
            r"faultstring: none -> The message is not well-formed XML\.",
        ),
        "Mono answers nothing",
        "`DeserializationFailed`",
        "not to be imitated",
    ),
    Intended(
        "IsAlive-*-content-type",
        (
            "status: 415 -> 500",
            "media type: none -> text/xml",
            "content: none -> fault",
            r"faultstring: none -> A SOAP 1\.1 message has the content type text/xml\.",
        ),
        "status 415 without a body",
        "a fault that says what is expected",
        "spec 1.8",
    ),
    Intended(
        "IsAlive-utf16",
        ("status: 415 -> 200", "media type: none -> text/xml", "content: none -> IsAliveResponse"),
        "UTF-8 only",
        "other character sets of text/xml are read",
        "spec 1.1",
    ),
    Intended(
        "IsAlive-get",
        ("media type: text/xml -> text/html",),
        "Mono publishes the WSDL",
        "a page for people; the WSDL is at `?wsdl`",
        "spec 1.1",
    ),
)


def unexplained(name: str, lines: list[str]) -> list[str]:
    """The differences of an exchange that no entry of the table allows."""
    entries = [entry for entry in INTENDED if entry.covers(name)]
    return [line for line in lines if not any(entry.allows(line) for entry in entries)]


def as_markdown() -> str:
    """The table for people."""
    rows = [
        f"| {' '.join(f'`{pattern}`' for pattern in entry.exchanges.split())} "
        f"| {entry.original} | {entry.ours} | {entry.reason} |"
        for entry in INTENDED
    ]
    return "\n".join(["| Exchanges | The original | This service | Why |", "|---|---|---|---|", *rows])
