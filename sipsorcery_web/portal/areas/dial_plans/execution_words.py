"""The words for an execution of a call: what the caller got, the steps, and what the plan was told."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sipsorcery_web.dial_plans.call_executions import CallExecution, RungDial, RungLeg
from sipsorcery_web.dial_plans.execution import DIAL, SLEEP
from sipsorcery_web.dial_plans.journal import PENDING, Entry

from .step_words import LegRow, StepRow, fate_words, leg_row, settings_of_all_legs

_RESULTS = {"Answered": "answered", "CallerGone": "the caller hung up", "": "rings"}


def answer_words(execution: CallExecution) -> str:
    """Return what the caller got, as a sentence."""
    if execution.answered is not None:
        return f"The caller talked to {execution.answered.leg.name}."
    if execution.answer is not None:
        return f"The caller got {execution.answer.code} {execution.answer.reason}."
    return "The plan still runs." if execution.ended_at is None else "The caller hung up."


def step_rows(execution: CallExecution) -> Iterator[StepRow]:
    """Yield what the plan did, in order; what is not timed stands at the time of the step before."""
    dials = iter(execution.dials)
    seconds, started = 0.0, execution.execution.started
    for entry in execution.execution.entries:
        if entry.question == DIAL:
            if (dial := next(dials, None)) is not None:
                yield _dial_row(dial, started)
                seconds = _since(dial.at + (dial.seconds or 0), started)
        elif entry.question == SLEEP:
            yield StepRow(seconds, "Pause", f"{entry.shown[0]:g} s" if entry.shown else "")
            seconds = seconds if entry.answer == PENDING else _since(entry.answer, started)
        elif (words := _EFFECTS.get(entry.question)) is not None:
            yield StepRow(seconds, words[0], words[1](*entry.shown))
    # the Dial that is answered ends the script, and one that is refused at once asks nothing before
    for dial in dials:
        yield _dial_row(dial, started)


def told_rows(execution: CallExecution) -> Iterator[tuple[str, str]]:
    """Yield what the plan asked and was told, each once for the same answer."""
    seen: set[tuple[str, str]] = set()
    for entry in execution.execution.entries:
        if entry.question in _ASKED and (row := _told(entry)) not in seen:
            seen.add(row)
            yield row


def _since(moment: float, started: float) -> float:
    return round(max(0.0, moment - started), 1)


def _dial_row(dial: RungDial, started: float) -> StepRow:
    return StepRow(_since(dial.at, started), "Dial", _dial_words(dial), legs=list(map(_leg, dial.legs)))


def _dial_words(dial: RungDial) -> str:
    parts = [f"rings up to {dial.dialling.ring_seconds} s", *settings_of_all_legs(dial.dialling)]
    result = _RESULTS.get(dial.state, dial.state)
    after = f" after {dial.seconds:.1f} s" if dial.seconds is not None else ""
    return ", ".join([*parts, result + after])


def _leg(rung: RungLeg) -> LegRow:
    is_ringing = rung.state == "ringing"
    if rung.start is None:
        return leg_row(rung.leg, "has not rung yet" if is_ringing else "never rang", False)
    if is_ringing:
        return leg_row(rung.leg, "rings", False)
    answer = f"{rung.status} {rung.reason}".strip() if rung.status else "no answer"
    end = rung.start if rung.end is None else rung.end
    words = fate_words(rung.state, round(rung.start, 1), round(end, 1), answer, rung.to)
    return leg_row(rung.leg, words, rung.state == "answered")


def _told(entry: Entry) -> tuple[str, str]:
    asked, answer = _ASKED[entry.question]
    return asked(*entry.shown) if entry.shown else asked(*[""] * 3), answer(entry.answer)


def _or_none(answer: Any) -> str:
    return "none" if answer is None else str(answer)


def _listed(answers: Any) -> str:
    return ", ".join(map(str, answers)) or "none"


def _account(answer: Any) -> str:
    if answer is None:
        return "there is none"
    plan = f", whose calls the plan {answer['in_plan']} takes" if answer["in_plan"] else ""
    whose = "an account of the owner" if answer["is_own"] else "an account"
    return f"{whose}{plan}{', disabled' if answer['is_disabled'] else ''}"


def _with_headers(code: int, reason: str, headers: Any = ()) -> str:
    return " ".join([str(code), reason, *(f"({name}: {value})" for name, value in headers)])


_EFFECTS: Mapping[str, tuple[str, Callable[..., str]]] = {
    "write_value": ("Stored value", lambda key, value: f"{key} = {value}"),
    "delete_value": ("Deleted value", lambda key: key),
    "send_mail": ("Mail", lambda to, subject, *_: f"to {', '.join(to)}: {subject}"),
    "provisional": ("To the caller", _with_headers),
    "callback": ("Callback", lambda first, second, *_: f"joins {first} and {second}"),
    "send_request": ("Request", lambda method, destination, *_: f"{method} {destination}"),
}
_ASKED: Mapping[str, tuple[Callable[..., str], Callable[[Any], str]]] = {
    "account": (lambda user, domain, *_: f"Account {user}@{domain}", _account),
    "own_accounts": (
        lambda *_: "Accounts of the owner",
        lambda all: _listed(f"{a['username']}@{a['domain']}" for a in all),
    ),
    "bindings": (lambda user, domain, *_: f"Phones of {user}@{domain}", _listed),
    "provider": (lambda name, *_: f"Provider {name}", lambda one: "there is none" if one is None else one["server"]),
    "read_value": (lambda key, *_: f"Stored value {key}", _or_none),
    "value_keys": (lambda *_: "Keys of stored values", _listed),
    "web_get": (
        lambda url, *_: f"Text at {url}",
        lambda one: one["text"] if one["text"] is not None else one["problem"],
    ),
    "enum_lookup": (lambda name, *_: f"ENUM for {name}", _or_none),
    "current_calls": (lambda *_: "Calls in progress", lambda all: str(len(all))),
    "send_request": (lambda method, destination, *_: f"Answer to {method} {destination}", _or_none),
}
