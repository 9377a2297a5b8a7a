"""Every operation of the service, by its name on the wire."""

from collections.abc import Sequence
from typing import Any

from sipsorcery_web.service.store.lists import READ_ONLY

from . import customers, domains, sign_up, signing_in, status
from .dial_plans import DIAL_PLANS
from .handler import Handler, hashes, reads, writes
from .listings import reads_of
from .owned_resources import OwnedResource, changes_of
from .sip_accounts import SIP_ACCOUNTS
from .sip_providers import SIP_PROVIDERS

OWNED: Sequence[OwnedResource[Any]] = (
    SIP_ACCOUNTS,
    SIP_PROVIDERS,
    DIAL_PLANS,
)
"""What customers own; their lists and changes follow from these."""

_LISTS = (*(resource.listing for resource in OWNED), *READ_ONLY)

HANDLERS: dict[str, Handler] = {
    "IsAlive": reads(status.is_alive),
    "TestException": reads(status.test_exception),
    "GetTimeZoneOffsetMinutes": reads(status.get_time_zone_offset_minutes),
    "AreNewAccountsEnabled": reads(sign_up.are_new_accounts_enabled),
    "CheckInviteCode": reads(sign_up.check_invite_code),
    "CreateCustomer": hashes(sign_up.create_customer),
    "Login": hashes(signing_in.login),
    "Logout": writes(signing_in.logout),
    "ExtendSession": writes(signing_in.extend_session),
    "GetCustomer": reads(customers.get_customer),
    "UpdateCustomer": hashes(customers.update_customer),
    "UpdateCustomerPassword": hashes(customers.update_customer_password),
    "DeleteCustomer": writes(customers.delete_customer),
    "GetSIPDomains": reads(domains.get_sip_domains),
    **{name: handler for listing in _LISTS for name, handler in reads_of(listing).items()},
    **{name: handler for resource in OWNED for name, handler in changes_of(resource).items()},
}
