"""Every operation of the service, by its name on the wire."""

from sipsorcery_web.service.store import lists

from . import customers, domains, sign_up, signing_in, status
from .dial_plans import DIAL_PLANS
from .handler import Handler, hashes, reads, writes
from .listings import count_of, page_of
from .owned_resources import adds, deletes, updates
from .sip_accounts import SIP_ACCOUNTS
from .sip_providers import SIP_PROVIDERS

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
    "GetSIPAccountsCount": count_of(lists.SIP_ACCOUNTS),
    "GetSIPAccounts": page_of(lists.SIP_ACCOUNTS),
    "AddSIPAccount": adds(SIP_ACCOUNTS, "sip_account"),
    "UpdateSIPAccount": updates(SIP_ACCOUNTS, "sip_account"),
    "DeleteSIPAccount": deletes(SIP_ACCOUNTS, "sip_account"),
    "GetSIPRegistrarBindingsCount": count_of(lists.REGISTRAR_BINDINGS),
    "GetSIPRegistrarBindings": page_of(lists.REGISTRAR_BINDINGS),
    "GetSIPProvidersCount": count_of(lists.SIP_PROVIDERS),
    "GetSIPProviders": page_of(lists.SIP_PROVIDERS),
    "AddSIPProvider": adds(SIP_PROVIDERS, "sip_provider"),
    "UpdateSIPProvider": updates(SIP_PROVIDERS, "sip_provider"),
    "DeleteSIPProvider": deletes(SIP_PROVIDERS, "sip_provider"),
    "GetSIPProviderBindingsCount": count_of(lists.PROVIDER_BINDINGS),
    "GetSIPProviderBindings": page_of(lists.PROVIDER_BINDINGS),
    "GetDialPlansCount": count_of(lists.DIAL_PLANS),
    "GetDialPlans": page_of(lists.DIAL_PLANS),
    "AddDialPlan": adds(DIAL_PLANS, "dial_plan"),
    "UpdateDialPlan": updates(DIAL_PLANS, "dial_plan"),
    "DeleteDialPlan": deletes(DIAL_PLANS, "dial_plan"),
    "GetCallsCount": count_of(lists.CALLS),
    "GetCalls": page_of(lists.CALLS),
    "GetCDRsCount": count_of(lists.CDRS),
    "GetCDRs": page_of(lists.CDRS),
}
