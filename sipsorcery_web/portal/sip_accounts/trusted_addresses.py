"""Whether an expression for trusted addresses can be read; it is never run on a server."""

import re

_MEANINGS = {
    "missing ), unterminated subpattern": "the bracket at character {} is never closed",
    "unbalanced parenthesis": "the bracket at character {} was never opened",
    "unterminated character set": "the square bracket at character {} is never closed",
    "nothing to repeat": "there is nothing to repeat at character {}",
    "multiple repeat": "what stands at character {} repeats twice",
    "bad escape (end of pattern)": "the backslash at character {} escapes nothing",
}


def complaint(expression: str | None) -> str | None:
    """What is wrong with the expression, in words; None when it can be read or there is none.

    The service takes any text, and its own engine reads regular expressions a little differently, so this warns only.
    """
    try:
        re.compile(expression or "")
    except (re.error, RecursionError, OverflowError) as error:
        return _words(error)
    return None


def _words(error: Exception) -> str:
    if not isinstance(error, re.error) or error.pos is None:
        return "it is too deeply nested"
    return _MEANINGS.get(error.msg, error.msg + " at character {}").format(error.pos + 1)
