"""The ladder of what has no record: a call that goes on, registrations of a phone or with a provider.

All of them are found by their Call-IDs, of which a visitor sees what is the visitor's.
"""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import Blueprint, Response, abort, render_template, request, url_for

from sipsorcery_web.events.ladder.ladder import Ladder, is_message, ladder_of
from sipsorcery_web.events.ladder.pcap import CONTENT_TYPE, capture_of
from sipsorcery_web.events.ladder.snapshots import Snapshot
from sipsorcery_web.events.ladder.text import text_of
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.parts import find_part
from sipsorcery_web.portal.ui.area import Area

from ..cdrs.ladder.drawing import drawing_facts
from ..cdrs.ladder.files import ladder_file
from ..cdrs.ladder.links import link_facts, make_link
from ..cdrs.ladder.traces import CallTraces, names_of, require_traces
from ..cdrs.legs import with_other_legs

MOST_CALL_IDS = 10
LONGEST_CALL_ID = 1024
MOST_EVENTS = 120
"""Events of a ladder: a phone registers again and again under one Call-ID, and its last attempts are what counts."""
FIELD = "call"

bp = Blueprint("console_ladders", __name__, url_prefix="/console")
AREA = Area(bp, help="console")


@bp.get("/ladder")
def index() -> str:
    """Show the messages of some Call-IDs, and of the legs that are joined with them, between their parties."""
    return _page(_kept())


@bp.get("/ladder.pcap")
def capture() -> Response:
    """The messages as a capture file."""
    return ladder_file(capture_of(_kept().events), CONTENT_TYPE, "messages.pcap")


@bp.get("/ladder.txt")
def text() -> Response:
    """The messages as text."""
    kept = _kept()
    written = text_of(_ladder(kept), kept.part).encode("utf-8", "replace")
    return ladder_file(written, "text/plain; charset=utf-8", "messages.txt")


@bp.post("/ladder/share")
def share() -> str:
    """Make a link, which is shown this once."""
    kept = _kept()
    return _page(kept, make_link(_ladder_id(), kept))


def init_app(app: Any) -> None:
    """Let templates lead to ladders."""
    app.add_template_global(ladder_address)
    app.add_template_global(provider_ladder_address)


def ladder_address(*call_ids: str | None) -> str:
    """Return the address of the ladder of some Call-IDs; empty where none is kept here."""
    known = [call_id for call_id in call_ids if call_id]
    if not known or find_part(CallTraces) is None:
        return ""
    return url_for("console_ladders.index", **{FIELD: list(dict.fromkeys(known))[:MOST_CALL_IDS]})  # type: ignore[arg-type]


def provider_ladder_address(provider_id: UUID) -> str:
    """Return the address of the ladder of registrations with a provider, whose Call-ID is our contact there."""
    traces = find_part(CallTraces)
    return "" if traces is None else ladder_address(*(f"{provider_id.hex}@{own}" for own in traces.own_sockets))


def _page(kept: Snapshot, made: str = "") -> str:
    facts = drawing_facts(_ladder(kept)) | link_facts(_ladder_id(), made)
    return render_template("console/ladder.html", call_ids=_call_ids(), part=kept.part, **facts)


def _ladder_id() -> UUID:
    """Return what the links to the ladder of these Call-IDs are found by."""
    return uuid5(NAMESPACE_URL, "\n".join(["sip-ladder", *sorted(_call_ids())]))


def _call_ids() -> Sequence[str]:
    asked = [call_id for call_id in request.args.getlist(FIELD) if 0 < len(call_id) <= LONGEST_CALL_ID]
    if not asked or len(asked) > MOST_CALL_IDS:
        abort(404)
    return asked


def _kept() -> Snapshot:
    """Return what is kept of the Call-IDs that the visitor asks for; NotFound where nothing of it is the visitor's."""
    traces, login = require_traces(), current_login()
    owner = None if login.is_administrator else login.username
    if not traces.store.latest_of_calls(_call_ids(), owner, 1):
        abort(404)
    call_ids = traces.store.call_ids_of_legs(with_other_legs(_call_ids()), owner)
    found = [each.event for each in traces.store.latest_of_calls(call_ids, owner, MOST_EVENTS + 1)]
    events, part = found[-MOST_EVENTS:], f"the last {MOST_EVENTS}" if len(found) > MOST_EVENTS else ""
    if not any(map(is_message, events)):
        abort(404)
    owners = {name for event in events for name in event.owners} if owner is None else {owner}
    return Snapshot(events, names_of(traces, owners.pop() if len(owners) == 1 else ""), part)


def _ladder(kept: Snapshot) -> Ladder:
    return ladder_of(kept.events, kept.name_of)
