"""Looks through a script for slips. Nothing is ever executed, and no remark keeps a plan from being saved."""

from collections.abc import Sequence

from . import extension_lines, ruby
from .remarks import Remark
from .scripts import lines_of

MOST_REMARKS = 20
_CHECKS = {"asterisk": extension_lines.remarks, "ruby": ruby.remarks}


def remarks(script_type: str, script: str) -> Sequence[Remark]:
    """What stands out in a script, by line; nothing for types that this portal cannot read."""
    check = _CHECKS.get(script_type.lower())
    return sorted(check(lines_of(script)))[:MOST_REMARKS] if check else ()
