"""One rule of a plan without code: the calls that it takes, and what becomes of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sipsorcery_web.dial_plans.calls import MAX_RING_SECONDS
from sipsorcery_web.dial_plans.extension_patterns import PatternError, pattern_slip
from sipsorcery_web.dial_plans.reason_phrases import REASON_PHRASES

Direction = Literal["both", "in", "out"]
CallerMatch = Literal["any", "exact", "prefix", "contains", "withheld"]
NumberMatch = Literal["any", "exact", "prefix", "pattern"]
Action = Literal["dial", "in_turn", "respond"]

EVERY_DAY = (1, 2, 3, 4, 5, 6, 0)
"""As Ruby and the C library count days, 0 for Sunday; in the order of a week that begins on Monday."""
LONGEST = 200
"""Characters of a name, a number or a reason."""
MOST_RULES, MOST_DESTINATIONS = 50, 10
DIALLED = "${EXTEN}"
"""The dialled number, in a destination."""
HERE = "local"
"""The accounts of this service, as a dial string names them: an alias of its first public domain."""
CODES = {code: REASON_PHRASES[code] for code in (403, 404, 410, 420, 433, 480, 486, 603)}
"""The final answers to choose from, with their phrases."""

_USER = re.compile(r"\$\{(?:exten|dst|fromuriuser)(?::[0-9]{1,3})?\}|[0-9A-Za-z\-_.!~*'()+#%]", re.IGNORECASE)
_MARKS = re.compile(r"[&|\[\]@;<>\"\\\x00-\x1f\x7f]")

Problem = tuple[str, str]
"""A field, and a sentence about it."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A place to ring: a number or name, at this service's accounts or at a provider of the owner."""

    user: str = DIALLED
    where: str = HERE

    def problem(self) -> str:
        """Return a sentence about what cannot be dialled; "" where nothing stands out."""
        if not self.user:
            return "Say which number or account rings."
        if rest := _USER.sub("", self.user):
            return f"“{rest[0]}” cannot stand in a number or an account’s name."
        if not self.where or _MARKS.search(self.where):
            return "Choose where it rings."
        return ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of a list, in which those that fit are tried in order until somebody answers."""

    direction: Direction = "both"
    caller_match: CallerMatch = "any"
    caller: str = ""
    number_match: NumberMatch = "any"
    number: str = ""
    days: tuple[int, ...] = EVERY_DAY
    begins: int | None = None
    """Minutes since midnight in the owner's zone, on one of the days; None for the whole day."""
    ends: int | None = None
    """The first minute that is too late; where it is no later than `begins`, the one of the next day."""
    action: Action = "dial"
    destinations: tuple[Destination, ...] = ()
    seconds: int = 0
    """How long it rings, for each place where they ring in turn; 0 for as long as a call may ring."""
    code: int = 480
    reason: str = ""

    def problems(self) -> Iterator[Problem]:
        """Yield what keeps the rule from being carried out, by field."""
        yield from self._problems_of_texts()
        if not self.days:
            yield "days", "Tick at least one day."
        if (self.begins is None) != (self.ends is None):
            yield "begins" if self.begins is None else "ends", "Enter both times, or neither for the whole day."
        elif self.begins is not None and self.begins == self.ends:
            yield "ends", "The two times are the same. Leave both empty for the whole day."
        if self.action != "respond":
            yield from self._problems_of_places()
        elif not 300 <= self.code <= 699:
            yield "code", "Enter the code of a final answer, 300 to 699."

    def _problems_of_texts(self) -> Iterator[Problem]:
        if self.caller_match not in ("any", "withheld") and not self.caller:
            yield "caller", "Enter the caller's number or name, or a part of it."
        if self.number_match != "any" and not self.number:
            yield "number", "Enter the number that this rule is for."
        elif self.number_match == "pattern":
            try:
                slip = pattern_slip(self.number)
            except PatternError as error:
                slip = str(error)
            if slip:
                yield "number", slip
        for name in ("caller", "number", "reason"):
            if len(getattr(self, name)) > LONGEST:
                yield name, f"This can have at most {LONGEST} characters."

    def _problems_of_places(self) -> Iterator[Problem]:
        if not self.destinations:
            yield "destinations", "Say where it rings."
        elif len(self.destinations) > MOST_DESTINATIONS:
            yield "destinations", f"At most {MOST_DESTINATIONS} places can ring in one rule."
        elif problem := next(filter(None, (each.problem() for each in self.destinations)), ""):
            yield "destinations", problem
        if not 0 <= self.seconds <= MAX_RING_SECONDS:
            yield "seconds", f"Enter at most {MAX_RING_SECONDS} seconds, or nothing."
