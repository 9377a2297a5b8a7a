"""The ladder of what has no record: a call that goes on, registrations of a phone or with a provider.

All of them are found by their Call-IDs, of which a visitor sees what is the visitor's.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

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
from ..cdrs.ladder.traces import CallTraces, names_of, require_traces

MOST_CALL_IDS = 10
LONGEST_CALL_ID = 1024
MOST_EVENTS = 120
"""Events of a ladder: a phone registers again and again under one Call-ID, and its last attempts are what counts."""
FIELD = "call"

bp = Blueprint("console_ladders", __name__, url_prefix="/console")
AREA = Area(bp, help="console")


@bp.get("/ladder")
def index() -> str:
    """Show the messages of some Call-IDs between their parties."""
    ladder = _ladder(_kept())
    is_registration = {message.sip.method for message in ladder.messages} == {"REGISTER"}
    return render_template(
        "console/ladder.html",
        call_ids=_call_ids(),
        is_registration=is_registration,
        is_cut=len(ladder.rows) >= MOST_EVENTS,
        most=MOST_EVENTS,
        **drawing_facts(ladder),
    )


@bp.get("/ladder.pcap")
def capture() -> Response:
    """The messages as a capture file."""
    return ladder_file(capture_of(_kept().events), CONTENT_TYPE, "messages.pcap")


@bp.get("/ladder.txt")
def text() -> Response:
    """The messages as text."""
    written = text_of(_ladder(_kept())).encode("utf-8", "replace")
    return ladder_file(written, "text/plain; charset=utf-8", "messages.txt")


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


def _call_ids() -> Sequence[str]:
    asked = [call_id for call_id in request.args.getlist(FIELD) if 0 < len(call_id) <= LONGEST_CALL_ID]
    if not asked or len(asked) > MOST_CALL_IDS:
        abort(404)
    return asked


def _kept() -> Snapshot:
    """Return what is kept of the Call-IDs that the visitor asks for; NotFound where nothing of it is the visitor's."""
    traces, login = require_traces(), current_login()
    owner = None if login.is_administrator else login.username
    events = [each.event for each in traces.store.latest_of_calls(_call_ids(), owner, MOST_EVENTS)]
    if not any(map(is_message, events)):
        abort(404)
    owners = {name for event in events for name in event.owners} if owner is None else {owner}
    return Snapshot(events, names_of(traces, owners.pop() if len(owners) == 1 else ""))


def _ladder(kept: Snapshot) -> Ladder:
    return ladder_of(kept.events, kept.name_of)
