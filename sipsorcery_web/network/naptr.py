"""NAPTR records of names (RFC 3403): what a domain says of the ways to reach it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .dns_records import Ask, records_of


@dataclass(frozen=True, order=True)
class Rule:
    """A NAPTR record."""

    order: int
    preference: int
    flags: str = field(compare=False)
    service: str = field(compare=False)
    expression: str = field(compare=False)
    replacement: str = field(compare=False)


def rules_of(name: str, seconds: float, ask: Ask = records_of) -> Sequence[Rule]:
    """Return the NAPTR records of a name; none where there are none, or no answer came in time."""
    return [
        Rule(
            each.order,
            each.preference,
            each.flags.decode("utf-8", "replace"),
            each.service.decode("utf-8", "replace"),
            each.regexp.decode("utf-8", "replace"),
            str(each.replacement).rstrip("."),
        )
        for each in ask(name, "NAPTR", seconds)
    ]
