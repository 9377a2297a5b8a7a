"""Pasted characters in a Ruby script where they matter: in code, and in texts that are numbers or addresses."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from .look_alikes import (
    foreign_letters,
    is_at_home,
    is_blank_or_unseen,
    joins,
    meant_by,
    misleads_everywhere,
    remark_on,
)
from .ruby_reader import Script, Text
from .warnings import ScriptWarning

_FOR_PEOPLE = {"email", "googlevoicesms", "log", "p", "print", "puts", "raise", "respond", "warn"}
_FOR_PEOPLE |= {"setcustomcontent", "setfromheader"}
"""Methods whose texts somebody reads, where quotes and dashes of print are at home."""
_FOR_SERVERS = {"callback", "dial", "enumlookup", "googlevoicecall", "sendrequest", "setcustomsipheader", "webget"}
_FOR_SERVERS |= {"doessipaccountexist", "getbindings", "getcanonicaldomain", "isavailable", "ismine"}
_NUMBER = re.compile(r"[\s+*#().\-\d]*\d[\s+*#().\-\d]*")
_CLASS = re.compile(r"\[(?:\\.|\[:\w+:\]|[^\[\]\\])*\]")


def remarks(lines: Sequence[str], script: Script) -> Iterator[ScriptWarning]:
    """Yield one remark for each line that has such a character; in code it is an error, elsewhere a guess."""
    if script.text.isascii():
        return
    guesses = {place for text in script.texts for place in _harmful(script.text, text)}
    errors = _in_code(script)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place in errors | guesses:
        places[bisect_right(starts, place) - 1].append(place)
    for number, here in places.items():
        within = [place - starts[number] for place in here]
        if remark := remark_on(number + 1, lines[number], within, is_error=not errors.isdisjoint(here)):
            yield remark


def _in_code(script: Script) -> set[int]:
    """The places outside of all texts; the quotes around a text are code."""
    code = [*script.text]
    for start, end in (piece for text in script.texts for piece in text.pieces):
        code[start:end] = " " * (end - start)
    found = {place for place, each in enumerate(code) if meant_by(each) is not None}
    joined = {place for place in found if joins(code[place]) and is_at_home(script.text, place)}
    return found - joined | {*foreign_letters("".join(code))}


def _harmful(script: str, text: Text) -> Iterator[int]:
    whole = "".join(script[start:end] for start, end in text.pieces)
    if whole.isascii():
        return
    matters = _matters_in(text, whole)
    is_deliberate = text.kind != "comment" and not any(each.isalnum() for each in whole)
    for start, end in text.pieces:
        piece = script[start:end]
        alone = {*_beside_their_twins(piece)} if text.kind == "regex" else set()
        for place, each in enumerate(piece):
            if misleads_everywhere(each) and not is_deliberate:
                yield start + place
            elif meant_by(each) is None or is_deliberate or place in alone or is_at_home(piece, place):
                continue
            elif matters(each):
                yield start + place
        if matters is _always:
            yield from (start + place for place in foreign_letters(piece))


def _matters_in(text: Text, whole: str) -> Callable[[str], bool]:
    if text.kind == "comment" or (text.method in _FOR_PEOPLE and text.kind == "string"):
        return _never
    is_for_servers = text.kind == "regex" or text.method in _FOR_SERVERS or _is_address(whole)
    return _always if is_for_servers else is_blank_or_unseen


def _is_address(whole: str) -> bool:
    """Return True when a text is meant as an address: a number, or a text with an @ and no blank."""
    plain = "".join(each if (plain := meant_by(each)) is None else plain for each in whole)
    return bool(_NUMBER.fullmatch(plain)) or ("@" in plain and " " not in whole.strip())


def _beside_their_twins(expression: str) -> Iterator[int]:
    """The look-alikes in a class that has what they look like, too: somebody wants both of them."""
    for found in _CLASS.finditer(expression):
        for place in range(found.start(), found.end()):
            plain = meant_by(expression[place])
            if plain and (plain in found[0][1:-1] or (plain == " " and r"\s" in found[0])):
                yield place


def _never(_: str) -> bool:
    return False


def _always(_: str) -> bool:
    return True
