"""Characters that pasted text brings along and that look like others, or like nothing: what they are and what is meant.

Web pages, word processors, chats and PDF files turn quotes, blanks, hyphens and arrows into others; a service that runs
a plan takes none of them for the ASCII character that they resemble.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from .warnings import ScriptWarning

_MEANT = {
    '"': "“”„‟″‶〃＂〝〞〟«»ˮ",
    "'": "‘’‚‛′‵´ʹʻʼʽˈ‹›＇",
    "`": "ˋ",
    "-": "‐‑‒–—―−⁃˗﹘﹣－⸺⸻",
    "...": "…⋯",
    "/": "⁄∕",
    "*": "∗×",
    "~": "∼˜",
    "^": "ˆ",
    "|": "¦∣",
    ":": "∶ː：",
    ";": ";؛；",
    ",": "،、，",
    ".": "。．",
    "?": "؟",
    "(": "（",
    ")": "）",
    "[": "【〔",
    "]": "】〕",
    "->": "→",
    "=>": "⇒",
    "<=": "≤",
    ">=": "≥",
    "!=": "≠",
    "(c)": "©",
    "(r)": "®",
    "(tm)": "™",
    "": "•‣◦▪●·\u2800\u115f\u1160\u3164\uffa0\ufffc\ufffd",
}
_MEANT_BY = {character: meant for meant, characters in _MEANT.items() for character in characters}
_FORMS = re.compile("[\uff00-\uffef\ufe50-\ufe6f\ufb00-\ufb06\u2024-\u2026]")
"""Full-width and small forms, ligatures and leaders: characters that Unicode has for old character sets."""
_BLANKS, _LINE_ENDS, _NOTHING = {"Zs"}, {"Zl", "Zp"}, {"Cf", "Cc", "Co"}
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")
_BREAKS = frozenset("\u2028\u2029\x85")
_VARIATIONS = re.compile("[\ufe00-\ufe0f\u034f\u180b-\u180f]")
_APOSTROPHES = frozenset("‘’ʼ′")
_QUOTES = {'"': frozenset(_MEANT['"']), "'": frozenset(_MEANT["'"])}
_LATIN = {
    **dict(zip("авекмнорстухіјѕ", "aBeKMHopcTyxijs", strict=True)),
    **dict(zip("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True)),
}
_WORD = re.compile(r"[^\W_]+")
_LINE_END = "\n"


@cache
def meant_by(character: str) -> str | None:
    """Return the ASCII that a look-alike is meant for, "" for one that means nothing; None for any other character."""
    if character.isascii():
        return None
    if character in _BREAKS:
        return _LINE_END
    if (meant := _MEANT_BY.get(character)) is not None:
        return meant
    if _FORMS.match(character):
        plain = unicodedata.normalize("NFKC", character)
        return plain if plain.isascii() else None
    category = unicodedata.category(character)
    if category in _BLANKS:
        return " "
    return "" if category in _NOTHING or _VARIATIONS.match(character) else None


def is_blank_or_unseen(character: str) -> bool:
    """Return True when a character looks like another: a blank, a line end, or nothing at all."""
    return unicodedata.category(character) in _BLANKS | _LINE_ENDS | _NOTHING or meant_by(character) == ""


def misleads_everywhere(character: str) -> bool:
    """Return True when a character misleads in a comment too: a line end, or another order (CVE-2021-42574)."""
    return character in _REORDERING or character in _BREAKS


def is_at_home(text: str, place: int) -> bool:
    """Return True when the text around a character calls for it: the apostrophe of a name, the joiner of an emoji."""
    before, behind = text[place - 1 : place], text[place + 1 : place + 2]
    if text[place] in _APOSTROPHES:
        return before.isalpha() and behind.isalpha()
    return joins(text[place]) and bool(before) and not before.isascii()


def joins(character: str) -> bool:
    """Return True when the character belongs to the one before it, in emoji and in scripts that join their letters."""
    return character in _JOINERS or bool(_VARIATIONS.match(character))


def foreign_letters(text: str) -> Iterator[int]:
    """Yield the places of Greek and Cyrillic letters that look like Latin ones, in words that have Latin ones too."""
    for word in _WORD.finditer(text):
        letters = word[0]
        if not letters.isascii() and any(each.isascii() and each.isalpha() for each in letters):
            yield from (word.start() + place for place, each in enumerate(letters) if each in _LATIN)


def closing_quote(text: str, place: int) -> str:
    """Return the quote that closes the string which begins here; "" where no quote stands.

    Pasted quotes close each other on their line, and an ASCII one whose partner was turned into another.
    """
    opener, plain = text[place], meant_by(text[place]) or text[place]
    alike = _QUOTES.get(plain)
    if alike is None:
        return opener if opener == "`" else ""
    end = text.find("\n", place)
    rest = text[place + 1 : end if end >= 0 else len(text)]
    if opener != plain:
        return next((each for each in rest if each == plain or each in alike), "")
    others = [each for each in rest if each in alike] if plain == '"' and plain not in rest else []
    return others[0] if len(others) == 1 else opener


def remark_on(line: int, text: str, places: Iterable[int], is_error: bool) -> ScriptWarning | None:
    """Return the one remark about the look-alikes at these places of a line, counted from 0; None without any."""
    found = sorted(set(places))
    if not found:
        return None
    more = len(found) - 1
    others = f" {more} more such character{'s stand' if more > 1 else ' stands'} in the line." if more else ""
    first = text[found[0]]
    return ScriptWarning(line, f"Character {found[0] + 1} is {_named(first)}. {_advice(first)}{others}", is_error)


def _named(character: str) -> str:
    name = unicodedata.name(character, "a control character" if unicodedata.category(character) == "Cc" else "unnamed")
    return f"U+{ord(character):04X} ({name.lower()})"


def _advice(character: str) -> str:
    meant = meant_by(character) or _LATIN.get(character)
    if meant == _LINE_END:
        return "The line does not end there for the service; write a line end."
    if not meant:
        return "It is no part of the script; delete it."
    return f"Write {'a blank' if meant == ' ' else meant} instead."
