"""The networks that the visitor's SIP accounts have registered from; known where a SIP engine of this portal tells."""

from collections.abc import Sequence

from sipsorcery_web.contract.extensions import AccountNetwork
from sipsorcery_web.contract.filters import all_of, prop
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.http.sip_engine import current_sip_engine

IS_NEW = prop("IsNew").is_true()
MOST_SHOWN = 20
"""New networks that stand on one page; the list has all of them."""


def knows_networks() -> bool:
    """Return whether anything is known of networks here."""
    return capabilities().tells_networks and current_sip_engine() is not None


def new_networks(account: SIPAccount | None = None) -> Sequence[AccountNetwork]:
    """Return the networks that the visitor has not said to know: those of all accounts, or of one."""
    if not knows_networks():
        return ()
    of_account = () if account is None else (prop("SIPAccountId").equals(account.id),)
    return service().account_networks.page(0, MOST_SHOWN, all_of(IS_NEW, *of_account))
