"""The handler of an operation: its function and the unit of work around it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Unit(Enum):
    """The unit of work that dispatch opens for an operation."""

    READ = "reads only"
    WRITE = "holds the write lock from its start"
    OWN = "opens its own: what takes long must not hold a lock, and an attempt counts when it is refused"


@dataclass(frozen=True)
class Handler:
    """A function of a Work (of an AuthedUnitOfWork where a session is needed) and the operation's arguments."""

    function: Callable[..., Any]
    unit: Unit


def reads(function: Callable[..., Any]) -> Handler:
    """An operation that changes nothing."""
    return Handler(function, Unit.READ)


def writes(function: Callable[..., Any]) -> Handler:
    """An operation that changes something."""
    return Handler(function, Unit.WRITE)


def commands(function: Callable[..., Any]) -> Handler:
    """An operation that the SIP engine carries out, which may take a moment."""
    return Handler(function, Unit.OWN)


def counts(function: Callable[..., Any]) -> Handler:
    """An operation of which so many are carried out for an address."""
    return Handler(function, Unit.OWN)


def hashes(function: Callable[..., Any]) -> Handler:
    """An operation that hashes a password on the way."""
    return Handler(function, Unit.OWN)
