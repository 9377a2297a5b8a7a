"""For monitors: whether the process runs, and whether it can do its work."""

from typing import Any

from flask import Blueprint

from .access import open_to_all
from .status import service_status

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to_all
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@open_to_all
def readyz() -> Any:
    """The provisioning service answers, and so does its store."""
    alive = service_status().alive
    return {"status": "ok" if alive else "unavailable", "provisioning": alive}, 200 if alive else 503
