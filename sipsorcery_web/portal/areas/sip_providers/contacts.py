"""The contacts of registrations that name no SIP account, where the built-in engine takes the calls."""

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import unquote

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.filters import any_of, prop
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.sip_engine import current_sip_engine
from sipsorcery_web.portal.lists.search import search
from sipsorcery_web.portal.live.stamps import shows_a_part

Owned = tuple[str, str]
"""An owner, and a contact of the owner's."""
MOST_ACCOUNTS = 1000
AT_ONCE = 40
"""Usernames in one filter, which has a longest length."""


def contacts_without_account(contacts: Iterable[Owned]) -> Collection[Owned]:
    """Return those that name none of their owner's accounts; none of them where that is not known."""
    engine = current_sip_engine()
    if engine is None:
        return ()
    own_host, domain = engine.server.host.lower(), engine.server.domain.lower()
    wanted = {each: _names(each[1], {own_host: domain}) for each in contacts if each[1]}
    usernames = {username for names in wanted.values() for username, _ in names}
    accounts = _accounts_of(sorted(usernames))
    if accounts is None:
        return ()
    return [each for each, names in wanted.items() if not any((each[0], *name) in accounts for name in names)]


def _names(contact: str, own_hosts: dict[str, str]) -> list[tuple[str, str]]:
    """Username and domain that a contact names, and the account behind its last dot, which takes calls in its stead."""
    try:
        uri = SIPURI.parse(contact)
    except ValueError:
        return []
    host, user = split_port(uri.host)[0], unquote(uri.user or "").lower()
    return [(name, own_hosts.get(host, host)) for name in (user, user.rpartition(".")[2])]


def _accounts_of(usernames: Sequence[str]) -> set[tuple[str, str, str]] | None:
    """Owner, username and domain of the accounts with these names; None where the service does not tell them all."""
    found: list[SIPAccount] = []
    try:
        for start in range(0, len(usernames), AT_ONCE):
            named = (prop("SIPUsername").lower().equals(name) for name in usernames[start : start + AT_ONCE])
            portion = search(service().sip_accounts, any_of(*named), MOST_ACCOUNTS)
            if len(portion) >= MOST_ACCOUNTS:
                return None
            found += portion
    except ProvisioningError:
        shows_a_part()
        return None
    return {(each.owner or "", (each.sip_username or "").lower(), (each.sip_domain or "").lower()) for each in found}
