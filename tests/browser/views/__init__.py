"""Every page, in every state that it can be brought to: a module for each area, all of them in VIEWS."""

from . import (
    before_signing_in,
    calls,
    dial_plans,
    editing,
    elsewhere,
    engine,
    help,
    live,
    registrations,
    sessions,
    settings,
    sip_accounts,
    sip_providers,
)
from .view import VIEWS, View

__all__ = [
    "VIEWS",
    "View",
    "before_signing_in",
    "calls",
    "dial_plans",
    "editing",
    "elsewhere",
    "engine",
    "help",
    "live",
    "registrations",
    "sessions",
    "settings",
    "sip_accounts",
    "sip_providers",
]
