"""The facts that dial plans ask Kamailio's tables for: where phones are registered, and which calls go on."""

from dataclasses import dataclass
from functools import reduce
from operator import add

from sqlalchemy import bindparam, case, func, literal, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.prepared_reads import PreparedRead

from .tables import CALL_RECORD, LOCATION
from .views import CallRow, kamailio_now, text_in_json

_BINDING, _CALL = LOCATION.c, CallRow.__table__.c
# Built once, with parameters in place of the values asked for: to build one takes longer than to run it.
_CONTACTS = PreparedRead(
    select(_BINDING.contact).where(
        _BINDING.username == bindparam("username"),
        _BINDING.domain == bindparam("domain"),
        _BINDING.expires > kamailio_now(),
    )
)
_NOTED = case((CALL_RECORD.c.invite.like("{%"), CALL_RECORD.c.invite), else_="{}")
_IS_PROVED = text_in_json(_NOTED, literal("unproved")).is_(None)
"""Strangers' calls in an owner's name are none of the owner's."""
_IS_SIDE = [
    (text_in_json(_NOTED, literal(f"{side}_owner")) == bindparam("owner")) & _IS_PROVED for side in ("caller", "callee")
]
_OF_OWNER = [
    select(func.count()).select_from(table).where(is_owners).scalar_subquery()
    for table, is_owners in (
        (CallRow.__table__, _CALL.owner == bindparam("owner")),
        *((CALL_RECORD, is_side) for is_side in _IS_SIDE),
    )
]
_WITHOUT_RECORD = select(reduce(add, _OF_OWNER))
_CALLS = select(_CALL.bridge_id, _CALL.remote_user_field, _CALL.remote_target).where(_CALL.owner == bindparam("owner"))


@dataclass(frozen=True)
class CallFacts:
    """Looks them up; `calls.records.EngineRecords`."""

    database: Database

    def bindings(self, username: str, domain: str) -> list[str]:
        """The contacts at which an account's phones ring now."""
        return [row.contact for row in _CONTACTS.all(self.database, username=username, domain=domain)]

    def legs_without_record(self, owner: str) -> int:
        """The number of records that an owner is about to have, of calls that go on or have just ended."""
        with self.database.read() as session:
            return int(session.scalar(_WITHOUT_RECORD, {"owner": owner}) or 0)

    def current_calls(self, owner: str) -> list[str]:
        """One text for each call of an owner in progress, as `alice@sip.example.org to sip:100@sip.example.org`."""
        with self.database.read_rows() as connection:
            rows = connection.execute(_CALLS, {"owner": owner}).all()
        return list({row.bridge_id: f"{row.remote_user_field} to {row.remote_target}" for row in rows}.values())
