"""The text of tokens for programs, by which secret scanners know one that has got into a file.

As GitHub's: a prefix, 30 random letters and digits, and the CRC32 of these in six more (base 62). A scanner needs no
list of tokens to tell one from a text that only looks like it, and neither does the service.
"""

import re
import secrets
import string
import zlib

PREFIX = "sips_"
RANDOM, CHECKSUM = 30, 6
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
"""RFC 6750, section 2.1."""
_SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{RANDOM}}})([0-9A-Za-z]{{{CHECKSUM}}})")


def new_token() -> str:
    """A new token, with 178 random bits."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return PREFIX + random + checksum_of(random)


def checksum_of(random: str) -> str:
    """The CRC32 of the random part, in base 62 with zeros in front."""
    number, digits = zlib.crc32(random.encode()), ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits.rjust(CHECKSUM, ALPHABET[0])


def is_access_token(text: str | None) -> bool:
    """Return True for a text that says of itself that it is a token for programs, be it a good one or not."""
    return text is not None and text.startswith(PREFIX)


def is_well_formed(text: str) -> bool:
    """Return True for a token of the right form whose checksum is right."""
    found = _SHAPE.fullmatch(text)
    return found is not None and checksum_of(found[1]) == found[2]


def bearer_token(authorization: str | None) -> str | None:
    """Return the token in a header `Authorization`; None where there is none, or another kind of credentials."""
    found = _BEARER.fullmatch(authorization or "")
    return None if found is None else found[1]
