"""Checks of a Ruby script: what is not closed, what was pasted, and where a comma or `then` is missing."""

from collections.abc import Iterator, Sequence

from . import ruby_look_alikes, ruby_slips
from .regular_expressions import bracket_slip
from .ruby_reader import Script, read
from .warnings import ScriptWarning


def warnings(lines: Sequence[str]) -> Iterator[ScriptWarning]:
    """Yield what stands out; a slip that nothing can be read behind hides what would be guessed of the rest."""
    script = read(lines)
    pasted = list(ruby_look_alikes.remarks(lines, script))
    yield from pasted
    first = min((each.line for each in pasted if each.is_error), default=len(lines) + 1)
    slips = script.slips or [*ruby_slips.remarks(script.tokens), *_expressions(script)]
    yield from (each for each in slips if each.line < first)


def _expressions(script: Script) -> Iterator[ScriptWarning]:
    for text in script.texts:
        if text.kind == "regex":
            expression = "x".join(script.text[start:end] for start, end in text.pieces)
            if slip := bracket_slip(expression, is_extended="x" in text.flags):
                yield ScriptWarning(text.line, slip)
