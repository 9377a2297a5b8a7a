"""The rows of the list of rules: each rule as it was typed, its errors, and what moves, adds or removes a row."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sipsorcery_web.dial_plans.rules.rule import (
    CODES,
    DIALLED,
    EVERY_DAY,
    HERE,
    MOST_DESTINATIONS,
    MOST_RULES,
    Destination,
    Rule,
)

from .sentences import DAYS, clock

Columns = Mapping[str, Sequence[str]]
"""The values that were sent, by field: one value for each rule but in `days`, `user` and `where`."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "direction": {"both": "in and out", "in": "in", "out": "out"},
    "caller_match": {
        "any": "anybody",
        "exact": "exactly",
        "prefix": "begins with",
        "contains": "contains",
        "withheld": "withheld number",
    },
    "number_match": {"any": "any number", "exact": "exactly", "prefix": "begins with", "pattern": "looks like"},
    "action": {"dial": "Ring at once", "in_turn": "Ring in turn", "respond": "Answer with a code"},
    "code": {str(code): f"{code} {phrase}" for code, phrase in CODES.items()},
}
"""The choices of a rule and their words; the first is what a field without a good value has."""
_MATCHING = ("direction", "caller_match", "caller", "number_match", "number", "begins", "ends")
_ACTING = ("action", "seconds", "code", "reason", "places")
SINGLE = (*_MATCHING, *_ACTING)
"""The fields that every rule sends exactly once."""
COLUMNS = (*SINGLE, "days", "user", "where")
USUAL_CODE = 480

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_NUMBER = re.compile(r"[0-9]{1,3}")
_NOT_A_TIME = "Enter a time such as 09:00."


@dataclass
class RuleRow:
    """One rule as its fields hold it."""

    direction: str = "both"
    caller_match: str = "any"
    caller: str = ""
    number_match: str = "any"
    number: str = ""
    begins: str = ""
    ends: str = ""
    action: str = "dial"
    seconds: str = ""
    code: str = str(USUAL_CODE)
    reason: str = ""
    days: set[int] = field(default_factory=lambda: set(EVERY_DAY))
    places: list[Destination] = field(default_factory=list)
    """Those that were filled in."""
    spare: int = 1
    """Empty places behind them."""
    is_open: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rule: Rule) -> "RuleRow":
        """The row of a rule that is stored."""
        same = ("direction", "caller_match", "caller", "number_match", "number", "action", "reason")
        return cls(
            **{name: getattr(rule, name) for name in same},
            code=str(rule.code),
            begins="" if rule.begins is None else clock(rule.begins),
            ends="" if rule.ends is None else clock(rule.ends),
            seconds=str(rule.seconds or ""),
            days=set(rule.days),
            places=list(rule.destinations),
            spare=0 if rule.destinations else 1,
        )

    def rule(self) -> Rule:
        """The rule that was typed; `errors` has what cannot stand so."""
        self.errors = {}
        rule = Rule(
            direction=self._choice("direction"),
            caller_match=self._choice("caller_match"),
            number_match=self._choice("number_match"),
            action=self._choice("action"),
            caller=self.caller,
            number=self.number,
            reason=self.reason,
            days=tuple(day for day in EVERY_DAY if day in self.days),
            begins=self._minutes("begins"),
            ends=self._minutes("ends"),
            destinations=() if self.action == "respond" else tuple(self.places),
            seconds=self._whole_seconds(),
            code=int(self.code) if _NUMBER.fullmatch(self.code) else USUAL_CODE,
        )
        for name, sentence in rule.problems():
            self.errors.setdefault(name, sentence)
        return rule

    @property
    def slots(self) -> Sequence[Destination]:
        """The places to show, the empty ones last."""
        return [*self.places, *[Destination(user="", where=HERE)] * self.spare]

    def _choice(self, name: str) -> Any:
        chosen = str(getattr(self, name))
        return chosen if chosen in WORDS[name] else next(iter(WORDS[name]))

    def _minutes(self, name: str) -> int | None:
        typed = str(getattr(self, name))
        found = _TIME.fullmatch(typed)
        if typed and not found:
            self.errors[name] = _NOT_A_TIME
        return int(found[1]) * 60 + int(found[2]) if found else None

    def _whole_seconds(self) -> int:
        if not self.seconds:
            return 0
        if not _NUMBER.fullmatch(self.seconds):
            self.errors["seconds"] = "Enter a whole number of seconds, or nothing."
            return 0
        return int(self.seconds)


def rule_choices(name: str, chosen: str = "") -> Sequence[tuple[str, str]]:
    """Return the choices of a field of a rule and their words, with what is chosen among them."""
    known = list(WORDS[name].items())
    return known if not chosen or chosen in WORDS[name] else [*known, (chosen, chosen)]


def rule_days() -> Sequence[tuple[int, str]]:
    """Return the days of the week and their names."""
    return [(day, DAYS[day]) for day in EVERY_DAY]


def read_rows(sent: Columns) -> list[RuleRow]:
    """The rows that a form was sent with; what is missing has its default."""
    count = min(len(sent.get("direction", ())), MOST_RULES + 1)
    places = iter(zip(sent.get("user", ()), sent.get("where", ()), strict=False))
    return [_row(sent, number, places) for number in range(count)]


def _row(sent: Columns, number: int, places: Iterator[tuple[str, str]]) -> RuleRow:
    def value(name: str) -> str:
        values = sent.get(name, ())
        return values[number].strip() if number < len(values) else ""

    texts: dict[str, Any] = {name: value(name) for name in SINGLE if name != "places"}
    slots = int(value("places")) if _NUMBER.fullmatch(value("places")) else 0
    typed = [place for _, place in zip(range(min(slots, MOST_DESTINATIONS + 1)), places, strict=False)]
    filled = [Destination(user=user.strip(), where=where) for user, where in typed if user.strip()]
    ticked = {int(day) for day in "0123456" if f"{number}-{day}" in sent.get("days", ())}
    return RuleRow(**texts, days=ticked, places=filled, spare=0 if filled else 1)


def _add(rows: list[RuleRow]) -> None:
    if len(rows) < MOST_RULES:
        rows.append(RuleRow(is_open=True, places=[Destination(user=DIALLED)], spare=0))


def _remove(rows: list[RuleRow], number: int) -> None:
    del rows[number]


def _up(rows: list[RuleRow], number: int) -> None:
    rows.insert(max(number - 1, 0), rows.pop(number))


def _down(rows: list[RuleRow], number: int) -> None:
    rows.insert(number + 1, rows.pop(number))


def _place(rows: list[RuleRow], number: int) -> None:
    rows[number] = replace(rows[number], spare=1, is_open=True)


_Act = Callable[[list[RuleRow], int], None]
_ACTS: Mapping[str, _Act] = {"remove": _remove, "up": _up, "down": _down, "place": _place}


def act_on(rows: list[RuleRow], act: str) -> int | None:
    """Carry out a button of the list, `add` or for example `up-2`; the number of the row to look at then."""
    name, _, digits = act.partition("-")
    number = int(digits) if _NUMBER.fullmatch(digits) else 0
    if name == "add":
        _add(rows)
        return len(rows) - 1
    if name in _ACTS and number < len(rows):
        _ACTS[name](rows, number)
        number += {"up": -1, "down": 1}.get(name, 0)
    return min(max(number, 0), len(rows) - 1) if rows else None
