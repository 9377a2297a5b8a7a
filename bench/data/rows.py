"""The rows of a store, made one after the other, so that a million take no memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from argon2 import PasswordHasher

from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.store.models import SIPAccountRow
from sipsorcery_web.service.store.rows import derive_ha1, set_secret
from tests.factories import PASSWORD, SIP_PASSWORD
from tests.factories.rows import (
    binding_values,
    cdr_values,
    dial_plan_values,
    leg_values,
    sip_account_values,
    sip_provider_values,
)

from .contents import DOMAIN, FIRST, YEAR_SECONDS, Contents, account_name, caller, owner_name

Values = dict[str, Any]


def id_of(kind: str, number: int) -> UUID:
    """The id of the so-manieth of a kind, from 1."""
    return UUID(bytes=f"{kind[:8]:<8}".encode() + number.to_bytes(8, "big"))


@dataclass(frozen=True)
class Rows:
    """The rows of some contents, as they are at a moment."""

    contents: Contents
    keyring: Keyring
    now: datetime

    def owners(self, first: Values) -> Iterator[Values]:
        """Customers like the first one, whose password is the same but costs little, so that many can sign in."""
        first = first | {"password_hash": PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)}
        for number in range(2, self.contents.owners + 1):
            name = owner_name(number)
            own = {"id": id_of("customer", number), "customer_username": name, "email_address": f"{name}@example.org"}
            yield first | own

    def accounts(self) -> Iterator[Values]:
        """SIP accounts, each with its password sealed as the service does it.

        All have the first one's HA1, which no list and no form opens, and which would take most of the time.
        """
        like = sip_account_values(FIRST, "", self.now, sip_domain=DOMAIN)
        sealed = dict.fromkeys(
            column.name for column in SIPAccountRow.__table__.columns if column.name.startswith("sealed_")
        )
        row: Any = SimpleNamespace(__tablename__=SIPAccountRow.__tablename__, **sealed)
        for number in range(1, self.contents.all_accounts + 1):
            vars(row).update(
                like,
                id=id_of("account", number),
                owner=self._owner_of_account(number),
                sip_username=account_name(number),
                inserted=self.now - timedelta(hours=number % 9_000),
                out_dial_plan_name=f"plan-{number % self.contents.others + 1:03}",
                is_user_disabled=number % 10 == 0,
                sealed_sip_password=None,
            )
            set_secret(row, "sip_password", SIP_PASSWORD, self.keyring)
            if number == 1:
                derive_ha1(row, self.keyring)
            values = dict(vars(row))
            del values["__tablename__"]
            yield values

    def phones(self) -> Iterator[Values]:
        """A registration of each account, which lasts longer than any measurement."""
        lasting = {"expiry": 7 * 24 * 3600, "expiry_time": self.now + timedelta(days=7)}
        like = binding_values(
            uuid4(), FIRST, self.now - timedelta(minutes=30), user_agent="Yealink SIP-T46U", **lasting
        )
        for number in range(1, self.contents.all_accounts + 1):
            yield like | {
                "id": id_of("phone", number),
                "sip_account_id": id_of("account", number),
                "owner": self._owner_of_account(number),
                "sip_account_name": f"{account_name(number)}@{DOMAIN}",
                "contact_uri": f"sip:{number}@203.0.113.41:5060",
            }

    def cdrs(self) -> Iterator[Values]:
        """Call records, spread over a year at most."""
        apart = min(YEAR_SECONDS / max(self.contents.all_cdrs, 1), 1500)
        like = cdr_values(FIRST, self.now, dst_host=DOMAIN, from_name="Oonagh Brady")
        for number in range(1, self.contents.all_cdrs + 1):
            begun = self.now - timedelta(seconds=apart * number)
            yield like | {
                "id": id_of("cdr", number),
                "owner": owner_name((number - 1) // self.contents.cdrs + 1),
                "created": begun,
                "answered_time": begun,
                "hungup_time": begun,
                "inserted": begun,
                "call_direction": "In" if number % 3 else "Out",
                "call_id": f"{number}@192.0.2.5",
                "dst": account_name(number % self.contents.all_accounts + 1),
                "dst_uri": f"sip:{number}@{DOMAIN}",
                "from_header": f"<sip:{caller(number)}@sip.northline.example>",
                "from_user": caller(number),
            }

    def _owner_of_account(self, number: int) -> str:
        return owner_name((number - 1) // self.contents.accounts + 1)

    def providers(self) -> Iterator[Values]:
        """SIP providers of the first customer, none of them registering."""
        for number in range(1, self.contents.others + 1):
            yield sip_provider_values(
                FIRST,
                f"provider-{number:03}",
                self.now,
                id=id_of("provider", number),
                provider_username=f"user-{number}",
                provider_server=f"sip:sip-{number}.carrier.example",
            )

    def plans(self) -> Iterator[Values]:
        """Dial plans of the first customer."""
        for number in range(1, self.contents.others + 1):
            script = f'sys.Dial "{number}@provider-001"\n' * 40
            yield dial_plan_values(
                FIRST, f"plan-{number:03}", self.now, id=id_of("plan", number), dial_plan_script=script
            )

    def legs(self) -> Iterator[Values]:
        """Calls in progress of the first customer, two legs each."""
        for number in range(1, self.contents.others + 1):
            for leg, direction in enumerate(("In", "Out")):
                yield leg_values(
                    FIRST,
                    self.now - timedelta(seconds=number),
                    id=id_of("leg", 2 * number + leg),
                    bridge_id=str(id_of("bridge", number)),
                    cdr_id=str(id_of("call", number)),
                    call_id=f"{number}-{leg}@192.0.2.5",
                    direction=direction,
                )
