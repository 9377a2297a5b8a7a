"""Every page, in every state that it can be brought to: a module for each area, all of them in VIEWS."""

from . import (
    before_signing_in,
    calls,
    console,
    dial_plans,
    editing,
    elsewhere,
    engine,
    help,
    ladders,
    live,
    registrations,
    security,
    sessions,
    settings,
    sip_accounts,
    sip_providers,
    tries,
)
from .view import VIEWS, View

__all__ = [
    "VIEWS",
    "View",
    "before_signing_in",
    "calls",
    "console",
    "dial_plans",
    "editing",
    "elsewhere",
    "engine",
    "help",
    "ladders",
    "live",
    "registrations",
    "security",
    "sessions",
    "settings",
    "sip_accounts",
    "sip_providers",
    "tries",
]
