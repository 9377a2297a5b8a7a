"""The operations of the contract as data (spec, section 4): name, parameters, result and who may call."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from . import names
from .records import (
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
from .wire_types import BOOLEAN, INT, STRING, ListType, RecordType, WireType

SESSION_MINUTES = 60
"""The life of a new session (section 2)."""
LONGEST_SESSION_MINUTES = 600
CHANGES = ("Create", "Add", "Update", "Delete")
"""How the names of the operations begin that change a record."""
NO_LIMIT = 2147483647
"""The `count` that means "all" in every store of the original (section 5)."""


class Access(Enum):
    """The callers that an operation is open to."""

    OPEN = "anybody"
    SESSION = "only a caller with a session"
    EITHER = "anybody, but a session is looked for"


@dataclass(frozen=True)
class Parameter:
    """One argument: its element on the wire and its kind."""

    element: str
    kind: WireType

    @property
    def name(self) -> str:
        """The argument's name in Python."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.element).lower()

    @property
    def nillable(self) -> bool:
        """Return True for strings and records, which may be nil; numbers may only be absent (section 1.4)."""
        return self.kind.absent is None


@dataclass(frozen=True)
class Operation:
    """One verb of the service; `result` is None for an operation that answers nothing."""

    name: str
    parameters: tuple[Parameter, ...]
    result: WireType | None
    access: Access = Access.SESSION

    @property
    def action(self) -> str:
        """The SOAPAction, without its quotes."""
        return names.ACTION_PREFIX + self.name

    @property
    def response_element(self) -> str:
        """The wrapper of the reply."""
        return f"{self.name}Response"

    @property
    def result_element(self) -> str:
        """The element in the wrapper that holds the result."""
        return f"{self.name}Result"

    @property
    def changes_records(self) -> bool:
        """Return True when the operation changes something that could be lost or done twice."""
        return self.name.startswith(CHANGES)

    @property
    def is_filtered(self) -> bool:
        """Return True when the operation reads or counts what a where-expression lets through."""
        return any(parameter.name == "where_expression" for parameter in self.parameters)

    def arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """Every argument by its Python name, absent ones with their default; TypeError for an unknown name."""
        complete = {parameter.name: parameter.kind.absent for parameter in self.parameters}
        if unknown := given.keys() - complete.keys():
            raise TypeError(f"{self.name} has no parameter {', '.join(sorted(unknown))}")
        return complete | given


@dataclass(frozen=True)
class RecordOperations:
    """The operations on one type of record (section 4.7): a count and a list and, with an `element`, the changes.

    `noun` is the word for one of the records in the operations' names, `element` the argument of the changes.
    """

    record: type[Record]
    noun: str
    element: str = ""
    plural: str = ""

    @property
    def page(self) -> str:
        """The operation that reads the list."""
        return f"Get{self.plural or f'{self.noun}s'}"

    @property
    def count(self) -> str:
        """The operation that counts the list."""
        return f"{self.page}Count"

    @property
    def add(self) -> str:
        """The operation that stores a new record."""
        return f"Add{self.noun}"

    @property
    def update(self) -> str:
        """The operation that stores a changed record."""
        return f"Update{self.noun}"

    @property
    def delete(self) -> str:
        """The operation that deletes a record."""
        return f"Delete{self.noun}"

    @property
    def argument(self) -> str:
        """The Python name of the argument of the changes."""
        return Parameter(self.element, RecordType(self.record)).name

    @property
    def is_changeable(self) -> bool:
        """Return True when there are operations that change the records."""
        return bool(self.element)

    def operations(self) -> Iterator[Operation]:
        """Yield each of them."""
        yield _counted(self.count)
        yield _paged(self.page, self.record)
        if self.is_changeable:
            yield from (_with_record(name, self.element, self.record) for name in (self.add, self.update, self.delete))


def _paged(name: str, record: type, where: str = "whereExpression") -> Operation:
    parameters = (Parameter(where, STRING), Parameter("offset", INT), Parameter("count", INT))
    return Operation(name, parameters, ListType(record))


def _counted(name: str) -> Operation:
    return Operation(name, (Parameter("whereExpression", STRING),), INT)


def _with_record(name: str, element: str, record: type) -> Operation:
    return Operation(name, (Parameter(element, RecordType(record)),), RecordType(record))


_OPERATIONS = (
    Operation("IsAlive", (), BOOLEAN, Access.OPEN),
    Operation("TestException", (), None, Access.OPEN),
    Operation("AreNewAccountsEnabled", (), BOOLEAN, Access.OPEN),
    Operation("CheckInviteCode", (Parameter("inviteCode", STRING),), STRING, Access.OPEN),
    Operation("CreateCustomer", (Parameter("customer", RecordType(Customer)),), None, Access.OPEN),
    Operation("Login", (Parameter("username", STRING), Parameter("password", STRING)), STRING, Access.OPEN),
    Operation("Logout", (), None, Access.EITHER),
    Operation("ExtendSession", (Parameter("minutes", INT),), None),
    Operation("GetTimeZoneOffsetMinutes", (), INT, Access.EITHER),
    Operation("GetCustomer", (Parameter("username", STRING),), RecordType(Customer)),
    Operation("UpdateCustomer", (Parameter("customer", RecordType(Customer)),), None),
    Operation(
        "UpdateCustomerPassword",
        (Parameter("username", STRING), Parameter("oldPassword", STRING), Parameter("newPassword", STRING)),
        None,
    ),
    Operation("DeleteCustomer", (Parameter("customerUsername", STRING),), None),
    _paged("GetSIPDomains", SIPDomain, "filterExpression"),
)

_RECORD_OPERATIONS = (
    RecordOperations(SIPAccount, "SIPAccount", "sipAccount"),
    RecordOperations(SIPRegistrarBinding, "SIPRegistrarBinding"),
    RecordOperations(SIPProvider, "SIPProvider", "sipProvider"),
    RecordOperations(SIPProviderBinding, "SIPProviderBinding"),
    RecordOperations(SIPDialPlan, "DialPlan", "dialPlan"),
    RecordOperations(SIPDialogueAsset, "Call"),
    RecordOperations(SIPCDRAsset, "CDR"),
)

RECORD_OPERATIONS = {each.record: each for each in _RECORD_OPERATIONS}
"""The operations on each type of record."""
OPERATIONS = {
    operation.name: operation
    for operation in (*_OPERATIONS, *(one for each in _RECORD_OPERATIONS for one in each.operations()))
}
