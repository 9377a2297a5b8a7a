"""The records that the plans of an owner can name, as the service has them now."""

from dataclasses import dataclass
from functools import cached_property

from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.records import SIPAccount, SIPProvider
from sipsorcery_web.dial_plans.rules.rule import HERE
from sipsorcery_web.dial_plans.world import Account, Provider, is_same_name
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.lists.search import search

MOST_RECORDS = 1000


@dataclass
class OwnersRecords:
    """`tries.tried_world.Records`; each question goes to the service once.

    Raises ProvisioningError where it does not answer.
    """

    owner: str

    def canonical_domain(self, host: str) -> str | None:
        """The domain that a host or alias stands for; None where it is none of the service."""
        wanted = host.lower()
        if wanted == HERE and self.domains:
            return self.domains[0]
        return next((domain for domain in self.domains if domain.lower() == wanted), None)

    def account(self, username: str, domain: str) -> Account | None:
        """The owner's account of that name; None where it is nobody's or somebody else's."""
        wanted = (username.lower(), domain.lower())
        return next((each for each in self.own_accounts() if _name(each) == wanted), None)

    def accounts_called(self, username: str) -> list[SIPAccount]:
        """The accounts of that username, else of what stands behind its last dot (facts of dial plans, section 1)."""
        wanted = username.lower()
        named = (
            [each for each in self.accounts if (each.sip_username or "").lower() == name]
            for name in (wanted, wanted.rpartition(".")[2])
        )
        return next(filter(None, named), [])

    def own_accounts(self) -> list[Account]:
        """The owner's accounts."""
        return [_account(record) for record in self.accounts]

    def provider(self, name: str) -> Provider | None:
        """The owner's provider of that name, in any case."""
        found = (each for each in self._providers if is_same_name(each.provider_name or "", name))
        return next(map(Provider.of, found), None)

    @property
    def usernames(self) -> list[str]:
        """The usernames of the owner's accounts."""
        return [record.sip_username or "" for record in self.accounts]

    @property
    def provider_names(self) -> list[str]:
        """The names of the owner's providers."""
        return [record.provider_name or "" for record in self._providers]

    @property
    def own_domains(self) -> set[str]:
        """The names of the service's domains in a dial string, in small letters."""
        return {HERE, *(domain.lower() for domain in self.domains)}

    @cached_property
    def domains(self) -> list[str]:
        """The domains of the service, the public ones first."""
        found = sorted(service().domains(), key=lambda domain: bool(domain.owner))
        return [domain.domain for domain in found if domain.domain]

    @cached_property
    def accounts(self) -> list[SIPAccount]:
        """The owner's accounts as they are stored."""
        return list(search(service().sip_accounts, prop("Owner").equals(self.owner), MOST_RECORDS))

    @cached_property
    def _providers(self) -> list[SIPProvider]:
        return list(search(service().sip_providers, prop("Owner").equals(self.owner), MOST_RECORDS))


def plan_name_of(account: SIPAccount, is_in: bool) -> str:
    """The name of the plan that takes the calls to an account, or its own; empty where there is none."""
    return ((account.in_dial_plan_name if is_in else account.out_dial_plan_name) or "").strip()


def _name(account: Account) -> tuple[str, str]:
    return account.username.lower(), account.domain.lower()


def _account(record: SIPAccount) -> Account:
    return Account(
        username=record.sip_username or "",
        domain=record.sip_domain or "",
        is_own=True,
        in_plan=plan_name_of(record, is_in=True),
        is_disabled=record.is_user_disabled or record.is_admin_disabled,
    )
