"""The contents of a store: its customers, and the names, numbers and days of what they have."""

from dataclasses import dataclass

FIRST = "alice"
"""The first customer, who is measured."""
ADMINISTRATOR = "root-admin"
DOMAIN = "sip.local"
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Contents:
    """The customers of a store, and how much each has; every account has a phone that is registered."""

    name: str
    owners: int
    accounts: int
    cdrs: int
    others: int = 26
    """Providers, dial plans and calls in progress of the first customer."""

    @property
    def all_accounts(self) -> int:
        """Return how many accounts there are, the customers' together."""
        return self.owners * self.accounts

    @property
    def all_cdrs(self) -> int:
        """Return how many call records there are, the customers' together."""
        return self.owners * self.cdrs


HUNDRED = Contents("10^2", 1, 100, 100)
TEN_THOUSAND = Contents("10^4", 1, 10_000, 100_000)
MILLION = Contents("10^6", 1, 1_000_000, 1_000_000)
MANY_OWNERS = Contents("10^5 owners × 10", 100_000, 10, 1)
PEOPLE = Contents("500 people × 20", 501, 20, 40)
"""The first one looks on."""


def owner_name(number: int) -> str:
    """The name of a customer, from 1."""
    return FIRST if number == 1 else f"owner-{number:06}"


def account_name(number: int) -> str:
    """The name of an account, from 1: a number like a telephone's, in no order, and no two the same below 10^7."""
    return f"line-{number * 3_804_817 % 10_000_000:07}"


def caller(number: int) -> str:
    """The number that called, of ten thousand."""
    return f"+353155{number * 3_817 % 10_000:04}"


def pages_of(count: int) -> int:
    """Return how many pages of 25 a list has."""
    return -(-count // 25)
