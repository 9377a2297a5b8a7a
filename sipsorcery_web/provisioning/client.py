"""The client of the provisioning service: one typed method for each thing that a page does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sipsorcery_web.clock import utc_now
from sipsorcery_web.contract.envelope import UnknownAction
from sipsorcery_web.contract.errors import OutcomeUnknown, Refused, SessionExpired, Unavailable
from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.operations import NO_LIMIT, OPERATIONS, RECORD_OPERATIONS, RecordOperations
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

    def count(self, where: Expression | None = None) -> int:
        """Return the number of records."""
        return int(self._call(self._operations.count, where_expression=_text(where)))

    def page(self, offset: int = 0, count: int = NO_LIMIT, where: Expression | None = None) -> list[R]:
        """The records from `offset` on. A service may answer nil for an empty list (quirk Q6).

        Refused for nil where something is asked: the file store of the original says so that a filter broke on one of
        the records, as a method does on a null.
        """
        found: list[R] | None = self._call(
            self._operations.page, where_expression=_text(where), offset=offset, count=count
        )
        if found is None and where is not None:
            raise Refused(NIL_LIST)
        return found or []


def _text(where: Expression | None) -> str | None:
    """Return the text of a filter in parentheses.

    The original joins it to the owner's condition as text, and `or` would reach around it.
    """
    return None if where is None else f"({where})"


class Records(Entries[R]):
    """A list whose records can be changed."""

    def add(self, record: R) -> R:
        """Store a new record and give it as stored."""
        return self._change(self._operations.add, record and filled_in(record, utc_now()))

    def update(self, record: R) -> R:
        """Store a changed record and give it as stored."""
        return self._change(self._operations.update, record and touched(record, utc_now()))

    def delete(self, record: R) -> R:
        """Delete a record."""
        return self._change(self._operations.delete, record)

    def _change(self, operation: str, record: R) -> R:
        changed: R = self._call(operation, **{self._operations.argument: record})
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

    def records(self, record: type[R]) -> Records[R]:
        """Return the list of the records of this type, which can be changed."""
        return Records(self._call, RECORD_OPERATIONS[record])

    def entries(self, record: type[R]) -> Entries[R]:
        """Return the list of the records of this type, to be read."""
        return Entries(self._call, RECORD_OPERATIONS[record])

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

    def login(self, username: str, password: str) -> str | None:
        """A token, or None when name and password do not belong together."""
        token: str | None = self._call("Login", username=username, password=password)
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

    def _call(self, name: str, **given: Any) -> Any:
        operation = OPERATIONS[name]
        arguments = operation.arguments(given)
        return self._channel.call(operation, self._visitor.token, self._visitor.address, arguments)
