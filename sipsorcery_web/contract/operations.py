"""The operations of the contract as data (spec, section 4): name, parameters, result and who may call."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from . import names
from .areas import Area
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
CHANGES = ("Create", "Add", "Update", "Delete", "Reset", "Confirm", "Suspend", "Resume")
"""How the names of the operations begin that change a record."""
NO_LIMIT = 2147483647
"""The `count` that means "all" in every store of the original (section 5)."""
FROM_END = frozenset({"from_end"})
"""The argument, in the same process alone, that counts an offset from the end of a list."""

OF_A_CHANGE = frozenset({"reason", "only_if"})
"""The arguments, in the same process alone, by which an administrator says why, and the caller makes a condition."""


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


class AtLeast(int):
    """A count that was not carried on to its end: there are more."""


@dataclass(frozen=True)
class Operation:
    """One verb of the service; `result` is None for an operation that answers nothing."""

    name: str
    parameters: tuple[Parameter, ...]
    result: WireType | None
    access: Access = Access.SESSION
    in_process: frozenset[str] = frozenset()
    """Arguments that the wire has no place for: a service in the same process may be given them."""
    area: Area | None = None
    """The area whose scopes let a token for programs call it; None keeps it from all tokens."""
    namespace: str = names.SVC
    keeps_session: bool = False
    """Whether it is about the session alone, so that one that an app password has opened may call it as well."""

    @property
    def action(self) -> str:
        """The SOAPAction, without its quotes."""
        return names.action_of(self.namespace, self.name)

    @property
    def scope(self) -> str | None:
        """The scope that a token for programs needs; None where none is enough."""
        if self.area is None:
            return None
        return self.area.writing if self.changes_records else self.area.reading

    @property
    def is_open_to_app_passwords(self) -> bool:
        """Return True where a session that an app password has opened may call it; what is not said is closed."""
        return self.area is not None or self.keeps_session

    def tag(self, name: str) -> str:
        """A wrapper or parameter element of the operation in Clark notation."""
        return f"{{{self.namespace}}}{name}"

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
        if unknown := given.keys() - complete.keys() - self.in_process:
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
    area: Area | None = None
    namespace: str = names.SVC

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
        where, argument = Parameter("whereExpression", STRING), Parameter(self.element, RecordType(self.record))
        yield self._operation(self.count, (where,), INT, frozenset({"at_most"}))
        yield self._operation(self.page, _paging(where), ListType(self.record), FROM_END)
        for name in (self.add, self.update, self.delete) if self.is_changeable else ():
            told = frozenset() if name == self.add else OF_A_CHANGE
            yield self._operation(name, (argument,), RecordType(self.record), told)

    def _operation(
        self, name: str, parameters: tuple[Parameter, ...], result: WireType, in_process: frozenset[str]
    ) -> Operation:
        return Operation(name, parameters, result, in_process=in_process, area=self.area, namespace=self.namespace)


def _paging(where: Parameter) -> tuple[Parameter, ...]:
    return where, Parameter("offset", INT), Parameter("count", INT)


_OPERATIONS = (
    Operation("IsAlive", (), BOOLEAN, Access.OPEN),
    Operation("TestException", (), None, Access.OPEN),
    Operation("AreNewAccountsEnabled", (), BOOLEAN, Access.OPEN),
    Operation("CheckInviteCode", (Parameter("inviteCode", STRING),), STRING, Access.OPEN),
    Operation("CreateCustomer", (Parameter("customer", RecordType(Customer)),), None, Access.OPEN),
    Operation(
        "Login",
        (Parameter("username", STRING), Parameter("password", STRING)),
        STRING,
        Access.OPEN,
        in_process=frozenset({"known_browser", "asks_second_factor", "browser", "program"}),
    ),
    Operation("Logout", (), None, Access.EITHER),
    Operation("ExtendSession", (Parameter("minutes", INT),), None, keeps_session=True),
    Operation("GetTimeZoneOffsetMinutes", (), INT, Access.EITHER, area=Area.CUSTOMER),
    Operation("GetCustomer", (Parameter("username", STRING),), RecordType(Customer), area=Area.CUSTOMER),
    Operation("UpdateCustomer", (Parameter("customer", RecordType(Customer)),), None),
    Operation(
        "UpdateCustomerPassword",
        (Parameter("username", STRING), Parameter("oldPassword", STRING), Parameter("newPassword", STRING)),
        None,
    ),
    Operation("DeleteCustomer", (Parameter("customerUsername", STRING),), None),
    Operation(
        "GetSIPDomains",
        _paging(Parameter("filterExpression", STRING)),
        ListType(SIPDomain),
        in_process=FROM_END,
        area=Area.ACCOUNTS,
    ),
)

_RECORD_OPERATIONS = (
    RecordOperations(SIPAccount, "SIPAccount", "sipAccount", area=Area.ACCOUNTS),
    RecordOperations(SIPRegistrarBinding, "SIPRegistrarBinding", area=Area.ACCOUNTS),
    RecordOperations(SIPProvider, "SIPProvider", "sipProvider", area=Area.PROVIDERS),
    RecordOperations(SIPProviderBinding, "SIPProviderBinding", area=Area.PROVIDERS),
    RecordOperations(SIPDialPlan, "DialPlan", "dialPlan", area=Area.DIAL_PLANS),
    RecordOperations(SIPDialogueAsset, "Call", area=Area.CALLS),
    RecordOperations(SIPCDRAsset, "CDR", area=Area.CALLS),
)

RECORD_OPERATIONS = {each.record: each for each in _RECORD_OPERATIONS}
"""The operations on each type of record."""
OPERATIONS = {
    operation.name: operation
    for operation in (*_OPERATIONS, *(one for each in _RECORD_OPERATIONS for one in each.operations()))
}
