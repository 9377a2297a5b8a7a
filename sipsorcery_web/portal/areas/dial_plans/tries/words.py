"""The words for what a try has shown."""

from collections.abc import Iterator, Sequence

from sipsorcery_web.dial_plans.tries.dial_simulation import LegFate
from sipsorcery_web.dial_plans.tries.trial import Event, Trial, TriedDial, TriedPause

from ..step_words import LegRow, ScriptLine, StepRow, fate_words, leg_row, script_lines, settings_of_all_legs


def answer_words(trial: Trial) -> str:
    """Return what the caller gets, as a sentence."""
    if trial.answered is not None:
        last = trial.events[-1]
        seconds = last.at + last.dial.seconds - trial.started if isinstance(last, TriedDial) else 0
        return f"The caller talks to {trial.answered.name} after {seconds:g} s."
    if trial.answer is not None:
        return f"The caller gets {trial.answer.code} {trial.answer.reason}."
    return "The try was stopped: it computed too long over all its Dials."


def lines_that_ran(script: str, trial: Trial) -> Sequence[ScriptLine]:
    """Return the lines of a script, each with whether it has run."""
    return script_lines(script, set(trial.progress.lines))


def event_rows(trial: Trial) -> Sequence[StepRow]:
    """The steps of a try in words, in order."""
    return [_row(each, trial.started) for each in trial.events]


def sentences_of(trial: Trial) -> Sequence[str]:
    """The result of a try as sentences that stay the same while the result does: what a test case compares."""
    rows = event_rows(trial)
    return [*(sentence for row in rows for sentence in _sentences(row)), answer_words(trial)]


def _sentences(row: StepRow) -> Iterator[str]:
    yield f"{row.what}: {row.words}"
    for leg in row.legs:
        yield f"{leg.name}: {'; '.join([*leg.options, leg.fate])}"


def _row(event: Event, started: float) -> StepRow:
    seconds = round(event.at - started, 1)
    if isinstance(event, TriedDial):
        return StepRow(seconds, "Dial", _dial_words(event), legs=[_leg(fate) for fate in event.dial.fates])
    if isinstance(event, TriedPause):
        return StepRow(seconds, "Pause", f"{event.seconds:g} s")
    return StepRow(seconds, event.what, event.words, event.body)


def _dial_words(event: TriedDial) -> str:
    dialling, result = event.dialling, event.dial.result
    rings = [f"rings up to {dialling.ring_seconds} s", *settings_of_all_legs(dialling)]
    if result is None:
        return ", ".join([*rings, f"answered after {event.dial.seconds:g} s"])
    status = f" ({result.status} {result.reason})" if result.status else ""
    return ", ".join([*rings, f"{result.state}{status} after {event.dial.seconds:g} s"])


def _leg(fate: LegFate) -> LegRow:
    if fate.start is None:
        return leg_row(fate.leg, "never rang", False)
    answer = f"{fate.answer.status} {fate.answer.reason}"
    words = fate_words(fate.outcome, fate.start, fate.end, answer, fate.answer.to)
    return leg_row(fate.leg, words, fate.outcome == "answered")
