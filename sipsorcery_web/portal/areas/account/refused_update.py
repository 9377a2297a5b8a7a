"""A refused update of details that the service has stored all the same, as the original does."""

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.records import Customer
from sipsorcery_web.portal.http.backend import service

from .forms import CHOSEN, TYPED

STORED_ANYWAY = "The service refused this, but it may have stored some of it. Look at each field before you go on."
CHANGEABLE = (*TYPED, *CHOSEN, "security_answer")


def is_as_before(stored: Customer, refused: Customer) -> bool:
    """Return True when the record is as it was before the refused update.

    What was stored of it anyway is put back first.

    False where that cannot be told, or not be done.
    """
    try:
        if _has_taken(service().customer(stored.customer_username or ""), stored, refused):
            service().update_customer(stored)
    except ProvisioningError:
        return False
    return True


def _has_taken(found: Customer, stored: Customer, refused: Customer) -> bool:
    """Return True when only values of the refused record differ: what somebody else saved meanwhile stays."""
    different = [name for name in CHANGEABLE if getattr(found, name) != getattr(stored, name)]
    return bool(different) and all(getattr(found, name) == getattr(refused, name) for name in different)
