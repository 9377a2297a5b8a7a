"""The operations that this project adds to the contract, as data, and their records.

They have a namespace and a WSDL of their own (`extensions_wsdl`). A service without them answers ActionNotSupported.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from . import names
from .areas import Area
from .operations import OPERATIONS, RECORD_OPERATIONS, Access, Operation, Parameter, RecordOperations
from .records import Record, flag, guid, moment, moment_or_nil, number, secret, text
from .wire_types import BOOLEAN, GUID, INT, STRING, ListType, RecordType


@dataclass(frozen=True, kw_only=True)
class AccessToken(Record):
    """A token for programs; `token` is told once, by the operation that makes it.

    `scopes` are words with blanks between them (`contract.scopes`).
    """

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    ends: datetime = moment("Ends")
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")
    last_used: datetime | None = moment_or_nil("LastUsed")
    last_used_from: str | None = text("LastUsedFrom")
    name: str | None = text("Name")
    scopes: str | None = text("Scopes")
    token: str | None = secret("Token")


OPERATOR = "the operator"
"""The actor at the command line; no customer can have a name with a blank."""


@dataclass(frozen=True, kw_only=True)
class AuditEntry(Record):
    """A change of something of a customer's, with who made it.

    `changed` has the names of fields on the wire, with blanks between them, and never a value. `number` counts the
    entries of the owner's chain, and `hash` stands for this one and all before it. `token_name` is that of the token
    for programs that was used; `on_behalf_of` is the owner, where somebody else acted.
    """

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    actor: str | None = text("Actor")
    address: str | None = text("Address")
    changed: str | None = text("Changed")
    hash: str | None = text("Hash")
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")
    number: int = number("Number")
    on_behalf_of: str | None = text("OnBehalfOf")
    operation: str | None = text("Operation")
    owner: str | None = text("Owner")
    reason: str | None = text("Reason")
    record_id: UUID = guid("RecordId")
    record_kind: str | None = text("RecordKind")
    record_name: str | None = text("RecordName")
    request_id: str | None = text("RequestId")
    token_name: str | None = text("TokenName")


@dataclass(frozen=True, kw_only=True)
class OpenSession(Record):
    """A session of the caller's; its id is made from the token, and leads back to nothing."""

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    ends: datetime = moment("Ends")
    ip_address: str | None = text("IPAddress")
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")


class SignInResult(StrEnum):
    """The outcomes of a sign-in."""

    RIGHT = "Right"
    WRONG_PASSWORD = "WrongPassword"  # noqa: S105 (the word for it)
    LOCKED_OUT = "LockedOut"
    """After so many wrong passwords or codes that for a while no more are looked at."""
    APP_PASSWORD_NEEDED = "AppPasswordNeeded"  # noqa: S105 (the word for it)
    """The password was right, and over SOAP does not do where there is a second factor."""
    CLOSED = "Closed"
    """The password was right, and the account is suspended or not confirmed."""
    SECOND_STEP_MISSING = "SecondStepMissing"
    """The password was right, and no second step has followed yet."""
    WRONG_CODE = "WrongCode"
    """The password was right, and a code of an authenticator app or a recovery code was not."""
    PASSKEY_REFUSED = "PasskeyRefused"
    """A passkey was not accepted, after the password or in its place."""


class SignInWay(StrEnum):
    """The doors that a sign-in comes through."""

    PAGE = "Page"
    SOAP = "SOAP"


@dataclass(frozen=True, kw_only=True)
class SignIn(Record):
    """A sign-in of the caller's, or several alike from one address within an hour: the last of them, and how many.

    `result` is a SignInResult, `way` a SignInWay; `device` is what the browser or program says of itself.
    """

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    at: datetime = moment("At")
    device: str | None = text("Device")
    ip_address: str | None = text("IPAddress")
    id: UUID = guid("Id")
    result: str | None = text("Result")
    times: int = number("Times")
    way: str | None = text("Way")


@dataclass(frozen=True, kw_only=True)
class AccountNetwork(Record):
    """A network that a SIP account of the caller's has registered from; `is_new` until the owner says it is known."""

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    first_seen: datetime = moment("FirstSeen")
    id: UUID = guid("Id")
    is_new: bool = flag("IsNew")
    last_seen: datetime = moment("LastSeen")
    network: str | None = text("Network")
    sip_account_id: UUID = guid("SIPAccountId")
    sip_account_name: str | None = text("SIPAccountName")


class LinkPurpose(StrEnum):
    """The purposes of links in mails."""

    CONFIRMATION = "confirmation"
    ADDRESS_CHANGE = "address-change"
    RESET = "reset"


@dataclass(frozen=True, kw_only=True)
class MailedLink(Record):
    """A link that was sent to `email_address`; `purpose` is one of LinkPurpose."""

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    customer_username: str | None = text("CustomerUsername")
    email_address: str | None = text("EmailAddress")
    ends: datetime = moment("Ends")
    is_used: bool = flag("IsUsed")
    purpose: str | None = text("Purpose")


@dataclass(frozen=True, kw_only=True)
class EmailAddressChange(Record):
    """Another e-mail address of the caller's, until the link is opened that went to it.

    It `ends` with the link, which can be sent once more from `next_mail` on.
    """

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    email_address: str | None = text("EmailAddress")
    ends: datetime = moment("Ends")
    next_mail: datetime = moment("NextMail")


