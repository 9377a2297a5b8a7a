"""Passkeys as the store keeps them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sipsorcery_web.portal.storage.passkeys import Passkey


def passkey(username: str, **more: Any) -> Passkey:
    """A passkey of a user, which no authenticator has."""
    usual: dict[str, Any] = {
        "username": username,
        "customer_id": uuid4(),
        "name": "telephone",
        "rp_id": "localhost",
        "credential_id": "dGVsZXBob25l",
        "public_key": "a2V5",
        "sign_count": 0,
        "transports": ("hybrid", "internal"),
        "added_at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    }
    return Passkey(**usual | more)
