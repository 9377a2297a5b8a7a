"""The rules of tokens for programs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.contract.scopes import SCOPES

from . import Violation, is_blank
from . import catalogue as rules

MOST_TOKENS = 20
"""How many a customer can have."""
NAME_LIMIT = 64
LONGEST_LIFE = timedelta(days=366)


def access_token_violations(token: AccessToken, now: datetime) -> Iterator[Violation]:
    """Yield each rule that a new token breaks: a name, known scopes, and an end that is no more than a year away."""
    if is_blank(token.name):
        yield Violation("name", rules.TOKEN_NAME_MISSING)
    elif len(token.name or "") > NAME_LIMIT:
        yield Violation("name", rules.TOKEN_NAME_TOO_LONG)
    given = (token.scopes or "").split()
    if not given:
        yield Violation("scopes", rules.TOKEN_SCOPE_MISSING)
    elif not set(given) <= set(SCOPES):
        yield Violation("scopes", rules.TOKEN_SCOPE_UNKNOWN)
    if not now < token.ends <= now + LONGEST_LIFE:
        yield Violation("ends", rules.TOKEN_END_INVALID)
