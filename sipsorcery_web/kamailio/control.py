"""The portal's commands to Kamailio: to end bindings and calls, to register with a provider now.

Whose a record is has been decided before: the service gave it to the visitor. Here records are named by their ids.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.store.models import SIPProviderBindingRow

from .acl import trusted_networks
from .rpc import KamailioError, KamailioRefusal, Rpc
from .tables import DIALOG, LOCATION

NOT_FOUND = 404

CONFIRMED = 4
"""The state of a dialog whose answer was acknowledged."""
LOOKS, BETWEEN_LOOKS = 20, 0.1


@dataclass(frozen=True)
class Control:
    """Kamailio's verbs, as `contract.sip_engine.SIPEngineControls` lists them.

    Each answers False where the thing has gone meanwhile, and raises KamailioAbsent when the engine does not answer.
    """

    database: Database
    rpc: Rpc
    clock: Callable[[], datetime]

    def version(self) -> str:
        """Kamailio's name and version; KamailioAbsent when it does not answer."""
        return str(self.rpc.call("core.version")).strip()

    def has_call_control(self) -> bool:
        """Return True while a connection has proven that it may command calls; KamailioAbsent as above."""
        return bool(self.rpc.call("pv.shvGet", "control")["value"])

    def hang_up(self, leg: UUID) -> bool:
        """Send BYE to both sides of the call that this is a leg of."""
        call = self._confirmed_call(leg)
        return call is not None and self._done("dlg.end_dlg", call.hash_entry, call.hash_id)

    def remove_binding(self, binding: UUID) -> bool:
        """Forget where a phone registered; it may register again."""
        with self.database.read() as session:
            row = session.execute(select(LOCATION).where(LOCATION.c.binding_id == binding.hex)).one_or_none()
        if row is None:
            return False
        return self._done("ul.rm_contact", "location", f"{row.username}@{row.domain}", row.contact)

    def register_now(self, provider: UUID) -> bool:
        """Register with a provider without waiting for its turn; the limit of its pace holds all the same."""
        self.version()
        wanted = SIPProviderBindingRow.provider_id == provider, SIPProviderBindingRow.binding_expiry > 0
        with self.database.write() as session:
            binding = session.scalars(select(SIPProviderBindingRow).where(*wanted)).one_or_none()
            if binding is not None:
                binding.next_registration_time = self.clock()
        return binding is not None

    def trusted_networks(self, expression: str | None) -> Sequence[str] | None:
        """The networks that an expression for trusted addresses means to the engine; None where it cannot use it."""
        return trusted_networks(expression)

    def end_bindings(self, username: str, domain: str) -> None:
        """Forget all phones of an account. Where Kamailio does not do it the rows go, so that none come back."""
        try:
            self.rpc.call("ul.rm", "location", f"{username}@{domain}")
        except KamailioError:
            with self.database.write() as session:
                session.execute(delete(LOCATION).where(LOCATION.c.username == username, LOCATION.c.domain == domain))

    def _confirmed_call(self, leg: UUID) -> Any:
        """The call, once its answer is acknowledged: before that Kamailio takes the order and does nothing."""
        which = or_(DIALOG.c.out_leg_id == leg.hex, DIALOG.c.in_leg_id == leg.hex)
        for _ in range(LOOKS):
            with self.database.read() as session:
                call = session.execute(select(DIALOG).where(which)).one_or_none()
            if call is None or call.state == CONFIRMED:
                return call
            sleep(BETWEEN_LOOKS)
        return None

    def _done(self, method: str, *parameters: object) -> bool:
        try:
            self.rpc.call(method, *parameters)
        except KamailioRefusal as refusal:
            if refusal.code == NOT_FOUND:
                return False
            raise
        return True
