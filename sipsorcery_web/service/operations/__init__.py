"""Every operation of the service, by its name on the wire."""

from collections.abc import Sequence
from typing import Any

from sipsorcery_web.service.store.audit import AUDIT
from sipsorcery_web.service.store.lists import READ_ONLY

from . import (
    access_tokens,
    account_networks,
    address_change,
    calls,
    customer_accounts,
    customers,
    domains,
    invites,
    mailed_links,
    second_factor,
    sessions,
    sign_up,
    signing_in,
    status,
)
from .dial_plans import DIAL_PLANS
from .handler import Handler, commands, counts, hashes, reads, writes
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

LISTS = (*(resource.listing for resource in OWNED), *READ_ONLY, AUDIT)

HANDLERS: dict[str, Handler] = {
    "IsAlive": reads(status.is_alive),
    "TestException": reads(status.test_exception),
    "GetTimeZoneOffsetMinutes": reads(status.get_time_zone_offset_minutes),
    "AreNewAccountsEnabled": reads(sign_up.are_new_accounts_enabled),
    "CheckInviteCode": counts(sign_up.check_invite_code),
    "CreateCustomer": hashes(sign_up.create_customer),
    "Login": hashes(signing_in.login),
    "Logout": writes(signing_in.logout),
    "ExtendSession": writes(signing_in.extend_session),
    "GetCustomer": reads(customers.get_customer),
    "UpdateCustomer": hashes(customers.update_customer),
    "UpdateCustomerPassword": hashes(customers.update_customer_password),
    "DeleteCustomer": writes(customers.delete_customer),
    "GetSIPDomains": reads(domains.get_sip_domains),
    "GetRevision": reads(status.get_revision),
    "DeleteCall": commands(calls.delete_call),
    "AcceptAccountNetwork": writes(account_networks.accept_account_network),
    "GetSessions": reads(sessions.get_sessions),
    "EndSession": writes(sessions.end_session),
    "EndOtherSessions": writes(sessions.end_other_sessions),
    "GetEmailAddressChange": reads(address_change.get_email_address_change),
    "UpdateEmailAddressChange": writes(address_change.update_email_address_change),
    "DeleteEmailAddressChange": writes(address_change.delete_email_address_change),
    "GetCustomersCount": reads(customer_accounts.get_customers_count),
    "GetCustomers": reads(customer_accounts.get_customers),
    "UpdateCustomerDetails": writes(customer_accounts.update_customer_details),
    "SuspendCustomer": writes(customer_accounts.suspend_customer),
    "ResumeCustomer": writes(customer_accounts.resume_customer),
    "ResetCustomerPassword": hashes(customer_accounts.reset_customer_password),
    "DeleteCustomerAccount": writes(customer_accounts.delete_customer_account),
    "GetInvitesCount": reads(invites.get_invites_count),
    "GetInvites": reads(invites.get_invites),
    "AddInvites": writes(invites.add_invites),
    "DeleteInvite": writes(invites.delete_invite),
    "GetAccessTokens": reads(access_tokens.get_access_tokens),
    "AddAccessToken": writes(access_tokens.add_access_token),
    "DeleteAccessToken": writes(access_tokens.delete_access_token),
    "UpdateSecondFactor": writes(second_factor.update_second_factor),
    "RequestPasswordReset": counts(mailed_links.request_password_reset),
    "GetMailedLink": counts(mailed_links.get_mailed_link),
    "ResetPassword": hashes(mailed_links.reset_password),
    "ConfirmEmailAddress": counts(mailed_links.confirm_email_address),
    **{name: handler for listing in LISTS for name, handler in reads_of(listing).items()},
    **{name: handler for resource in OWNED for name, handler in changes_of(resource).items()},
}
