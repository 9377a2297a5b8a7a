"""The page of a call's ladder, and its files."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.events.ladder.ladder import Ladder, ladder_of
from sipsorcery_web.events.ladder.pcap import CONTENT_TYPE, capture_of
from sipsorcery_web.events.ladder.snapshots import Snapshot
from sipsorcery_web.events.ladder.text import text_of
from sipsorcery_web.portal.crud.records import get_or_404
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.ui.area import Area

from ..legs import other_legs
from .drawing import drawing_facts
from .files import ladder_file
from .links import link_facts, make_link
from .traces import require_traces, trace_of

bp = Blueprint("ladders", __name__, url_prefix="/cdrs/<uuid:cdr_id>")
AREA = Area(bp, help="cdrs")


@bp.get("/ladder")
def index(cdr_id: UUID) -> str:
    """Show the messages of one call between its parties."""
    cdr, trace = _traced(cdr_id)
    return _page(cdr, trace)


@bp.get("/ladder.pcap")
def capture(cdr_id: UUID) -> Response:
    """The messages as a capture file."""
    _, trace = _traced(cdr_id)
    return ladder_file(capture_of(_some(trace).events), CONTENT_TYPE, f"call-{cdr_id}.pcap")


@bp.get("/ladder.txt")
def text(cdr_id: UUID) -> Response:
    """The messages as text."""
    _, trace = _traced(cdr_id)
    written = text_of(_ladder(_some(trace)))
    return ladder_file(written.encode("utf-8", "replace"), "text/plain; charset=utf-8", f"call-{cdr_id}.txt")


@bp.post("/ladder/share")
def share(cdr_id: UUID) -> str:
    """Make a link, which is shown this once."""
    cdr, trace = _traced(cdr_id)
    return _page(cdr, trace, make_link(cdr_id, trace))


def _traced(cdr_id: UUID) -> tuple[SIPCDRAsset, Snapshot]:
    """Return a record that the visitor may see, and what is kept of its call."""
    traces = require_traces()
    cdr = get_or_404(service().cdrs, cdr_id, "call record")
    return cdr, trace_of(traces, cdr, other_legs(cdr))


def _page(cdr: SIPCDRAsset, trace: Snapshot, made: str = "") -> str:
    facts = drawing_facts(_ladder(trace)) | link_facts(cdr.id, made)
    return render_template("cdrs/ladder/index.html", cdr=cdr, **facts)


def _ladder(trace: Snapshot) -> Ladder:
    return ladder_of(trace.events, trace.name_of)


def _some(trace: Snapshot) -> Snapshot:
    """Return a trace that has something to give away. NotFound where nothing is kept."""
    if not trace.events:
        raise NotFound("Nothing is kept of this call.")
    return trace
