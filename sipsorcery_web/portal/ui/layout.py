"""What every page shares: who is there, where one can go, how it looks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.operations import LONGEST_SESSION_MINUTES, SESSION_MINUTES
from sipsorcery_web.contract.time_zones import places_of, zone_of
from sipsorcery_web.version import __version__

from ..http import session
from ..http.access import open_to_all
from ..http.backend import current_login, service
from ..http.clock import now
from ..http.cookies import keep_choice
from ..http.service_status import service_status
from ..http.urls import local_path, this_address, this_path
from ..lists.page import address_with, kept_parameters
from ..storage.errors import StorageUnavailable
from . import messages
from .formats import zone_label

THEMES = ("light", "dark", "device")
LONGEST_SESSION = timedelta(minutes=LONGEST_SESSION_MINUTES)

bp = Blueprint("layout", __name__)


@dataclass(frozen=True)
class LoginSummary:
    """Who has signed in, as the frame shows it."""

    username: str
    is_administrator: bool
    ends: datetime
    minutes_left: int
    may_extend: bool
    session_minutes: int = SESSION_MINUTES


@dataclass(frozen=True)
class Zone:
    """The time zone that moments are shown in."""

    name: str
    label: str


@dataclass(frozen=True)
class NavItem:
    """An entry of the navigation; `long` is a word that narrow screens leave out, `beside` are other areas of it."""

    endpoint: str
    icon: str
    label: str
    long: str = ""
    beside: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether this page belongs to it."""
        return request.blueprint in (self.endpoint.partition(".")[0], *self.beside)


NAV_ITEMS = (
    NavItem("sip_accounts.index", "accounts", "accounts", "SIP ", beside=("registrations",)),
    NavItem("sip_providers.index", "providers", "providers", "SIP ", beside=("provider_registrations",)),
    NavItem("dial_plans.index", "dial-plans", "Dial plans"),
    NavItem("calls.index", "calls", "Calls", beside=("cdrs",)),
    NavItem("account.details", "settings", "Settings"),
    NavItem("help.index", "help", "Help"),
)


def init_app(app: Flask) -> None:
    """Give every page its frame."""
    app.register_blueprint(bp)
    app.context_processor(_surroundings)
    app.add_template_global(address_with)
    app.add_template_global(this_address)
    app.add_template_global(this_path)
    app.add_template_global(kept_parameters)


@bp.get("/about")
@open_to_all
def about() -> str:
    """What this is."""
    return render_template("layout/about.html", service=service_status())


@bp.post("/appearance")
@open_to_all
def appearance() -> Response:
    """Choose the light or the dark look, or follow the device; kept in a cookie of its own."""
    response = redirect(_back(), 303)
    theme = request.form.get("theme", "")
    if theme in THEMES:
        keep_choice(response, "theme", theme)
    return response


@bp.post("/session/extend")
def extend() -> Response:
    """Stay signed in for another hour, at most ten hours in all."""
    here = current_login()
    try:
        service().extend_session(SESSION_MINUTES)
    except Refused as error:
        flash(messages.plain(error.message), "warning")
    else:
        longest = here.signed_in_at + LONGEST_SESSION
        session.extend_until(min(here.ends_at + timedelta(minutes=SESSION_MINUTES), longest))
        flash(f"You stay signed in for another {SESSION_MINUTES} minutes.", "success")
    return redirect(_back(), 303)


def _back() -> str:
    return local_path(request.form.get("next")) or url_for("sip_accounts.index")


def _surroundings() -> dict[str, Any]:
    current = _current()
    known = current or g.get("ended_session")
    theme = request.cookies.get("theme", "device")
    return {
        "login": current and _visitor(current),
        "zone": known and _zone(known),
        "theme": theme if theme in THEMES else "device",
        "version": __version__,
        "nav_items": NAV_ITEMS,
    }


def _current() -> session.LoginSession | None:
    try:
        return session.current()
    except StorageUnavailable:
        return None


def _visitor(current: session.LoginSession) -> LoginSummary:
    ends = session.ends_at()
    left = max(0, int((ends - now()).total_seconds() // 60))
    may_extend = current.ends_at < current.signed_in_at + LONGEST_SESSION
    return LoginSummary(current.username, current.is_administrator, ends, left, may_extend)


def _zone(known: session.LoginSession | session.EndedSession) -> Zone:
    g.zone = zone_of(known.time_zone)
    name = known.time_zone if g.zone else "UTC"
    return Zone(places_of(name), zone_label(known.time_zone, now()))
