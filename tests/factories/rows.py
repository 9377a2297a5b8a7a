"""Values of rows as they lie in the store, for one row or for many at once; a keyword may replace any of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sipsorcery_web.contract.records import SIPAccount

from . import DOMAIN


def sip_account_values(owner: str, sip_username: str, inserted: datetime, /, **more: Any) -> dict[str, Any]:
    """Return a SIP account without a password."""
    values = {
        "id": uuid4(),
        "owner": owner,
        "sip_username": sip_username,
        "sip_domain": DOMAIN,
        "inserted": inserted,
    }
    return values | more


def sip_provider_values(owner: str, provider_name: str, inserted: datetime, /, **more: Any) -> dict[str, Any]:
    """Return a SIP provider that has no server yet."""
    values = {
        "id": uuid4(),
        "owner": owner,
        "provider_name": provider_name,
        "inserted": inserted,
        "last_update": inserted,
    }
    return values | more


def dial_plan_values(owner: str, dial_plan_name: str, inserted: datetime, /, **more: Any) -> dict[str, Any]:
    """Return a dial plan without a script."""
    values = {
        "id": uuid4(),
        "owner": owner,
        "dial_plan_name": dial_plan_name,
        "inserted": inserted,
        "last_update": inserted,
    }
    return values | more


def binding_values(sip_account_id: UUID, owner: str, last_update: datetime, /, **more: Any) -> dict[str, Any]:
    """Return the registration of a phone."""
    values = {
        "id": uuid4(),
        "sip_account_id": sip_account_id,
        "owner": owner,
        "sip_account_name": f"front-desk@{DOMAIN}",
        "contact_uri": "sip:phone@203.0.113.41:5060",
        "user_agent": "Snom/10.1",
        "remote_sip_socket": "203.0.113.41:5060",
        "registrar_sip_socket": "192.0.2.1:5060",
        "expiry": 3600,
        "expiry_time": last_update,
        "last_update": last_update,
    }
    return values | more


def binding_of(account: SIPAccount, last_update: datetime, /, **more: Any) -> dict[str, Any]:
    """Return the registration of a phone with an account's name."""
    name = f"{account.sip_username}@{account.sip_domain}"
    return binding_values(account.id, account.owner or "", last_update, **({"sip_account_name": name} | more))


def leg_values(owner: str, inserted: datetime, /, **more: Any) -> dict[str, Any]:
    """Return one leg of a call in progress."""
    values = {
        "id": uuid4(),
        "owner": owner,
        "bridge_id": str(uuid4()),
        "cdr_id": str(uuid4()),
        "cseq": 1,
        "call_id": "3c26700c57f1@203.0.113.41",
        "direction": "In",
        "inserted": inserted,
        "local_tag": "as58f4201b",
        "remote_tag": "gssrdr6q",
        "remote_target": "sip:front-desk@203.0.113.41:5060",
        "remote_user_field": "<sip:+35315550163@northline.example>",
    }
    return values | more


def attempt_values(owner: str | None, created: datetime, /, **more: Any) -> dict[str, Any]:
    """Return the record of a call of which nothing is known but that it was made."""
    values = {
        "id": uuid4(),
        "owner": owner,
        "call_direction": "Out",
        "call_id": "3c26700c57f1@203.0.113.41",
        "created": created,
        "dst_host": "northline.example",
        "dst_uri": "sip:0871550198@northline.example",
        "inserted": created,
        "local_socket": "udp:192.0.2.1:5060",
        "remote_socket": "udp:203.0.113.41:5060",
    }
    return values | more


def cdr_values(owner: str | None, created: datetime, /, **more: Any) -> dict[str, Any]:
    """Return the record of a call that was answered after 6 seconds and ended 192 seconds later."""
    ended = created + timedelta(seconds=198)
    values = {
        "answered_reason": "OK",
        "answered_status": 200,
        "answered_time": created + timedelta(seconds=6),
        "dst": "0871550198",
        "duration": 192,
        "from_header": f'"Front desk" <sip:front-desk@{DOMAIN}>;tag=1',
        "from_name": "Front desk",
        "from_user": "front-desk",
        "hungup_reason": "Client dialogue hungup",
        "hungup_time": ended,
        "inserted": ended,
    }
    return attempt_values(owner, created, **(values | more))
