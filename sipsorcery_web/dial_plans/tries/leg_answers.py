"""The answers of legs at a try, as somebody types them: `busy`, `answered after 5`, `refused 404 after 2`."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from ..reason_phrases import REASON_PHRASES

Kind = Literal["nobody", "answered", "busy", "refused", "redirected", "unregistered", "unknown"]
KINDS: tuple[Kind, ...] = get_args(Kind)
USUAL_SECONDS = {"answered": 5}
"""Seconds until a leg answers, where nothing else was typed; refusals come at once."""
LONGEST_SECONDS = 300
USUAL_REFUSAL = 480
REDIRECTION = 302

_OTHER_WORDS = {"answer": "answered", "no-answer": "nobody", "timeout": "nobody", "redirect": "redirected"}
_AFTER = re.compile(r"\bafter\s+([0-9]{1,4})\b|\b([0-9]{1,4})\s*(?:s|sec|seconds)\b", re.IGNORECASE)
_CODE = re.compile(r"\b([3-6][0-9]{2})\b")
_ADDRESS = re.compile(r"(?:to\s+)?((?:sips?:)?[^\s@<>\"]+@[^\s<>\"]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class LegAnswer:
    """The behaviour of one leg when it is rung.

    An account may be `unregistered`, so that nothing rings, and one of another customer may be `unknown`.
    """

    kind: Kind = "nobody"
    after: int = 0
    """Seconds from the moment that it is rung."""
    code: int = 0
    """The status of a refusal or a redirection; 0 for the usual one."""
    to: str = ""
    """Where a redirection leads: a SIP address."""

    @property
    def status(self) -> int:
        """The status code of an answer that is none to talk to; 0 where there is none."""
        usual = {"busy": 486, "refused": USUAL_REFUSAL, "redirected": REDIRECTION}.get(self.kind, 0)
        return self.code or usual if usual else 0

    @property
    def reason(self) -> str:
        """The reason phrase beside the status."""
        return REASON_PHRASES.get(self.status, "Refused" if self.status else "")

    def __str__(self) -> str:
        """The answer as `read_answer` reads it."""
        code = f" {self.code}" if self.code else ""
        to = f" to {self.to}" if self.to else ""
        return f"{self.kind}{code}{to}" + (f" after {self.after}" if self.after else "")


NOBODY = LegAnswer()


def read_answer(text: str) -> LegAnswer:
    """The answer that was typed. ValueError, with a sentence, for anything else."""
    word, _, rest = text.strip().partition(" ")
    kind = _OTHER_WORDS.get(word.lower(), word.lower()) or "nobody"
    if kind not in KINDS:
        raise ValueError(f"A leg can be {', '.join(KINDS[:-1])} or {KINDS[-1]}, and not “{word[:40]}”.")
    after, address = _AFTER.search(rest), _ADDRESS.search(rest)
    plain = _ADDRESS.sub("", _AFTER.sub("", rest))
    code = _CODE.search(plain)
    seconds = int(after[1] or after[2]) if after else USUAL_SECONDS.get(kind, 0)
    if seconds > LONGEST_SECONDS:
        raise ValueError(f"A leg answers within {LONGEST_SECONDS} seconds, or nobody does.")
    takes_code = kind in ("refused", "redirected")
    number = int(code[1]) if code and takes_code else 0
    if kind == "redirected":
        return _redirection(seconds, number, address[1] if address else "")
    if kind == "refused" and plain.strip() and (not number or number < 400):
        raise ValueError("A leg is refused with a code from 400 to 699.")
    return LegAnswer(kind=kind, after=seconds, code=number)


def _redirection(after: int, code: int, to: str) -> LegAnswer:
    if not to:
        raise ValueError("Say where the leg is redirected to, as an address such as 100@sip.example.org.")
    if code and code >= 400:
        raise ValueError("A leg is redirected with a code from 300 to 399.")
    return LegAnswer(kind="redirected", after=after, code=code, to=to)
