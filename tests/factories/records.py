"""Records as the provisioning service is given them."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from sipsorcery_web.contract.records import Customer, SIPAccount, SIPDialPlan, SIPProvider

from . import DOMAIN, PASSWORD, SIP_PASSWORD


def person(username: str, **more: Any) -> Customer:
    """A customer record that breaks no rule."""
    record = Customer(
        customer_username=username,
        customer_password=PASSWORD,
        email_address=f"{username}@example.org",
        first_name=username.capitalize(),
        last_name="Example",
        security_question="What is your favourite colour?",
        security_answer="teal",
        city="Galway",
        country="Ireland",
        time_zone="(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London",
    )
    return replace(record, **more)


def sip_account(sip_username: str, **more: Any) -> SIPAccount:
    """A SIP account record that breaks no rule."""
    record = SIPAccount(sip_username=sip_username, sip_domain=DOMAIN, sip_password=SIP_PASSWORD)
    return replace(record, **more)


def sip_provider(provider_name: str = "northline", /, **more: Any) -> SIPProvider:
    """A SIP provider record that breaks no rule, without a registration unless it is asked for."""
    record = SIPProvider(
        id=uuid4(),
        provider_name=provider_name,
        provider_server="sip.northline.example",
        provider_username="HD-204417",
        provider_password=SIP_PASSWORD,
        register_admin_enabled=True,
        register_expiry=3600,
    )
    return replace(record, **more)


def dial_plan(dial_plan_name: str = "night", /, **more: Any) -> SIPDialPlan:
    """A dial plan record that breaks no rule."""
    record = SIPDialPlan(
        id=uuid4(),
        dial_plan_name=dial_plan_name,
        dial_plan_script='sys.Log("night")\n',
        script_type_description="Ruby",
    )
    return replace(record, **more)
