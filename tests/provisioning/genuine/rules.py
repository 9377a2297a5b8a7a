"""The checks of the original (spec, sections 7.1, 7.2 and 7.4).

Those of the contract without what this project added.
"""

import re
from collections.abc import Iterable

from sipsorcery_web.contract.records import Customer, SIPAccount, SIPProvider
from sipsorcery_web.contract.rules import (
    ORIGINAL_PASSWORD_LENGTHS,
    Violation,
    customer_password_violations,
    customer_violations,
    is_blank,
    new_customer_violations,
    sip_account_violations,
)
from sipsorcery_web.contract.rules.catalogue import NAME_RESERVED
from sipsorcery_web.contract.rules.providers import provider_violations
from sipsorcery_web.contract.sip_uris import normalised

from .faults import Thrown

SHORTEST_EXPIRY = 60
_ADDED = re.compile(r".* can have at most \d+ characters\.|.* (custom header|belongs to the call|is not a header).*")


def refuse_customer(customer: Customer, is_new: bool = False) -> None:
    """A name may hold `dispatcher` here; only SIP accounts' may not."""
    password = customer_password_violations(customer.customer_password, "customer_password", ORIGINAL_PASSWORD_LENGTHS)
    violations = new_customer_violations(customer, list(password)) if is_new else customer_violations(customer)
    _throw_first(one for one in violations if one.rule is not NAME_RESERVED)


def refuse_account(account: SIPAccount) -> None:
    _throw_first(sip_account_violations(account))


def refuse_provider(provider: SIPProvider) -> None:
    _throw_first(provider_violations(provider))


def without_blank_password(account: SIPAccount) -> SIPAccount:
    """A blank password becomes null, which the relational stores do not take (quirk Q13)."""
    names = ("owner", "sip_username", "sip_domain", "sip_password")
    trimmed = {name: (getattr(account, name) or "").strip() or None for name in names}
    return account.with_(**trimmed)


def normalised_provider(provider: SIPProvider) -> SIPProvider:
    """The provider with its URIs and expiry as they are stored."""
    uris = {name: _uri(getattr(provider, name)) for name in ("provider_server", "register_server", "register_contact")}
    return provider.with_(**uris, register_expiry=max(provider.register_expiry, SHORTEST_EXPIRY))


def _uri(text: str | None) -> str | None:
    try:
        return normalised(text)
    except ValueError:
        return None if is_blank(text) else text


def _throw_first(violations: Iterable[Violation]) -> None:
    for violation in violations:
        if not _ADDED.fullmatch(violation.message):
            raise Thrown(violation.message)
