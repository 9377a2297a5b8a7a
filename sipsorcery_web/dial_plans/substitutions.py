"""The words in `${…}` of destinations (facts of dial plans, section 2), for lines and scripts alike."""

import re
from collections.abc import Callable

from .calls import Call

_WORD = re.compile(r"\$\{(dst|exten|fromname|fromuriuser|fromaor)(?::([0-9]{1,3}))?\}", re.IGNORECASE)
_VALUES: dict[str, Callable[[Call], str]] = {
    "dst": lambda call: call.user,
    "exten": lambda call: call.user,
    "fromname": lambda call: call.from_name,
    "fromuriuser": lambda call: call.from_user,
    "fromaor": lambda call: f"{call.from_user}@{call.from_host}" if call.from_host else "",
}


def substitute(text: str, call: Call) -> str:
    """The text with its words replaced; `${exten:2}` leaves off two characters of a number that is longer."""

    def value(found: re.Match[str]) -> str:
        whole = _VALUES[found[1].lower()](call)
        skipped = int(found[2] or 0)
        return whole[skipped:] if len(whole) > skipped else whole

    return _WORD.sub(value, text)
