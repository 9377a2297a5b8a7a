"""The effect of an expression for trusted addresses, tried in bounded time and memory.

The engine searches the expression in `address:port`, as .NET reads it; what is tried here agrees but for rare
constructs. The service takes any text, so nothing here keeps one from being saved.
"""

import math
import re
from dataclasses import dataclass

import regex

from sipsorcery_web.contract.rules.catalogue import SIP_ACCOUNT_LENGTHS
from sipsorcery_web.ip_addresses import read_address

LONGEST = SIP_ACCOUNT_LENGTHS["ip_address_acl"]
LONGEST_TRIAL = 0.1
"""Seconds that one search may take."""
MOST_COPIES = 1000
"""How often a part may be repeated at least: the library writes the repetitions out, which takes memory."""
SIP_PORT = 5060
FAR_APART = ("0.0.0.0:1", "255.255.255.255:65535", "98.76.54.32:10987", "1.2.3.4:5", "203.0.113.41:5060")
"""What matches all of these is taken to match every address."""
TRUSTS_EVERYBODY = "matches every address: no caller is asked for the password"

_SOCKET = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::([0-9]{1,5}))?")
_REPETITION = re.compile(r"\{([0-9]+)")
_RECURSION = re.compile(r"\(\?(R|&|P>|[+-]?[0-9])")
_BRACKET = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|([()\[])", re.DOTALL)
_MEANINGS = {
    "missing )": "the bracket at character {} is never closed",
    "unbalanced parenthesis": "the bracket at character {} was never opened",
    "unterminated character set": "the square bracket at character {} is never closed",
    "nothing to repeat": "there is nothing to repeat at character {}",
    "multiple repeat": "what stands at character {} repeats twice",
    "bad escape (end of pattern)": "the backslash at its end escapes nothing",
}


@dataclass(frozen=True)
class Trial:
    """The outcome of trying an address; `outcome` is in, asked (for the password), unclear or nothing."""

    outcome: str
    words: str


def complaint(expression: str | None) -> str | None:
    """Return what is wrong with the expression, in words; None when it can be read or there is none."""
    if len(expression or "") > LONGEST:
        return f"it has more than {LONGEST} characters"
    try:
        _read(expression or "")
    except (regex.error, ValueError, RecursionError, OverflowError) as error:
        return _meaning(error, expression or "")
    return None


def trusts_everybody(expression: str | None) -> bool:
    """Return True when the expression matches every address, so that no caller is asked for the password."""
    if not expression or complaint(expression):
        return False
    try:
        return all(_matches(expression, socket) for socket in FAR_APART)
    except TimeoutError:
        return False


def tried(expression: str | None, typed: str | None) -> Trial:
    """Return the outcome for a caller at the typed `address:port`."""
    socket = _socket(typed or "")
    if not expression:
        return Trial("nothing", "There is no expression to try: every caller is asked for the password.")
    if found := complaint(expression):
        return Trial("unclear", f"The expression cannot be read: {found}.")
    if socket is None:
        return Trial("unclear", "Type an address and a port, such as 203.0.113.41:5060.")
    try:
        matches = _matches(expression, socket)
    except TimeoutError:
        return Trial("unclear", "The expression took too long to try. Simplify it.")
    if matches:
        return Trial("in", f"{socket} matches: it is let in without a password.")
    return Trial("asked", f"{socket} does not match: the password is asked.")


def _matches(expression: str, socket: str) -> bool:
    return _read(expression).search(socket, timeout=LONGEST_TRIAL, concurrent=True) is not None


def _read(expression: str) -> "regex.Pattern[str]":
    copies = math.prod(max(1, int(count)) for count in _REPETITION.findall(expression))
    if copies > MOST_COPIES:
        raise ValueError(f"it repeats a part more than {MOST_COPIES} times")
    if _RECURSION.search(expression):
        raise ValueError("it calls itself, which .NET does not know")
    return regex.compile(expression, cache_pattern=False)


def _socket(typed: str) -> str | None:
    """The text as the engine writes a socket, with SIP's own port where none is typed; None for anything else."""
    found = _SOCKET.fullmatch(typed.strip())
    if found is None:
        return None
    six, four, port = found.groups()
    address, number = read_address(six or four), int(port or SIP_PORT)
    if address is None or not 0 < number < 2**16:
        return None
    return f"[{address}]:{number}" if address.version == 6 else f"{address}:{number}"


def _meaning(error: Exception, expression: str) -> str:
    if not isinstance(error, regex.error):
        return str(error) if isinstance(error, ValueError) else "it is too deeply nested"
    is_open = error.msg in ("missing )", "unterminated character set")
    position = _open_bracket(expression) if is_open else error.pos or 0
    meaning = _MEANINGS.get(str(error.msg), f"{error.msg} at character {{}}")
    return meaning.format(position + 1)


def _open_bracket(expression: str) -> int:
    """Return the position of the bracket that is never closed.

    The library names the end, where it missed the other one.
    """
    opened = [0]
    for found in _BRACKET.finditer(expression):
        if found[1] == ")" and len(opened) > 1:
            opened.pop()
        elif found[1] in ("(", "["):
            opened.append(found.start())
        if found[1] == "[":
            break
    return opened[-1]
