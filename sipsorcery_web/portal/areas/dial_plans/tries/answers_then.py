"""The answers that legs and the world gave to an execution of a call, as they are typed at a try."""

from collections.abc import Iterator
from typing import Any

from sipsorcery_web.dial_plans.call_executions import CallExecution, RungLeg
from sipsorcery_web.dial_plans.journal import LONGEST_SHOWN, Entry
from sipsorcery_web.dial_plans.tries.leg_answers import LONGEST_SECONDS, LegAnswer

_BUSY = 486


def answers_then(execution: CallExecution) -> dict[str, str]:
    """Return the answers by the names of their fields; the first one where a leg or a question had several."""
    found: dict[str, str] = {}
    for entry in execution.execution.entries:
        for name, text in _of_entry(entry):
            found.setdefault(name, text)
    for rung in (leg for dial in execution.dials for leg in dial.legs if leg.start is not None):
        found.setdefault(rung.leg.name, str(_answer_of(rung)))
    return found


def _answer_of(rung: RungLeg) -> LegAnswer:
    after = min(LONGEST_SECONDS, round((rung.end or 0) - (rung.start or 0)))
    if rung.state == "answered":
        return LegAnswer(kind="answered", after=max(1, after))
    if rung.state in ("redirected", "followed"):
        return LegAnswer(kind="redirected", code=rung.status, to=rung.to, after=after)
    if rung.state == "failed" and 400 <= rung.status < 700:
        is_busy = rung.status == _BUSY
        return LegAnswer(kind="busy" if is_busy else "refused", code=0 if is_busy else rung.status, after=after)
    return LegAnswer()


def _of_entry(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the field of a question that a try asks for an answer to."""
    asked = entry.shown
    if not asked or any(isinstance(each, str) and len(each) == LONGEST_SHOWN for each in asked):
        return  # of a question that was cut off nobody knows the field
    name = f"{asked[0]}@{asked[1]}" if len(asked) > 1 else ""
    if entry.question == "account" and entry.answer is None:
        yield name, "unknown"
    elif entry.question == "bindings" and not entry.answer:
        yield name, "unregistered"
    elif entry.question == "send_request":
        yield from _text(f"request:{asked[0]} {asked[1]}", entry.answer)
    elif entry.question == "web_get":
        yield from _text(f"web:{asked[0]}", entry.answer["text"])
    elif entry.question in ("read_value", "enum_lookup"):
        kind = "value" if entry.question == "read_value" else "enum"
        yield from _text(f"{kind}:{asked[0]}", entry.answer)


def _text(name: str, answer: Any) -> Iterator[tuple[str, str]]:
    if answer:
        yield name, str(answer)
