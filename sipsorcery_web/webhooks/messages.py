"""Acts on the rows of webhooks and messages that more than one place needs."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.sealed import place_of

from .models import UNDER_WAY, MessageState, WebhookMessageRow, WebhookRow

NOT_ITS_KEY = {"key_share": True}
"""A lock on a webhook that lets others write messages for it meanwhile: they hold locks that are waited for here."""


def new_message(keyring: Keyring, webhook_id: UUID, id: UUID, kind: str, body: bytes) -> dict[str, Any]:
    """Return the row of a message that waits, but for its moment."""
    return {
        "id": id,
        "webhook_id": webhook_id,
        "kind": kind,
        "state": MessageState.WAITING,
        "sealed": keyring.seal(body.decode(), place_of(WebhookMessageRow.sealed, id, webhook_id)),
        "attempts": 0,
    }


def switch_off(session: Session, hook: WebhookRow) -> None:
    """Post nothing more to a webhook; what waits counts as failed, and can be sent again by hand."""
    hook.is_on = False
    _give_up(session, WebhookMessageRow.webhook_id == hook.id)


def give_up_of(session: Session, owner: str) -> None:
    """Count what waits of a customer's webhooks as failed. Nobody hands any of it over meanwhile."""
    theirs = select(WebhookRow.id).where(WebhookRow.owner == owner).order_by(WebhookRow.id)
    ids = session.scalars(theirs.with_for_update(key_share=True)).all()
    _give_up(session, WebhookMessageRow.webhook_id.in_(ids))


def _give_up(session: Session, theirs: ColumnElement[bool]) -> None:
    waits = WebhookMessageRow.state.in_(UNDER_WAY)
    session.execute(update(WebhookMessageRow).where(theirs, waits).values(state=MessageState.FAILED))


def opened(keyring: Keyring, sealed: str | None, place: str) -> str:
    """Return a sealed text; "" for none, and for one whose key is gone."""
    try:
        return keyring.open_text(sealed, place) if sealed else ""
    except KeyringError:
        return ""