@dataclass(frozen=True, kw_only=True)
class CustomerAccount(Record):
    """A customer as administrators see one: no password, and nothing else that lets somebody in."""

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    admin_id: str | None = text("AdminId")
    admin_member_id: str | None = text("AdminMemberId")
    city: str | None = text("City")
    country: str | None = text("Country")
    created_from_ip_address: str | None = text("CreatedFromIPAddress")
    customer_username: str | None = text("CustomerUsername")
    email_address: str | None = text("EmailAddress")
    email_address_confirmed: bool = flag("EmailAddressConfirmed")
    first_name: str | None = text("FirstName")
    has_second_factor: bool = flag("HasSecondFactor")
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")
    last_name: str | None = text("LastName")
    last_sign_in: datetime | None = moment_or_nil("LastSignIn")
    suspended: bool = flag("Suspended")
    suspended_reason: str | None = text("SuspendedReason")
    time_zone: str | None = text("TimeZone")
    web_site: str | None = text("WebSite")


@dataclass(frozen=True, kw_only=True)
class Invite(Record):
    """An invite code for one new customer, who has `used_by` then; `code` is told once, by the operation that makes it.

    Without an end it is good until it is used.
    """

    NAMESPACE: ClassVar[str] = names.EXTENSIONS

    code: str | None = secret("Code")
    ends: datetime | None = moment_or_nil("Ends")
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")
    made_by: str | None = text("MadeBy")
    note: str | None = text("Note")
    used_at: datetime | None = moment_or_nil("UsedAt")
    used_by: str | None = text("UsedBy")


_CUSTOMER = Parameter("customerUsername", STRING)
_RECORD_OPERATIONS = (
    RecordOperations(AuditEntry, "AuditEntry", plural="Audit", area=Area.AUDIT, namespace=names.EXTENSIONS),
    RecordOperations(SignIn, "SignIn", namespace=names.EXTENSIONS),
    RecordOperations(AccountNetwork, "AccountNetwork", namespace=names.EXTENSIONS),
    RecordOperations(CustomerAccount, "Customer", namespace=names.EXTENSIONS),
    RecordOperations(Invite, "Invite", namespace=names.EXTENSIONS),
)
_OPERATIONS = (
    *(one for each in _RECORD_OPERATIONS for one in each.operations()),
    Operation("DeleteCall", (Parameter("id", GUID),), None, area=Area.CALLS, namespace=names.EXTENSIONS),
    Operation("AcceptAccountNetwork", (Parameter("id", GUID),), None, namespace=names.EXTENSIONS),
    Operation(
        "UpdateCustomerDetails",
        (Parameter("customer", RecordType(CustomerAccount)),),
        RecordType(CustomerAccount),
        namespace=names.EXTENSIONS,
    ),
    Operation("SuspendCustomer", (_CUSTOMER, Parameter("reason", STRING)), None, namespace=names.EXTENSIONS),
    Operation("ResumeCustomer", (_CUSTOMER,), None, namespace=names.EXTENSIONS),
    Operation("ResetCustomerPassword", (_CUSTOMER, Parameter("newPassword", STRING)), None, namespace=names.EXTENSIONS),
    Operation("DeleteCustomerAccount", (_CUSTOMER,), None, namespace=names.EXTENSIONS),
    Operation(
        "AddInvites",
        (Parameter("invite", RecordType(Invite)), Parameter("count", INT)),
        ListType(Invite),
        namespace=names.EXTENSIONS,
    ),
    Operation("DeleteInvite", (Parameter("id", GUID),), None, namespace=names.EXTENSIONS),
    Operation("GetAccessTokens", (), ListType(AccessToken), area=Area.TOKENS, namespace=names.EXTENSIONS),
    Operation(
        "AddAccessToken",
        (Parameter("accessToken", RecordType(AccessToken)),),
        RecordType(AccessToken),
        namespace=names.EXTENSIONS,
    ),
    Operation("DeleteAccessToken", (Parameter("id", GUID),), None, namespace=names.EXTENSIONS),
    Operation("GetRevision", (), STRING, namespace=names.EXTENSIONS, keeps_session=True),
    Operation(
        "UpdateSecondFactor",
        (Parameter("hasSecondFactor", BOOLEAN),),
        None,
        in_process=frozenset({"is_proven"}),
        namespace=names.EXTENSIONS,
    ),
    Operation("GetSessions", (), ListType(OpenSession), namespace=names.EXTENSIONS),
    Operation("EndSession", (Parameter("id", GUID),), None, namespace=names.EXTENSIONS),
    Operation("EndOtherSessions", (), None, namespace=names.EXTENSIONS),
    Operation("GetEmailAddressChange", (), RecordType(EmailAddressChange), namespace=names.EXTENSIONS),
    Operation("UpdateEmailAddressChange", (), None, namespace=names.EXTENSIONS),
    Operation("DeleteEmailAddressChange", (), None, namespace=names.EXTENSIONS),
    Operation(
        "RequestPasswordReset",
        (Parameter("emailAddress", STRING),),
        None,
        Access.OPEN,
        namespace=names.EXTENSIONS,
    ),
    Operation(
        "GetMailedLink",
        (Parameter("token", STRING),),
        RecordType(MailedLink),
        Access.OPEN,
        namespace=names.EXTENSIONS,
    ),
    Operation(
        "ResetPassword",
        (Parameter("token", STRING), Parameter("newPassword", STRING)),
        None,
        Access.OPEN,
        namespace=names.EXTENSIONS,
    ),
    Operation(
        "ConfirmEmailAddress",
        (Parameter("token", STRING),),
        None,
        Access.OPEN,
        namespace=names.EXTENSIONS,
    ),
)

EXTENSIONS = {operation.name: operation for operation in _OPERATIONS}
ALL_OPERATIONS = {**OPERATIONS, **EXTENSIONS}
ALL_RECORD_OPERATIONS = {**RECORD_OPERATIONS, **{each.record: each for each in _RECORD_OPERATIONS}}
