"""The places where a rule can ring: the owner's accounts and providers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.dial_plans.rules.rule import HERE

from ..owners_records import OwnersRecords

_HERE_WORDS = "an account here"


@dataclass(frozen=True)
class Places:
    """The names of an owner's accounts and providers."""

    accounts: Sequence[str]
    providers: Sequence[str]

    def choices(self, chosen: str) -> Sequence[tuple[str, str]]:
        """The choices of where a number is dialled, with what was chosen among them."""
        known = [(HERE, _HERE_WORDS), *((name, f"through {name}") for name in self.providers)]
        if chosen in dict(known) or not chosen:
            return known
        return [*known, (chosen, f"{chosen} (there is no such provider)")]


def places_of(owner: str) -> Places:
    """The accounts and providers of an owner; nothing where the service does not tell."""
    records = OwnersRecords(owner)
    try:
        return Places(sorted(records.usernames), sorted(records.provider_names))
    except ProvisioningError:
        return Places((), ())
