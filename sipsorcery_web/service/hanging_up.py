"""Hanging up the calls of a customer who is suspended or deleted."""

import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import event, select

from sipsorcery_web.contract.records import SIPDialogueAsset
from sipsorcery_web.contract.sip_engine import SIPEngineControls, SIPEngineUnavailable

from .context import UnitOfWork
from .store.models import SIPDialogueRow

log = logging.getLogger(__name__)


def hang_up_calls(work: UnitOfWork, username: str) -> None:
    """End a customer's calls once the transaction is committed, and never if it is not.

    Where the SIP engine does not answer then, they go on, and a line of the log says so.
    """
    engine = work.context.sip_engine
    if engine is None:
        return
    row: type[SIPDialogueRow] = work.context.sip_engine_rows.get(SIPDialogueAsset, SIPDialogueRow)
    legs = work.session.scalars(select(row.id).where(row.owner == username)).all()
    event.listen(work.session, "after_commit", lambda _: _hang_up(engine, legs, username), once=True)


def _hang_up(engine: SIPEngineControls, legs: Sequence[UUID], username: str) -> None:
    try:
        for leg in legs:
            engine.hang_up(leg)
    except SIPEngineUnavailable as error:
        log.warning("Calls of %s go on, since the SIP engine does not answer: %s", username, error)
