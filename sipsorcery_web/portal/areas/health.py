"""Health checks for monitors: whether the process runs, and whether it can do its work.

The server keeps a thread for each (`serving/server.py`), so that none waits behind requests that hang.
"""

from typing import Any

from flask import Blueprint

from ..http.access import open_to_all
from ..http.backend import wait_at_most
from ..http.parts import part
from ..http.readiness import ANSWERS_WITHIN, Readiness
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
    """The service answers, the stores take what is written; where there is a SIP engine, it and call control answer.

    Where a store is away the service is not asked: the built-in one waits for it.
    """
    stores = part(Readiness).now()
    wait_at_most(ANSWERS_WITHIN)
    parts = {"provisioning": all(stores.values()) and service_status().alive, **stores}
    if (here := current_sip_engine()) is not None:
        parts |= {"engine": here.status.answers, "call_control": here.status.has_call_control}
    is_ready = all(parts.values())
    return {"status": "ok" if is_ready else "unavailable", **parts}, 200 if is_ready else 503
