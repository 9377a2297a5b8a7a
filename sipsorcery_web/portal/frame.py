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

from . import session, words
from .access import open_to_all
from .addresses import local_path, this_address, this_path
from .backend import service, visit
from .cookies import keep_choice
from .formats import zone_label
from .keepings.errors import KeepingsUnavailable
from .lists.pages import address_with, kept_parameters
from .moments import now
from .status import service_status

THEMES = ("light", "dark", "device")
LONGEST_SESSION = timedelta(minutes=LONGEST_SESSION_MINUTES)

bp = Blueprint("frame", __name__)


@dataclass(frozen=True)
class Visitor:
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
class Place:
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


PLACES = (
    Place("sip_accounts.index", "accounts", "accounts", "SIP ", beside=("registrations",)),
    Place("sip_providers.index", "providers", "providers", "SIP ", beside=("provider_registrations",)),
    Place("dial_plans.index", "dial-plans", "Dial plans"),
    Place("calls.index", "calls", "Calls", beside=("cdrs",)),
    Place("account.details", "settings", "Settings"),
    Place("help.index", "help", "Help"),
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
    return render_template("frame/about.html", service=service_status())


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
    here = visit()
    try:
        service().extend_session(SESSION_MINUTES)
    except Refused as error:
        flash(words.plain(error.message), "warning")
    else:
        longest = here.signed_in_at + LONGEST_SESSION
        session.extend_to(min(here.ends_at + timedelta(minutes=SESSION_MINUTES), longest))
        flash(f"You stay signed in for another {SESSION_MINUTES} minutes.", "success")
    return redirect(_back(), 303)


def _back() -> str:
    return local_path(request.form.get("next")) or url_for("sip_accounts.index")


def _surroundings() -> dict[str, Any]:
    current = _current()
    known = current or g.get("ended_session")
    theme = request.cookies.get("theme", "device")
    return {
        "visitor": current and _visitor(current),
        "zone": known and _zone(known),
        "theme": theme if theme in THEMES else "device",
        "version": __version__,
        "places": PLACES,
    }


def _current() -> session.Visit | None:
    try:
        return session.current()
    except KeepingsUnavailable:
        return None


def _visitor(current: session.Visit) -> Visitor:
    ends = session.ends_at()
    left = max(0, int((ends - now()).total_seconds() // 60))
    may_extend = current.ends_at < current.signed_in_at + LONGEST_SESSION
    return Visitor(current.username, current.is_administrator, ends, left, may_extend)


def _zone(known: session.Visit | session.EndedSession) -> Zone:
    g.zone = zone_of(known.time_zone)
    name = known.time_zone if g.zone else "UTC"
    return Zone(places_of(name), zone_label(known.time_zone, now()))
