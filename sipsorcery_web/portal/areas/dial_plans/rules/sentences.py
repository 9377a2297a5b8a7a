"""Rules as sentences."""

from collections.abc import Iterator, Sequence

from sipsorcery_web.dial_plans.rules.rule import CODES, DIALLED, EVERY_DAY, HERE, Destination, Rule

DAYS = {1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday", 0: "Sunday"}
_DIRECTIONS = {"both": "Calls in and out", "in": "Calls in", "out": "Calls out"}
_CALLERS = {
    "exact": " from {}",
    "prefix": " from numbers that begin with {}",
    "contains": " from numbers with {} in them",
    "withheld": " from withheld numbers",
}
_NUMBERS = {"exact": " to {}", "prefix": " to numbers that begin with {}", "pattern": " to numbers like {}"}
_FEWEST_IN_A_RANGE = 3


def sentence(rule: Rule) -> str:
    """A rule in one sentence: `Calls in on Monday to Friday from 09:00 to 17:00: ring desk for 20 s.`"""
    return "".join(
        [
            _DIRECTIONS[rule.direction],
            _CALLERS.get(rule.caller_match, "").format(rule.caller),
            _NUMBERS.get(rule.number_match, "").format(rule.number),
            *_times(rule),
            ": ",
            _action(rule),
            ".",
        ]
    )


def days_in_words(days: Sequence[int]) -> str:
    """Days with ranges: `Monday to Friday and Sunday`."""
    places = sorted(EVERY_DAY.index(day) for day in days)
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return _listed([words for run in runs for words in _run(run)], "and")


def _run(places: Sequence[int]) -> Iterator[str]:
    names = [DAYS[EVERY_DAY[place]] for place in places]
    if len(names) < _FEWEST_IN_A_RANGE:
        yield from names
    else:
        yield f"{names[0]} to {names[-1]}"


def _times(rule: Rule) -> Iterator[str]:
    if len(rule.days) < len(EVERY_DAY):
        yield f" on {days_in_words(rule.days)}"
    if rule.begins is not None and rule.ends is not None:
        until = "midnight" if rule.ends == 0 else clock(rule.ends)
        next_day = " the next morning" if 0 < rule.ends < rule.begins else ""
        yield f" from {clock(rule.begins)} to {until}{next_day}"


def _action(rule: Rule) -> str:
    if rule.action == "respond":
        return f"answer {rule.code} {rule.reason or CODES.get(rule.code, '')}"
    if not rule.destinations:
        return "ring nowhere"
    in_turn = rule.action == "in_turn" and len(rule.destinations) > 1
    places = _listed(list(map(_place, rule.destinations)), "then" if in_turn else "and")
    seconds = f" for {rule.seconds} s" + (" each" if in_turn else "") if rule.seconds else ""
    return f"ring {places}{seconds}"


def _place(destination: Destination) -> str:
    dialled = destination.user.upper() == DIALLED
    if destination.where == HERE:
        return "the account that was called" if dialled else destination.user
    return f"{'the number' if dialled else destination.user} through {destination.where}"


def _listed(words: Sequence[str], last: str) -> str:
    if len(words) < 2:
        return "".join(words)
    comma = "," if last == "then" else ""
    return f"{', '.join(words[:-1])}{comma} {last} {words[-1]}"


def clock(minutes: int) -> str:
    """Return a time of day, `09:00`, of the minutes since midnight."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
