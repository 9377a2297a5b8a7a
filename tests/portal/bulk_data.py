"""A customer with very many records, put into the store at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, delete, insert, literal_column, select

from sipsorcery_web.database.connection import Database, take_time
from sipsorcery_web.service.store.models import (
    SIPAccountRow,
    SIPCDRRow,
    SIPDialogueRow,
    SIPDialPlanRow,
    SIPProviderBindingRow,
    SIPProviderRow,
    SIPRegistrarBindingRow,
)
from tests.factories.rows import (
    binding_values,
    cdr_values,
    dial_plan_values,
    leg_values,
    sip_account_values,
    sip_provider_values,
)

PATTERNS = 1_000
"""How many records of calls differ; the others are copies of them, which the database makes itself and quickly."""
OWNED = (SIPDialogueRow, SIPCDRRow, SIPProviderRow, SIPDialPlanRow, SIPAccountRow)


@dataclass(frozen=True)
class Size:
    """The size of a customer; every account has a phone, every other provider registers."""

    accounts: int = 26
    providers: int = 26
    plans: int = 26
    calls: int = 26
    cdrs: int = 26


LARGE = Size(1_000, 200, 120, 100, 100_000)
SMALL = Size()


def settle(database: Database, owner: str, domain: str, size: Size, now: datetime) -> None:
    """Give a customer these records, and no others."""
    batches = (
        (SIPAccountRow, _accounts(owner, domain, size, now)),
        (SIPRegistrarBindingRow, _phones(owner, domain, size, now)),
        (SIPProviderRow, _providers(owner, size, now)),
        (SIPProviderBindingRow, _registrations(owner, size, now)),
        (SIPDialPlanRow, _plans(owner, size, now)),
        (SIPDialogueRow, _legs(owner, size, now)),
        (SIPCDRRow, _cdrs(owner, domain, size, now)),
    )
    with database.write() as session:
        take_time(session)
        for kind in OWNED:
            session.execute(delete(kind).where(kind.owner == owner))
        for row, values in batches:
            if batch := list(values):
                session.execute(insert(row), batch)
        for count in _doublings(min(size.cdrs, PATTERNS), size.cdrs):
            session.execute(_copies(owner, count))


def id_of(owner: str, kind: str, number: int) -> UUID:
    """The id of the so-manieth of a kind, from 1."""
    return UUID(bytes=f"{owner[:4]:<4}{kind[:4]:<4}".encode() + number.to_bytes(8, "big"))


def name_of_account(owner: str, number: int) -> str:
    """Names that no two customers share."""
    return f"{owner}-line-{number:05}"


def _doublings(count: int, wanted: int) -> Iterator[int]:
    while count < wanted:
        yield (more := min(count, wanted - count))
        count += more


def _copies(owner: str, count: int) -> Insert:
    columns = [column for column in SIPCDRRow.__table__.columns if column.name != "id"]
    new_id: ColumnElement[str] = literal_column("lower(hex(randomblob(16)))")
    copied = select(new_id, *columns).where(SIPCDRRow.owner == owner).limit(count)
    return insert(SIPCDRRow).from_select(["id", *(column.name for column in columns)], copied)


def _accounts(owner: str, domain: str, size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, size.accounts + 1):
        yield sip_account_values(
            owner,
            name_of_account(owner, number),
            now - timedelta(hours=number),
            id=id_of(owner, "account", number),
            sip_domain=domain,
            out_dial_plan_name=f"plan-{number % size.plans + 1:03}",
            is_user_disabled=number % 10 == 0,
        )


def _phones(owner: str, domain: str, size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, size.accounts + 1):
        yield binding_values(
            id_of(owner, "account", number),
            owner,
            now - timedelta(minutes=30),
            id=id_of(owner, "phone", number),
            sip_account_name=f"{name_of_account(owner, number)}@{domain}",
            contact_uri=f"sip:{number}@203.0.113.41:5060",
            expiry_time=now + timedelta(minutes=30),
            user_agent="Yealink SIP-T46U",
        )


def _providers(owner: str, size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, size.providers + 1):
        yield sip_provider_values(
            owner,
            f"provider-{number:03}",
            now,
            id=id_of(owner, "provider", number),
            provider_username=f"user-{number}",
            provider_server=f"sip:sip-{number}.carrier.example",
            register_contact=f"sip:{owner}@sip.example.org",
            register_enabled=number % 2 == 1,
        )


def _registrations(owner: str, size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, size.providers + 1, 2):
        is_failing = number % 10 == 1
        yield {
            "id": id_of(owner, "registration", number),
            "owner": owner,
            "provider_id": id_of(owner, "provider", number),
            "provider_name": f"provider-{number:03}",
            "binding_uri": f"sip:{owner}@sip.example.org",
            "is_registered": not is_failing,
            "last_register_attempt": now - timedelta(minutes=2),
            "last_register_time": None if is_failing else now - timedelta(minutes=2),
            "next_registration_time": now + timedelta(minutes=3),
            "registrar_sip_socket": "198.51.100.20:5060",
            "registration_failure_message": "403 Forbidden" if is_failing else None,
        }


def _plans(owner: str, size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, size.plans + 1):
        script = f'sys.Dial "{number}@provider-001"\n' * 40
        name = f"plan-{number:03}"
        yield dial_plan_values(owner, name, now, id=id_of(owner, "plan", number), dial_plan_script=script)


def _legs(owner: str, size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, size.calls + 1):
        for leg, direction in enumerate(("In", "Out")):
            yield leg_values(
                owner,
                now - timedelta(seconds=number),
                id=id_of(owner, "leg", 2 * number + leg),
                bridge_id=str(id_of(owner, "bridge", number)),
                cdr_id=str(id_of(owner, "cdr", number)),
                call_id=f"{number}-{leg}@192.0.2.5",
                direction=direction,
                remote_target=f"sip:{number}@203.0.113.41:5060",
                remote_user_field=f"<sip:{number}@example.org>",
            )


def _cdrs(owner: str, domain: str, size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, min(size.cdrs, PATTERNS) + 1):
        created = now - timedelta(minutes=5 * number)
        was_answered = number % 7 != 0
        yield cdr_values(
            owner,
            created,
            id=id_of(owner, "cdr", number),
            answered_reason="OK" if was_answered else "Busy Here",
            answered_status=200 if was_answered else 486,
            answered_time=created,
            call_direction="In" if number % 3 else "Out",
            call_id=f"{number}@192.0.2.5",
            dst=name_of_account(owner, number % size.accounts + 1),
            dst_host=domain,
            dst_uri=f"sip:{number % size.accounts + 1}@{domain}",
            duration=60 if was_answered else 0,
            from_header="<sip:+35315550163@sip.northline.example>",
            from_name="Oonagh Brady",
            from_user="+35315550163",
            hungup_reason="Client dialogue hungup" if was_answered else None,
            hungup_time=created + timedelta(minutes=1) if was_answered else None,
            inserted=created,
        )
