"""Checks of a Ruby script: what is not closed, what was pasted, and where a comma or `then` is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sipsorcery_web.dial_plans.outcomes import Checked
from sipsorcery_web.dial_plans.regular_expressions import bracket_slip

from . import ruby_look_alikes, ruby_slips
from .ruby_reader import Script, read
from .warnings import ScriptWarning


def warnings(lines: Sequence[str], checked: Checked | None = None) -> Iterator[ScriptWarning]:
    """Yield what stands out; a slip that nothing can be read behind hides what would be guessed of the rest.

    Where Ruby itself has read the script, its word counts in place of what the reader here guesses.
    """
    script = read(lines)
    pasted = list(ruby_look_alikes.remarks(lines, script))
    if checked:
        yield from _as_ruby_says(checked, pasted)
        return
    yield from pasted
    first = min((each.line for each in pasted if each.is_error), default=len(lines) + 1)
    slips = script.slips or [*ruby_slips.remarks(script.tokens), *_expressions(script)]
    yield from (each for each in slips if each.line < first)


def _as_ruby_says(checked: Checked, pasted: Sequence[ScriptWarning]) -> Iterator[ScriptWarning]:
    """Yield Ruby's word, or in its place the pasted characters that are why it stumbles."""
    reasons = [each for each in pasted if each.is_error and checked.line and each.line <= checked.line]
    yield from (replace(each, breaks_plan=each in reasons) for each in pasted)
    if checked.line and not reasons:
        yield ScriptWarning(checked.line, refusal(checked), is_error=True, breaks_plan=True)


def refusal(checked: Checked) -> str:
    """Return in a sentence why Ruby does not take a script."""
    message = checked.message.rstrip(".")
    return f"Ruby does not take this: {message}. {checked.advice}".strip()


def _expressions(script: Script) -> Iterator[ScriptWarning]:
    for text in script.texts:
        if text.kind == "regex":
            expression = "x".join(script.text[start:end] for start, end in text.pieces)
            if slip := bracket_slip(expression, is_extended="x" in text.flags):
                yield ScriptWarning(text.line, slip)
