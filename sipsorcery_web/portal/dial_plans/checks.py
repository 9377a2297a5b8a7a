"""Looks through a script for slips. Nothing is ever executed, and no remark keeps a plan from being saved."""

from collections.abc import Sequence

from ..texts.lines import lines_of
from . import extension_lines, ruby
from .remarks import Remark
from .scripts import MOST_CHARACTERS

MOST_REMARKS = 20
_CHECKS = {"asterisk": extension_lines.remarks, "ruby": ruby.remarks}


def remarks(script_type: str, script: str) -> Sequence[Remark]:
    """What stands out in a script, by line; nothing for types that this portal cannot read.

    A script that is too long to be saved is not looked through: some checks take time with the square of the length.
    """
    check = _CHECKS.get(script_type.lower()) if len(script) <= MOST_CHARACTERS else None
    return sorted(check(lines_of(script)))[:MOST_REMARKS] if check else ()
