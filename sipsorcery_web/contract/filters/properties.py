"""The names of an expression: the properties of an entity, and their kinds."""

from dataclasses import dataclass
from enum import StrEnum


class ValueType(StrEnum):
    """The type of a value of the language; a property is one of the first six."""

    STRING = "string"
    INT = "int"
    BOOL = "bool"
    GUID = "guid"
    TIME = "time"
    ENUM = "enum"
    REAL = "real"
    CHAR = "char"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Enumeration:
    """The type behind an enum property: its .NET name and its member names."""

    name: str
    members: tuple[str, ...]

    def member(self, text: str) -> str | None:
        """The member that a text names in any case."""
        return next((member for member in self.members if member.lower() == text.lower()), None)


@dataclass(frozen=True, slots=True)
class Property:
    """A property that expressions over an entity may use. An enum property says which enumeration it is of."""

    name: str
    kind: ValueType
    nullable: bool = False
    enumeration: Enumeration | None = None

    def __post_init__(self) -> None:
        if (self.kind is ValueType.ENUM) != (self.enumeration is not None):
            raise ValueError(f"{self.name}: an enumeration belongs to an enum property, and to no other")
