"""The rules of forms and commands for new passwords, stricter than the contract's: what everybody tries is refused.

zxcvbn tells how many guesses somebody needs who knows people's habits.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterator

from sipsorcery_web.contract.rules import (
    ORIGINAL_PASSWORD_LENGTHS,
    Violation,
    customer_password_violations,
)

from ..http.capabilities import capabilities

LONG_ENOUGH = 10
"""Characters of a password for signing in that need not be hard to guess, only not among the first guesses."""
FIRST_GUESSES = 12_000
"""Common words, and names with one more character: of two parts zxcvbn counts 10,000 guesses and those of the parts."""
HARD_TO_GUESS = 10**8
"""What somebody needs days for who may try without a limit (zxcvbn's third score of four)."""
JUDGED_AT_ONCE = 15
"""Characters: all of a SIP password. 63 of `4@8({[<369` keep zxcvbn 4.5 busy for seven seconds, and 15 for 60 ms."""

MOST_VERDICTS = 10_000
"""On passwords at accounts that are kept: zxcvbn takes as long as half of the form that asks it each time."""

_verdicts: dict[bytes, bool] = {}
_key_of_verdicts = secrets.token_bytes(64)
"""Only this process has it, so that what it keeps is good for no guess at a password."""

COMMON = "This is one of the first passwords that strangers try. Choose another one."
TOO_SHORT = f"Use at least {LONG_ENOUGH} characters, or a shorter password that is hard to guess."


def sign_in_password_violations(password: str | None, field: str, names: Collection[str | None]) -> Iterator[Violation]:
    """Yield why a new password for signing in is refused; `names` are what others know of its owner.

    What another service takes is for it to say.
    """
    if capabilities().takes_long_passwords:
        yield from strong_password_violations(password, field, names)
    else:
        yield from customer_password_violations(password, field, ORIGINAL_PASSWORD_LENGTHS)


def strong_password_violations(password: str | None, field: str, names: Collection[str | None]) -> Iterator[Violation]:
    """Yield why a new password for signing in to the built-in service is refused."""
    broken = list(customer_password_violations(password, field))
    yield from broken
    if password is None or broken:
        return
    guesses = guesses_for(password, names)
    if guesses < FIRST_GUESSES:
        yield Violation(field, COMMON)
    elif len(password) < LONG_ENOUGH and guesses < HARD_TO_GUESS:
        yield Violation(field, TOO_SHORT)


def is_among_first_guesses(password: str, names: Collection[str | None]) -> bool:
    """Return whether a password is one that strangers try first at an account with these names."""
    asked = hashlib.blake2b(repr((password, *names)).encode(), key=_key_of_verdicts, digest_size=16).digest()
    verdict = _verdicts.get(asked)
    if verdict is None:
        verdict = guesses_for(password, names) < FIRST_GUESSES
        if len(_verdicts) >= MOST_VERDICTS:
            _verdicts.clear()
        _verdicts[asked] = verdict
    return verdict


def guesses_for(password: str, names: Collection[str | None]) -> int:
    """Return about how many guesses find a password, or the harder one of both ends of a long one."""
    from zxcvbn import zxcvbn  # with lists of 90,000 words, which only forms with passwords need

    known = [name for name in names if name]
    ends = {password[:JUDGED_AT_ONCE], password[-JUDGED_AT_ONCE:]}
    return max(int(zxcvbn(end, known)["guesses"]) for end in ends)
