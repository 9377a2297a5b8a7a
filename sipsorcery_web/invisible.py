"""Characters that nobody sees, shown by their code points: what strangers send may hold them to mislead.

Bidirectional controls reverse what stands around them (Unicode Standard Annex 9; CVE-2021-42574), and characters
without a width make two different names look alike (Unicode Technical Report 36).
"""

import re

_ALWAYS = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, but for tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # Bidi_Control
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f"
    "\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    "\ud800-\udfff"  # halves of a pair, which no page can carry
)
_JOINING = "\u200c\u200d\u180b-\u180d\u180f\ufe0e\ufe0f\U000e0100-\U000e01ef"
"""Joiners and variation selectors, which Persian, Hindi, Japanese and emoji need behind a character of theirs."""
_THEIRS = (
    "\u00a9\u00ae\u0590-\u180a\u1810-\u1fff\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\uabff"
    "\U00010900-\U000dffff\ufe0f"
)
_INVISIBLE = re.compile(f"[{_ALWAYS}]|(?<![{_THEIRS}])[{_JOINING}]")
_KEYCAP = "\ufe0f\u20e3"
"""What makes a digit a key of a telephone in emoji."""


def visible(text: str) -> str:
    """The text with each invisible character as `[U+202E]`; tabs, line ends and what scripts need stay as they are."""
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub(_code_point, text)


def _code_point(found: re.Match[str]) -> str:
    is_keycap = found.string.startswith(_KEYCAP, found.start())
    return found[0] if is_keycap else f"[U+{ord(found[0]):04X}]"
