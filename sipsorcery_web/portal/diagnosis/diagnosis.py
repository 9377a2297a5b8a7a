"""The diagnosis of an outcome."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A step to take; `field` is the form field that it changes, where that is known."""

    words: str
    field: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """A short title, a sentence that explains it, the steps that mend it; tone is good, plain, warn or bad."""

    title: str
    why: str
    steps: Sequence[Step] = ()
    tone: str = "plain"
