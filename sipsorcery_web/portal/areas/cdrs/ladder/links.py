"""The links that a visitor makes to ladders: they are made beside a ladder, listed together, and ended."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.events.ladder.ladder import ladder_of
from sipsorcery_web.events.ladder.snapshots import Snapshot
from sipsorcery_web.invisible import visible
from sipsorcery_web.portal.http import audit
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.storage.shared_ladders import KEPT_AT_MOST, LIVES_FOR, SharedLadders
from sipsorcery_web.portal.ui.area import Area

from .sharing import address_of, shared_contents
from .traces import THIS_SERVICE

LONGEST_TITLE = 120

bp = Blueprint("ladder_links", __name__, url_prefix="/ladder-links")
AREA = Area(bp, help="cdrs")


@bp.get("")
def index() -> str:
    """Show all links that the visitor has made, also those to ladders of which nothing is kept any more."""
    links = part(SharedLadders).of_user(current_login().username)
    return render_template("cdrs/ladder/links.html", links=links, days=LIVES_FOR.days, most=KEPT_AT_MOST)


@bp.post("/<uuid:link_id>/end")
def end(link_id: UUID) -> Any:
    """End a link of the visitor's, also where no events are kept any more: it shows what was kept for it."""
    if not part(SharedLadders).end(current_login().username, link_id):
        raise NotFound("The link was not found.")
    audit.record("EndSharedLadder", "link to a ladder", id=link_id)
    flash("The link is ended. It opens nothing any more.", "success")
    return redirect(url_for(".index"), 303)


def make_link(ladder_id: UUID, trace: Snapshot) -> str:
    """Keep a ladder as it is now, blurred unless this request says otherwise, and return the address that shows it.

    NotFound where there is nothing to show.
    """
    if not trace.events:
        raise NotFound("Nothing is kept of this.")
    is_blurred = "names" not in request.form
    contents = shared_contents(trace, is_blurred)
    token = part(SharedLadders).add(current_login().username, ladder_id, _title(trace), contents, is_blurred)
    audit.record("ShareLadder", "ladder", id=ladder_id, changed="blurred" if is_blurred else "with names")
    return address_of(token)


def link_facts(ladder_id: UUID, made: str) -> dict[str, Any]:
    """Return what the part of a page about links to its ladder is made from: `made` is a new one, or empty."""
    links = part(SharedLadders).of_user(current_login().username, ladder_id)
    return {"links": links, "made": made, "days": LIVES_FOR.days}


def _title(trace: Snapshot) -> str:
    """Return what the visitor knows a ladder by: the parties that are not this service."""
    ladder = ladder_of(trace.events, trace.name_of)
    names = dict.fromkeys(party.name for party in ladder.parties if party.name != THIS_SERVICE)
    return visible(f"{ladder.kind.capitalize()}: {', '.join(names)}")[:LONGEST_TITLE]
