"""A warning of a check of scripts."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class ScriptWarning:
    """A sentence about one line, counted from 1. An error is certain; otherwise it is a guess."""

    line: int
    message: str
    is_error: bool = False
    breaks_plan: bool = False
    """Whether the service cannot read any line of the plan because of this one."""
