"""Acts on the rows of webhooks and messages that more than one place needs."""

from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.sealed import place_of

from .models import UNDER_WAY, MessageState, WebhookMessageRow, WebhookRow


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
    mine = (WebhookMessageRow.webhook_id == hook.id, WebhookMessageRow.state.in_(UNDER_WAY))
    session.execute(update(WebhookMessageRow).where(*mine).values(state=MessageState.FAILED))


def opened(keyring: Keyring, sealed: str | None, place: str) -> str:
    """Return a sealed text; "" for none, and for one whose key is gone."""
    try:
        return keyring.open_text(sealed, place) if sealed else ""
    except KeyringError:
        return ""
