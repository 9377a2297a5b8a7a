"""Health checks for monitors: whether the process runs, and whether it can do its work."""

from typing import Any

from flask import Blueprint

from ..http.access import open_to_all
from ..http.service_status import service_status
from ..http.sip_engine import current_sip_engine
from ..ui.area import Area

bp = Blueprint("health", __name__)
AREA = Area(bp)


@bp.get("/healthz")
@open_to_all
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@open_to_all
def readyz() -> Any:
    """The provisioning service answers, and so does its store; and the SIP engine, where there is one."""
    parts = {"provisioning": service_status().alive}
    if (here := current_sip_engine()) is not None:
        parts["engine"] = here.status.answers
    is_ready = all(parts.values())
    return {"status": "ok" if is_ready else "unavailable", **parts}, 200 if is_ready else 503
