"""The forms of filter that the service has refused: each is asked once, and then done without for a while.

Services differ in what they know of the language (spec, section 6.4). What is remembered is the list, the names and the
operators, never what was looked for. A filter that a service does not understand it understands for nobody; one that
may have broken on a record, as in the file store of the original, counts for the visitor alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sipsorcery_web.contract.filters import And, Compare, Constant, Expression, Field, Member, MethodCall, Not, Or

from ..http.clock import now
from ..http.parts import part

FORGOTTEN_AFTER = timedelta(hours=1)
"""A service may learn, or may have refused for a reason of that moment."""
MOST = 10_000
"""Forms that are remembered; there are some dozens for each user."""


@dataclass
class RefusedFilters:
    """The forms of one service, in the memory of this process."""

    clock: Callable[[], datetime] = now
    _since: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, list_name: str, where: Expression, username: str = "") -> None:
        """The service has refused this for a list; with a name, for that user alone."""
        with self._lock:
            if len(self._since) >= MOST:
                self._since.clear()
            self._since[username, form_of(list_name, where)] = self.clock()

    def has(self, list_name: str, where: Expression, username: str) -> bool:
        """Return True when the service has lately refused a filter of this form, for everybody or for this user."""
        if not self._since:
            return False
        form, earliest = form_of(list_name, where), self.clock() - FORGOTTEN_AFTER
        found = (self._since.get((whose, form)) for whose in ("", username))
        return any(since is not None and since > earliest for since in found)

    def clear(self) -> None:
        """Ask for everything anew."""
        with self._lock:
            self._since.clear()


def refused_filters() -> RefusedFilters:
    """Return the refused filters of the application that answers this request."""
    return part(RefusedFilters)


def form_of(list_name: str, where: Expression) -> str:
    """A filter without its constants; so many alternatives of one form are one."""
    return f"{list_name} {_shape(where)}"


def _shape(node: Expression) -> str:
    match node:
        case Constant(kind):
            return f"<{kind}>"
        case Field(name):
            return name
        case Member(target, name):
            return f"{_shape(target)}.{name}"
        case MethodCall(target, method, arguments):
            return f"{_shape(target)}.{method}({', '.join(map(_shape, arguments))})"
        case Compare(operator, left, right):
            return f"{_shape(left)} {operator} {_shape(right)}"
        case Not(operand):
            return f"not ({_shape(operand)})"
        case And(operands) | Or(operands):
            return f"{type(node).__name__}({'; '.join(dict.fromkeys(map(_shape, operands)))})"
    raise TypeError(f"{node} is not an expression")
