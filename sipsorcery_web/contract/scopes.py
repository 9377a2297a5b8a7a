"""The scopes of tokens for programs, made from what the operations say of themselves: by area, to read and to write.

Passwords are told to those scopes alone that name them, since whoever has one can make calls with it.
"""

from collections.abc import Iterator

from .areas import Area
from .extensions import ALL_OPERATIONS
from .operations import Operation
from .records import HASHED, wire_fields
from .wire_types import ListType, RecordType, WireType


def _scopes() -> Iterator[str]:
    for area in Area:
        operations = [each for each in ALL_OPERATIONS.values() if each.area is area]
        asked = {each.scope for each in operations}
        if area.reading in asked:
            yield area.reading
        if any(_tells_secrets(each.result) for each in operations):
            yield area.reading_passwords
        if area.writing in asked:
            yield area.writing


def _tells_secrets(kind: WireType | None) -> bool:
    if not isinstance(kind, RecordType | ListType):
        return False
    return any(entry.is_secret and entry.attribute not in HASHED for entry in wire_fields(kind.record))


SIGN_IN = "sign-in"
"""The scope of an app password: such a token opens a session in place of the password."""
SCOPES = (*_scopes(), SIGN_IN)
"""Every scope, in the order of the areas."""


def tells_passwords(scopes: str, operation: Operation) -> bool:
    """Return True when an operation tells the passwords of its area to a token with these scopes."""
    return operation.area is not None and operation.area.reading_passwords in scopes.split()


def in_order(scopes: str) -> str:
    """The same scopes, each once and in the order of all; those that nobody knows are left out."""
    given = scopes.split()
    return " ".join(scope for scope in SCOPES if scope in given)
