"""The words of pages for what a token for programs may do."""

from collections.abc import Iterator

from sipsorcery_web.contract.areas import Area
from sipsorcery_web.contract.scopes import SCOPES, SIGN_IN

AREAS = {
    Area.ACCOUNTS: "SIP accounts",
    Area.PROVIDERS: "SIP providers",
    Area.DIAL_PLANS: "Dial plans",
    Area.CALLS: "Calls",
    Area.CUSTOMER: "You",
    Area.AUDIT: "Changes",
    Area.TOKENS: "Tokens",
}
WORDS = {
    Area.ACCOUNTS.reading: "Read SIP accounts and registrations",
    Area.ACCOUNTS.reading_passwords: "See the passwords of SIP accounts",
    Area.ACCOUNTS.writing: "Add, change and delete SIP accounts",
    Area.PROVIDERS.reading: "Read providers and their registrations",
    Area.PROVIDERS.reading_passwords: "See the passwords at providers",
    Area.PROVIDERS.writing: "Add, change and delete providers",
    Area.DIAL_PLANS.reading: "Read dial plans",
    Area.DIAL_PLANS.writing: "Add, change and delete dial plans",
    Area.CALLS.reading: "Read calls in progress and call records",
    Area.CALLS.writing: "Hang up calls in progress",
    Area.CUSTOMER.reading: "Read your name, addresses and time zone",
    SIGN_IN: "Sign in over SOAP with the token as the password, and do there all but what no token can do",
    Area.AUDIT.reading: "Read what was changed, by whom and from where",
    Area.TOKENS.reading: "List your tokens, without what opens the service",
}
"""By scope."""


def boxes() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the name of each area, and its scopes with their words."""
    for area, title in AREAS.items():
        yield title, [(scope, WORDS[scope]) for scope in SCOPES if scope.partition(":")[0] == area]
    yield "App password", [(SIGN_IN, WORDS[SIGN_IN])]


def words_of(scopes: str | None) -> list[str]:
    """Return the words for the scopes of a token; a scope without any, of another revision, stands for itself."""
    return [WORDS.get(scope, scope) for scope in (scopes or "").split()]
