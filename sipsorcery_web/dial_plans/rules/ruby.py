"""Writes a list of rules as Ruby, and reads it back from there.

Each rule stands in a comment as JSON, above the Ruby that carries it out. Whoever reads it writes it again and
compares: a text that was changed by hand is no list of rules any more, and nothing of it gets lost.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, get_args

from sipsorcery_web.dial_plans.answers import from_json
from sipsorcery_web.dial_plans.extension_patterns import pattern_expression

from .rule import CODES, EVERY_DAY, MOST_RULES, Action, CallerMatch, Destination, Direction, NumberMatch, Rule

_HEAD = """\
# A list of rules, written by the portal: there it is changed without code. Changed here, it opens as text.
called = req.URI.User.to_s
from = req.Header.From.FromURI.User.to_s
start = Time.now
minute = start.hour * 60 + start.min
"""
_MARK = "# rule: "
_WITHHELD = "from =~ /\\A(anonymous|anonym|unknown|unavailable|withheld|private|restricted|)\\z/i"
_OPTIONS = {
    "direction": get_args(Direction),
    "caller_match": get_args(CallerMatch),
    "number_match": get_args(NumberMatch),
    "action": get_args(Action),
}


def to_ruby(rules: Sequence[Rule]) -> str:
    """A plan that carries the rules out."""
    return "\n".join([_HEAD, *map(_rule, rules)])


def from_ruby(script: str) -> tuple[Rule, ...] | None:
    """The rules of a plan that `to_ruby` wrote; None for every other text."""
    plain = script.replace("\r\n", "\n").rstrip()
    if not plain.startswith(_HEAD.rstrip()):
        return None
    marked = [line.removeprefix(_MARK) for line in plain.split("\n") if line.startswith(_MARK)]
    try:
        rules = tuple(_read(json.loads(line)) for line in marked)
        return rules if len(rules) <= MOST_RULES and to_ruby(rules).rstrip() == plain else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def literal(text: str) -> str:
    """A text as a Ruby string in double quotes, in which nothing of it is read as Ruby, on one line."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\#':
        return "\\" + character
    if character.isalpha() or (character.isascii() and character.isprintable()):
        return character
    return f"\\u{{{ord(character):x}}}"


def _rule(rule: Rule) -> str:
    facts = json.dumps(asdict(rule), separators=(",", ":")).replace("-*-", "-\\u002a-")  # begins a magic comment
    body = "\n".join(f"  {line}" for line in _action(rule))
    return f"{_MARK}{facts}\nif {' && '.join(_conditions(rule)) or 'true'}\n{body}\nend\n"


def _conditions(rule: Rule) -> Iterator[str]:
    if rule.direction != "both":
        yield "sys.In" if rule.direction == "in" else "sys.Out"
    if rule.caller_match == "withheld":
        yield _WITHHELD
    elif rule.caller_match != "any":
        yield _comparison("from", rule.caller_match, rule.caller)
    if rule.number_match != "any":
        yield _comparison("called", rule.number_match, rule.number)
    yield from _times(rule)


def _comparison(variable: str, match: str, text: str) -> str:
    match match:
        case "prefix":
            return f"{variable}.index({literal(text)}) == 0"
        case "contains":
            return f"{variable}.include?({literal(text)})"
        case "pattern":
            expression = f"\\A(?:{pattern_expression(text)})\\z"
            return f"{variable} =~ Regexp.new({literal(expression)}, Regexp::MULTILINE)"
    return f"{variable} == {literal(text)}"


def _times(rule: Rule) -> Iterator[str]:
    today = _days(rule.days, "start.wday")
    if rule.begins is None or rule.ends is None:
        yield from today
    elif rule.begins < rule.ends:
        yield from (*today, f"minute >= {rule.begins}", f"minute < {rule.ends}")
    else:  # a night belongs to the day on which it begins
        evening = " && ".join((*today, f"minute >= {rule.begins}"))
        morning = " && ".join((*_days(rule.days, "(start.wday + 6) % 7"), f"minute < {rule.ends}"))
        yield f"(({evening}) || ({morning}))"


def _days(days: Sequence[int], day: str) -> Sequence[str]:
    if set(days) >= set(EVERY_DAY):
        return ()
    return (f"[{', '.join(map(str, days))}].include?({day})",)


def _action(rule: Rule) -> Iterator[str]:
    if rule.action == "respond":
        yield f"sys.Respond {rule.code}, {literal(rule.reason or CODES.get(rule.code, ''))}"
        return
    places = [f"{each.user}@{each.where}" for each in rule.destinations]
    together = ["&".join(places)] if rule.action == "dial" else places
    for each in together:
        yield f"sys.Dial {literal(each)}, {rule.seconds}"


def _read(data: dict[str, Any]) -> Rule:
    """A rule from JSON. Raises ValueError and TypeError for what is none."""
    if any(data[name] not in options for name, options in _OPTIONS.items()):
        raise ValueError("a word that is none of the rule's")
    texts = (data[name] for name in ("caller", "number", "reason"))
    numbers = (data["seconds"], data["code"], *data["days"], *(data[each] or 0 for each in ("begins", "ends")))
    if not all(isinstance(each, str) for each in texts) or not all(type(each) is int for each in numbers):
        raise TypeError("a value of another kind")
    places = tuple(Destination(user=str(each["user"]), where=str(each["where"])) for each in data["destinations"])
    rule: Rule = from_json(Rule, data | {"destinations": places, "days": tuple(data["days"])})
    return rule
