"""Rules are written as Ruby that the plan service runs, and are read back from it; no value gets out of its quotes."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipsorcery_web.dial_plans.outcomes import Dialling, Ended
from sipsorcery_web.dial_plans.rules.ruby import from_ruby, literal, to_ruby
from sipsorcery_web.dial_plans.rules.rule import Destination, Rule
from tests.dial_plans.runs import Runs, failed
from tests.dial_plans.worlds import DOMAIN

DESK = (Destination(user="desk"),)
WEEKDAYS = (1, 2, 3, 4, 5)
HOSTILE = (
    '"; sys.Log "out"; "',
    "#{sys.Log 'out'}",
    "#$0 #@x \\",
    "\\",
    "a\nsys.Log 'out'\n",
    "a\r\nsys.Log 'out'",
    "\u2028sys.Log 'out'",
    "*/ =begin\n=end\n__END__\n",
    "-*- coding: us-ascii -*-",
    "}')]\x00\x1b\x7f",
    "Zoë Ünal 北京 😀 \u202e",
    "end\nsys.Respond 200, 'out'",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
rules = st.builds(
    Rule,
    direction=st.sampled_from(("both", "in", "out")),
    caller_match=st.sampled_from(("any", "exact", "prefix", "contains", "withheld")),
    caller=texts,
    number_match=st.sampled_from(("any", "exact", "prefix", "pattern")),
    number=st.one_of(texts.map(lambda text: text.replace("[", "")), st.just("0[1-35]X.")),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    begins=st.integers(0, 1439),
    ends=st.integers(0, 1439),
    action=st.sampled_from(("dial", "in_turn", "respond")),
    destinations=st.lists(st.builds(Destination, user=texts, where=texts), max_size=3).map(tuple),
    seconds=st.integers(0, 180),
    code=st.sampled_from((404, 480, 486)),
    reason=texts,
)
slow = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def moment(zone: str, *parts: int, fold: int = 0) -> float:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold).timestamp()  # type: ignore[misc,arg-type]


def fits(runs: Runs, rule: Rule, at: float | None = None, zone: str = "UTC", **call: Any) -> bool:
    """Return whether the rule takes a call."""
    if at is not None:
        runs.world.time = at
    outcome = runs.start(to_ruby([rule]), {"time_zone": zone}, **call).outcome
    assert isinstance(outcome, Dialling) or (outcome.code, outcome.reason) == (480, "Temporarily unavailable")  # type: ignore[union-attr]
    return isinstance(outcome, Dialling)


@slow
@given(st.lists(rules, max_size=4))
def test_any_list_is_read_back_as_it_was(listed: list[Rule]) -> None:
    script = to_ruby(listed)
    assert from_ruby(script) == tuple(listed)
    assert from_ruby(script.replace("\n", "\r\n")) == tuple(listed)
    assert not set(script) & set("\r\x00\u2028\u202e")


@slow
@given(texts=st.lists(texts, min_size=1, max_size=20))
def test_any_text_arrives_in_ruby_as_it_was(runs: Runs, texts: list[str]) -> None:
    script = "\n".join(f"sys.Log({literal(text)}.unpack('H*')[0])" for text in texts)
    assert runs.log(script) == [text.encode().hex() for text in texts]


@slow
@given(listed=st.lists(rules, min_size=1, max_size=3))
def test_no_value_of_a_rule_is_run(runs: Runs, listed: list[Rule]) -> None:
    progress = runs.finish(to_ruby(listed))
    assert "out" not in progress.log
    assert isinstance(progress.outcome, Ended)
    assert progress.outcome.reason not in ("out", "Dial plan exception", "Dial plan syntax error")


def test_a_text_that_was_changed_by_hand_is_no_list_of_rules() -> None:
    script = to_ruby([Rule(destinations=DESK)])
    for changed in (
        script.replace("if true", "if sys.In"),
        script + "sys.Log 1\n",
        script.replace('"direction":"both"', '"direction":"in"'),
        script.replace('"seconds":0', '"seconds":"x"'),
        script.replace('"days":[1', '"days":[null'),
        script.replace("# rule: {", "# rule: ["),
        script.replace("# rule: {", "# rule: " + "[" * 100_000),
        script[1:],
        "",
    ):
        assert from_ruby(changed) is None
    assert from_ruby(script + "\n\n") == (Rule(destinations=DESK),)


def test_the_rules_stand_in_comments_as_json() -> None:
    (line,) = (line for line in to_ruby([Rule(destinations=DESK)]).split("\n") if line.startswith("# rule: "))
    assert json.loads(line.removeprefix("# rule: "))["destinations"] == [{"user": "desk", "where": "local"}]


@pytest.mark.parametrize(
    ("match", "number", "takes", "leaves"),
    [
        ("any", "", ["1", "alice"], []),
        ("exact", "100", ["100"], ["1000", "10"]),
        ("prefix", "00", ["0044", "00"], ["1002", "0"]),
        ("pattern", "0[2-5]X.", ["0212", "05900"], ["0112", "021", "x0212"]),
        ("pattern", "NZ-*", ["21-*", "99-*"], ["11-*", "20-*", "21-x"]),
    ],
)
def test_numbers(runs: Runs, match: Any, number: str, takes: list[str], leaves: list[str]) -> None:
    rule = Rule(number_match=match, number=number, destinations=DESK)
    assert [fits(runs, rule, user=user) for user in takes + leaves] == [True] * len(takes) + [False] * len(leaves)


@pytest.mark.parametrize(
    ("match", "caller", "takes", "leaves"),
    [
        ("exact", "bob", ["bob"], ["bobby", "Bob"]),
        ("prefix", "+44", ["+4420"], ["44", "0+44"]),
        ("contains", "33", ["0330", "33"], ["303"]),
        ("withheld", "", ["anonymous", "Anonymous", "unknown", ""], ["bob", "anonymous1"]),
    ],
)
def test_callers(runs: Runs, match: Any, caller: str, takes: list[str], leaves: list[str]) -> None:
    rule = Rule(caller_match=match, caller=caller, destinations=DESK)
    found = [fits(runs, rule, direction="in", from_user=user) for user in takes + leaves]
    assert found == [True] * len(takes) + [False] * len(leaves)


def test_directions(runs: Runs) -> None:
    for wanted, expected in (("in", [True, False]), ("out", [False, True]), ("both", [True, True])):
        rule = Rule(direction=wanted, destinations=DESK)  # type: ignore[arg-type]
        assert [fits(runs, rule, direction=each) for each in ("in", "out")] == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((2026, 11, 27, 9, 0), True),  # Friday
        ((2026, 11, 27, 8, 59), False),
        ((2026, 11, 27, 16, 59), True),
        ((2026, 11, 27, 17, 0), False),
        ((2026, 11, 28, 10, 0), False),  # Saturday
    ],
)
def test_hours_on_some_days_in_the_owners_zone(runs: Runs, at: Any, expected: bool) -> None:
    rule = Rule(days=WEEKDAYS, begins=540, ends=1020, destinations=DESK)
    for zone in ("Australia/Hobart", "Europe/Berlin", "America/St_Johns"):
        assert fits(runs, rule, moment(zone, *at), zone) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((2026, 11, 27, 21, 59), False),  # Friday
        ((2026, 11, 27, 22, 0), True),
        ((2026, 11, 28, 5, 59), True),  # the night of Friday
        ((2026, 11, 28, 6, 0), False),
        ((2026, 11, 28, 23, 0), False),
        ((2026, 11, 27, 3, 0), False),  # the night of Thursday
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(runs: Runs, at: Any, expected: bool) -> None:
    rule = Rule(days=(5,), begins=22 * 60, ends=6 * 60, destinations=DESK)
    assert fits(runs, rule, moment("Australia/Hobart", *at), "Australia/Hobart") is expected


def test_until_midnight_and_every_night(runs: Runs) -> None:
    until_midnight = Rule(begins=18 * 60, ends=0, destinations=DESK)
    every_night = Rule(begins=22 * 60, ends=6 * 60, destinations=DESK)
    hours = (0, 5, 6, 12, 18, 21, 22, 23)
    found = [
        (fits(runs, until_midnight, at), fits(runs, every_night, at))
        for at in (moment("UTC", 2026, 11, 27, hour) for hour in hours)
    ]
    assert [late for late, _ in found] == [False, False, False, False, True, True, True, True]
    assert [night for _, night in found] == [True, True, False, False, False, False, True, True]


def test_hours_follow_the_clock_on_the_wall_when_it_is_put_forward_and_back(runs: Runs) -> None:
    rule = Rule(begins=9 * 60, ends=10 * 60, destinations=DESK)
    for day in (28, 29, 30):  # Europe/Berlin goes to summer time on 29 March 2026
        assert fits(runs, rule, moment("Europe/Berlin", 2026, 3, day, 9, 30), "Europe/Berlin")
        assert not fits(runs, rule, moment("Europe/Berlin", 2026, 3, day, 10, 30), "Europe/Berlin")
    twice = Rule(begins=2 * 60, ends=3 * 60, destinations=DESK)
    for fold in (0, 1):  # and on 25 October there are two hours of that name
        assert fits(runs, twice, moment("Europe/Berlin", 2026, 10, 25, 2, 30, fold=fold), "Europe/Berlin")


def test_places_ring_at_once(runs: Runs) -> None:
    places = (*DESK, Destination(user="0${EXTEN:1}", where="blueline"))
    dialling = runs.dialling(to_ruby([Rule(destinations=places, seconds=25)]), user="9123")
    assert [[leg.name for leg in group] for group in dialling.groups] == [[f"desk@{DOMAIN}", "0123@blueline"]]
    assert dialling.ring_seconds == 25


def test_places_ring_in_turn_each_for_its_seconds_and_then_the_next_rule_is_tried(runs: Runs) -> None:
    places = (*DESK, Destination(where="blueline"))
    script = to_ruby(
        [
            Rule(action="in_turn", destinations=places, seconds=15),
            Rule(number_match="exact", number="1", destinations=DESK),
            Rule(action="respond", code=486, reason="Nobody is “in”"),
            Rule(destinations=DESK),
        ]
    )
    outcomes = [runs.start(script).outcome, runs.after(failed()).outcome, runs.after(failed(408)).outcome]
    assert [each.groups[0][0].name for each in outcomes[:2]] == [f"desk@{DOMAIN}", "100@blueline"]  # type: ignore[union-attr]
    assert [each.ring_seconds for each in outcomes[:2]] == [15, 15]  # type: ignore[union-attr]
    assert (outcomes[2].code, outcomes[2].reason) == (486, "Nobody is “in”")  # type: ignore[union-attr]


def test_an_answer_without_words_has_those_of_the_code(runs: Runs) -> None:
    outcome = runs.start(to_ruby([Rule(action="respond", code=403)])).outcome
    assert outcome == Ended(code=403, reason="Forbidden")


def test_an_empty_list_reaches_nobody(runs: Runs) -> None:
    assert runs.start(to_ruby([])).outcome == Ended(code=480, reason="Temporarily unavailable")
