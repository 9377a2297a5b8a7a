"""The client of the provisioning service: one typed method for each thing that a page does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sipsorcery_web.clock import utc_now
from sipsorcery_web.contract.envelope import UnknownAction
from sipsorcery_web.contract.errors import OutcomeUnknown, Refused, SessionExpired, Unavailable
from sipsorcery_web.contract.extensions import (
    ALL_OPERATIONS,
    ALL_RECORD_OPERATIONS,
    AccessToken,
    AccountNetwork,
    AuditEntry,
    CustomerAccount,
    EmailAddressChange,
    Invite,
    MailedLink,
    OpenSession,
    SignIn,
)
from sipsorcery_web.contract.filters import Where
from sipsorcery_web.contract.operations import NO_LIMIT, RECORD_OPERATIONS, RecordOperations
from sipsorcery_web.contract.records import (
    Customer,
    Record,
    SIPAccount,
    SIPCDRAsset,
    SIPDialogueAsset,
    SIPDialPlan,
    SIPDomain,
    SIPProvider,
    SIPProviderBinding,
    SIPRegistrarBinding,
)

from .channel import Channel
from .filling_in import filled_in, touched

R = TypeVar("R", bound=Record)

OnlyIf = Callable[[Any], bool]
"""A condition on a stored record, as its caller is told it."""

NIL_LIST = "The service could not filter this list."


@dataclass(frozen=True)
class ClientIdentity:
    """The identity of a caller: the session's token and the person's IP address."""

    token: str | None = None
    address: str = ""


class Entries(Generic[R]):
    """One list of the service."""

    def __init__(self, call: Callable[..., Any], operations: RecordOperations) -> None:
        self._call = call
        self._operations = operations

    @property
    def name(self) -> str:
        """The name of the list: that of the operation which reads it."""
        return self._operations.page

    @property
    def record(self) -> type[R]:
        """The type of the records."""
        record: type[Any] = self._operations.record
        return record

    def count(self, where: Where = None, at_most: int | None = None) -> int:
        """Return the number of records; AtLeast where a service in this process stopped at `at_most`."""
        limit = {} if at_most is None else {"at_most": at_most}
        found: int = self._call(self._operations.count, where_expression=where, **limit)
        return found

    def last(self, offset: int, count: int, where: Where = None) -> list[R]:
        """The same as `page`, counted from the end of the list: after AtLeast, whose service can do that."""
        asked = {"where_expression": where, "offset": offset, "count": count, "from_end": True}
        return list(self._call(self._operations.page, **asked))

    def page(self, offset: int = 0, count: int = NO_LIMIT, where: Where = None) -> list[R]:
        """The records from `offset` on; errors as for `portion`."""
        return list(self.portion(offset, count, where))

    def portion(self, offset: int, count: int, where: Where = None) -> Sequence[R]:
        """The same as it came, be it a `PlainPage`. A service may answer nil for an empty list (quirk Q6).

        Refused for nil where something is asked: the file store of the original says so that a filter broke on one of
        the records, as a method does on a null.
        """
        found: Sequence[R] | None = self._call(
            self._operations.page, where_expression=where, offset=offset, count=count
        )
        if found is None and where is not None:
            raise Refused(NIL_LIST)
        return found or ()


class Records(Entries[R]):
    """A list whose records can be changed."""

    def add(self, record: R) -> R:
        """Store a new record and give it as stored."""
        return self._change(self._operations.add, record and filled_in(record, utc_now()))

    def update(self, record: R, reason: str = "", only_if: OnlyIf | None = None) -> R:
        """Store a changed record and give it as stored; a service in this process is told an administrator's reason.

        It can be told a condition on the stored record as well: Changed where that does not meet it.
        """
        return self._change(self._operations.update, record and touched(record, utc_now()), reason, only_if)

    def delete(self, record: R, reason: str = "", only_if: OnlyIf | None = None) -> R:
        """Delete a record; the reason and the condition as for `update`."""
        return self._change(self._operations.delete, record, reason, only_if)

    def _change(self, operation: str, record: R, reason: str = "", only_if: OnlyIf | None = None) -> R:
        told = {name: value for name, value in (("reason", reason), ("only_if", only_if)) if value}
        changed: R = self._call(operation, **{self._operations.argument: record}, **told)
        return changed


class ProvisioningClient:
    """A provisioning service as one visitor sees it; every failure is a ProvisioningError."""

    def __init__(self, channel: Channel, visitor: ClientIdentity) -> None:
        self._channel = channel
        self._visitor = visitor
        self.sip_accounts = self.records(SIPAccount)
        self.sip_providers = self.records(SIPProvider)
        self.dial_plans = self.records(SIPDialPlan)
        self.registrar_bindings = self.entries(SIPRegistrarBinding)
        self.provider_bindings = self.entries(SIPProviderBinding)
        self.calls = self.entries(SIPDialogueAsset)
        self.cdrs = self.entries(SIPCDRAsset)
        self.audit = self.entries(AuditEntry)
        self.sign_ins = self.entries(SignIn)
        self.account_networks = self.entries(AccountNetwork)
        self.customers = self.entries(CustomerAccount)
        self.invites = self.entries(Invite)

    def records(self, record: type[R]) -> Records[R]:
        """Return the list of the records of this type, which can be changed."""
        return Records(self._call, RECORD_OPERATIONS[record])

    def entries(self, record: type[R]) -> Entries[R]:
        """Return the list of the records of this type, to be read."""
        return Entries(self._call, ALL_RECORD_OPERATIONS[record])

    def is_alive(self) -> bool:
        """Return True when the service says that it is alive."""
        return bool(self._call("IsAlive"))

    def new_accounts_enabled(self) -> bool:
        """Return True when the service takes new customers."""
        return bool(self._call("AreNewAccountsEnabled"))

    def invite_complaint(self, code: str) -> str | None:
        """Return why an invite code cannot be used.

        None when it can, and where the service cannot check it beforehand.
        """
        try:
            complaint: str | None = self._call("CheckInviteCode", invite_code=code)
        except UnknownAction:
            return None
        return complaint

    def create_customer(self, customer: Customer) -> None:
        """Register a new customer."""
        self._call("CreateCustomer", customer=customer and filled_in(customer, utc_now()))

    def login(
        self,
        username: str,
        password: str,
        known_browser: str = "",
        browser: str | None = None,
        asks_second_factor: bool = False,
    ) -> str | None:
        """A token, or None when name and password do not belong together.

        A service in this process is told what the browser says of itself, its number where the same person has signed
        in with it before, and that a caller asks for the second factor, where there is one.
        """
        told = {"known_browser": known_browser, "asks_second_factor": asks_second_factor}
        given: dict[str, Any] = {name: value for name, value in told.items() if value}
        if browser is not None:
            given["browser"] = browser
        token: str | None = self._call("Login", username=username, password=password, **given)
        return token or None

    def logout(self) -> None:
        """End the session at the service."""
        self._call("Logout")

    def extend_session(self, minutes: int) -> None:
        """Lengthen the session."""
        self._call("ExtendSession", minutes=minutes)

    def customer(self, username: str) -> Customer:
        """The visitor's own record."""
        customer: Customer = self._call("GetCustomer", username=username)
        return customer

    def update_customer(self, customer: Customer) -> None:
        """Store the visitor's details."""
        self._call("UpdateCustomer", customer=customer)

    def update_customer_password(self, username: str, old_password: str, new_password: str) -> None:
        """Change the visitor's password."""
        self._call("UpdateCustomerPassword", username=username, old_password=old_password, new_password=new_password)

    def delete_customer(self, username: str) -> None:
        """Delete the visitor and all that belongs to them; Refused when they are still there afterwards.

        The original answers alike whether it deleted or not (quirk Q1), so the record is asked for once more.
        """
        self._call("DeleteCustomer", customer_username=username)
        try:
            self.customer(username)
        except (SessionExpired, Refused):
            return
        except Unavailable as error:
            raise OutcomeUnknown(error.message) from error
        raise Refused("The service has kept the account. Switch off its provider registrations, then try again.")

    def domains(self) -> list[SIPDomain]:
        """The domains that the visitor may use."""
        return self._call("GetSIPDomains", filter_expression=None, offset=0, count=NO_LIMIT) or []

    def revision(self) -> str:
        """Return a text that differs after each change of what the visitor sees.

        UnknownAction at a service that has none; it may have other words for that.
        """
        return self._call("GetRevision") or ""

    def sessions(self) -> list[OpenSession]:
        """The visitor's newest sessions, this one among them."""
        return self._call("GetSessions") or []

    def end_session(self, id: UUID) -> None:
        """End one of the visitor's sessions."""
        self._call("EndSession", id=id)

    def end_other_sessions(self) -> None:
        """End all of the visitor's sessions but this one."""
        self._call("EndOtherSessions")

    def delete_call(self, id: UUID) -> None:
        """Hang up the visitor's call that this is a leg of. NotFound where there is none, or it has ended already."""
        self._call("DeleteCall", id=id)

    def accept_account_network(self, id: UUID) -> None:
        """Say that a network which a SIP account has registered from is known."""
        self._call("AcceptAccountNetwork", id=id)

    def update_customer_details(self, customer: CustomerAccount) -> CustomerAccount:
        """Store the details of a customer whom the visitor looks after, and give the record as stored."""
        stored: CustomerAccount = self._call("UpdateCustomerDetails", customer=customer)
        return stored

    def suspend_customer(self, username: str, reason: str) -> None:
        """Shut a customer out whom the visitor looks after."""
        self._call("SuspendCustomer", customer_username=username, reason=reason)

    def resume_customer(self, username: str) -> None:
        """Let a suspended customer in again."""
        self._call("ResumeCustomer", customer_username=username)

    def reset_customer_password(self, username: str, new_password: str) -> None:
        """Give a customer whom the visitor looks after a new password."""
        self._call("ResetCustomerPassword", customer_username=username, new_password=new_password)

    def delete_customer_account(self, username: str) -> None:
        """Delete a customer whom the visitor looks after."""
        self._call("DeleteCustomerAccount", customer_username=username)

    def add_invites(self, invite: Invite, count: int) -> list[Invite]:
        """Make so many invite codes with this note and end, which tell themselves this once."""
        return list(self._call("AddInvites", invite=invite, count=count) or ())

    def delete_invite(self, id: UUID) -> None:
        """Withdraw an invite code."""
        self._call("DeleteInvite", id=id)

    def access_tokens(self) -> list[AccessToken]:
        """The visitor's tokens for programs."""
        return self._call("GetAccessTokens") or []

    def add_access_token(self, token: AccessToken) -> AccessToken:
        """Make a token for programs, which tells itself this once."""
        made: AccessToken = self._call("AddAccessToken", access_token=token)
        return made

    def delete_access_token(self, id: UUID) -> None:
        """End a token for programs."""
        self._call("DeleteAccessToken", id=id)

    def update_second_factor(self, has_second_factor: bool) -> None:
        """Tell a service in this process that the visitor has proven to have a second factor, or to have none left."""
        self._call("UpdateSecondFactor", has_second_factor=has_second_factor, is_proven=True)

    def request_password_reset(self, email_address: str) -> None:
        """Ask for a mail with a link for a new password, which comes if somebody has the address."""
        self._call("RequestPasswordReset", email_address=email_address)

    def mailed_link(self, token: str) -> MailedLink:
        """The link of a token. NotFound when there is none, or it is over."""
        link: MailedLink = self._call("GetMailedLink", token=token)
        return link

    def reset_password(self, token: str, new_password: str) -> None:
        """Set a new password by a link."""
        self._call("ResetPassword", token=token, new_password=new_password)

    def email_address_change(self) -> EmailAddressChange | None:
        """The visitor's next e-mail address, which waits to be confirmed; None where none does."""
        change: EmailAddressChange | None = self._call("GetEmailAddressChange")
        return change

    def update_email_address_change(self) -> None:
        """Have the link mailed anew that confirms the next e-mail address."""
        self._call("UpdateEmailAddressChange")

    def delete_email_address_change(self) -> None:
        """Withdraw the next e-mail address."""
        self._call("DeleteEmailAddressChange")

    def confirm_email_address(self, token: str) -> None:
        """Confirm an e-mail address by a link."""
        self._call("ConfirmEmailAddress", token=token)

    def _call(self, name: str, **given: Any) -> Any:
        operation = ALL_OPERATIONS[name]
        arguments = operation.arguments(given)
        return self._channel.call(operation, self._visitor.token, self._visitor.address, arguments)
