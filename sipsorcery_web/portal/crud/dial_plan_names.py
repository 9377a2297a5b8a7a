"""The names of dial plans, as accounts choose from them: kept for a while, forgotten when plans change."""

from datetime import timedelta

from flask import session

from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.operations import NO_LIMIT

from ..http.backend import service
from ..http.clock import now
from ..lists.search import search

KEPT_FOR = timedelta(minutes=2)
KEY = "dial_plan_names"


def dial_plan_names(owner: str) -> list[str]:
    """The names of an owner's plans, kept for two minutes: the list operation carries every script."""
    kept = session.get(KEY)
    if kept and kept["owner"] == owner and kept["until"] > now().timestamp():
        names: list[str] = kept["names"]
        return names
    plans = search(service().dial_plans, prop("Owner").equals(owner), NO_LIMIT)
    names = [plan.dial_plan_name or "" for plan in plans]
    session[KEY] = {"owner": owner, "names": names, "until": (now() + KEPT_FOR).timestamp()}
    return names


def forget_dial_plan_names() -> None:
    """Ask for the names anew, now that a plan was added, renamed or deleted."""
    session.pop(KEY, None)
