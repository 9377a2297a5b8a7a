"""The page that a link to a ladder leads to, for whoever has it."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from sipsorcery_web.contract.errors import Attempts
from sipsorcery_web.events.ladder.blurring import Blur
from sipsorcery_web.events.ladder.ladder import ladder_of
from sipsorcery_web.events.ladder.snapshots import Snapshot, read, written
from sipsorcery_web.portal.http.access import open_to_all
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.visitor_address import visitor_address
from sipsorcery_web.portal.second_factors.passkeys.relying_party import PublicAddress
from sipsorcery_web.portal.storage.shared_ladders import SharedLadders
from sipsorcery_web.portal.ui.error_page import ErrorPage, error_page

from .drawing import drawing_facts
from .traces import THIS_SERVICE

OVER = ErrorPage(
    404,
    "This link is not good any more",
    "Such a link shows a call or a registration for 7 days, unless whoever made it has ended it before.",
)

bp = Blueprint("shared_ladders", __name__)


@bp.get("/shared/<token>")
@open_to_all
def index(token: str) -> Any:
    """Show the ladder that a link was made for. Wrong links are counted, and too many of an address are refused."""
    shared = part(SharedLadders).find(token)
    if shared is None:
        part(SharedLadders).note_wrong(Attempts.SHARED_LINK.name, visitor_address())
        return error_page(OVER, next_step=(url_for("auth.login"), "Go to the sign-in"))
    snapshot = read(shared.contents)
    ladder = ladder_of(snapshot.events, snapshot.name_of)
    shown = {"until": shared.until, "is_blurred": shared.is_blurred, "part": snapshot.part, **drawing_facts(ladder)}
    response = make_response(render_template("cdrs/ladder/shared.html", **shown))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def shared_contents(trace: Snapshot, is_blurred: bool) -> str:
    """Return what is kept for a link: the events as they are now, blurred unless they are to be shown as they are."""
    if not is_blurred:
        return written(trace)
    blur = Blur()
    events = blur.events(trace.events)
    own = [address for address, name in trace.names.items() if name == THIS_SERVICE]
    return written(Snapshot(events, {blur.socket(address): THIS_SERVICE for address in own}, trace.part))


def address_of(token: str) -> str:
    """Return the address of a link, at the name that the operator says the portal is found at."""
    top = part(PublicAddress).url or request.url_root
    return f"{top.rstrip('/')}/shared/{token}"


@bp.after_request
def _keep_out_of_search_engines(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
