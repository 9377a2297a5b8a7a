"""ENUM: the SIP address of a telephone number, from NAPTR records (RFC 6116, and RFC 3401 to 3403 for their order)."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import regex

from sipsorcery_web.network.naptr import Rule, rules_of

PATIENCE = 5.0
"""Seconds that a lookup may take in all."""
MOST_STEPS = 5
"""Names that are followed through records that are not the last ones."""
_EXPRESSION_PATIENCE = 0.1
_SERVICE = re.compile(
    r"(?:e2u\+(?:[^+]+\+)*sip(?::[^+]*)?(?:\+[^+]+)*|sip\+e2u)", re.IGNORECASE
)  # the latter: RFC 2916
_URI = re.compile(r"sips?:[!-~]+", re.IGNORECASE)
_NAME = re.compile(r"(?:[0-9]\.)+(?=[^.]*[A-Za-z])[0-9A-Za-z\-.]+")


def enum_lookup(
    name: str,
    rules: Callable[[str, float], Sequence[Rule]] = rules_of,
    clock: Callable[[], float] = time.monotonic,
) -> str | None:
    """Return the SIP URI for a name such as `4.3.2.1.e164.arpa`; None where there is none, or none in 5 s."""
    name = name.strip().rstrip(".")
    if not _NAME.fullmatch(name):
        return None
    number, ends_at = _number(name), clock() + PATIENCE
    for _ in range(MOST_STEPS):
        left = ends_at - clock()
        next_name = ""
        for rule in sorted(rules(name, left)) if left > 0 else ():
            if rule.flags.lower() == "u":
                uri = _rewritten(number, rule.expression) if _SERVICE.fullmatch(rule.service) else None
                if uri is not None:
                    return uri
            elif not rule.flags and rule.replacement:
                next_name = rule.replacement
                break
        if not next_name:
            return None
        name = next_name
    return None


def _number(name: str) -> str:
    """Return the number that a name stands for, `+1234`; the digits are the labels in front, turned round."""
    digits = re.match(r"(?:[0-9]\.)+", name)
    return "+" + (digits[0] if digits else "").replace(".", "")[::-1]


def _rewritten(number: str, expression: str) -> str | None:
    """Return the number as a record's expression rewrites it, `!find!write!flags`; None where that is no SIP URI."""
    delimiter, parts = expression[:1], list(_parts(expression[1:], expression[:1]))
    if len(parts) != 3 or delimiter.isdigit() or delimiter in ("\\", "i") or parts[2].lower() not in ("", "i"):
        return None
    find, write, flags = parts
    try:
        compiled = regex.compile(find, regex.IGNORECASE if flags else 0)
        found = compiled.search(number, timeout=_EXPRESSION_PATIENCE)
    except (regex.error, TimeoutError):
        return None
    if found is None:
        return None
    written = re.sub(r"\\(.)", lambda mark: _meant(mark[1], found), write)
    uri = number[: found.start()] + written + number[found.end() :]  # as sed does (RFC 3402, 3.2)
    return uri if _URI.fullmatch(uri) else None


def _meant(mark: str, found: Any) -> str:
    """Return what stands behind a backslash: a group of the expression, or a character itself (RFC 3402, 3.2)."""
    if not mark.isdigit():
        return mark
    return (found[int(mark)] or "") if int(mark) <= found.re.groups else ""


def _parts(text: str, delimiter: str) -> Iterator[str]:
    """Yield the parts between delimiters that no backslash stands before."""
    part, is_escaped = "", False
    for character in text:
        if is_escaped:
            part += character if character == delimiter else f"\\{character}"
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif character == delimiter:
            yield part
            part = ""
        else:
            part += character
    yield part
