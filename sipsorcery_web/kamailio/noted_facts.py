"""Reading what the configuration notes of a call: objects of JSON, and moments as seconds."""

import json
from datetime import UTC, datetime
from typing import Any


def read_object(text: str | None) -> dict[str, Any]:
    """An object that Kamailio wrote; nothing where it is none, since no one row may keep the others back."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def read_time(value: str | None) -> datetime | None:
    """Return the moment of the seconds since 1970 with a fraction that the configuration notes."""
    try:
        return datetime.fromtimestamp(float(value), UTC) if value else None
    except (ValueError, OverflowError, OSError):
        return None
