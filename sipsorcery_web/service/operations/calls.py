"""Calls in progress, hung up by one of their legs (an extension)."""

from uuid import UUID

from sqlalchemy import select

from sipsorcery_web.contract.errors import NotFound, Unavailable
from sipsorcery_web.contract.extensions import EXTENSIONS, AuditEntry
from sipsorcery_web.contract.records import SIPDialogueAsset
from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable

from ..access_tokens import caller_of
from ..audit import recording
from ..context import AuthedUnitOfWork, ServiceRequest
from ..store.models import SIPDialogueRow

NOUN = "call"
NO_ENGINE = "There is no SIP engine here that could hang up."
AWAY = "The SIP engine does not answer. Nothing was changed."
OPERATION = EXTENSIONS["DeleteCall"]


def delete_call(call: ServiceRequest, id: UUID) -> None:
    """Hang up the call that this is a leg of.

    NotFound for somebody else's leg, as for one that does not exist, and where the call has ended already; Unavailable
    where no SIP engine answers.
    """
    database = call.context.database
    row: type[SIPDialogueRow] = call.context.sip_engine_rows.get(SIPDialogueAsset, SIPDialogueRow)
    with database.read() as session:
        caller = caller_of(session, call.token, call.now, OPERATION)
        leg = select(row.owner, row.call_id).where(row.id == id, caller.scope.may_change(row))
        found = session.execute(leg).one_or_none()
    if found is None:
        raise NotFound("The leg of a call was not found.")
    _hang_up(call, id)
    with database.write() as session:
        work = AuthedUnitOfWork(**vars(call), session=session, caller=caller)
        entry = AuditEntry(owner=found.owner, record_kind=NOUN, record_id=id, record_name=found.call_id)
        recording.record(work, entry)


def _hang_up(call: ServiceRequest, leg: UUID) -> None:
    engine = call.context.sip_engine
    if engine is None:
        raise Unavailable(NO_ENGINE)
    try:
        is_done = engine.hang_up(leg)
    except SIPEngineUnavailable as error:
        raise Unavailable(AWAY) from error
    if not is_done:
        raise NotFound("The call has ended already.")
