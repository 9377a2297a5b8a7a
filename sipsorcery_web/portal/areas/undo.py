"""Undoing a deletion."""

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.portal.ui.forms import read_id

from ..crud.dial_plan_names import forget_dial_plan_names
from ..crud.undo import Deleted, Restored, put_back
from ..http.backend import current_login
from ..http.parts import part
from ..http.urls import next_page
from ..storage.dial_plan_test_cases import DialPlanTestCases
from ..storage.errors import StorageUnavailable
from ..ui import messages
from ..ui.area import Area

bp = Blueprint("undo", __name__)
AREA = Area(bp)

TOO_LATE = "This deletion cannot be undone any more. A deleted record is kept for 10 minutes."


@bp.post("/undo")
def undo() -> Response:
    """Put back what the visitor has deleted."""
    try:
        restored = put_back(read_id(request.form.get("id")) or ZERO_ID)
    except Refused as error:
        flash(f"It could not be put back. {messages.plain(error)}", "error")
    else:
        forget_dial_plan_names()
        _keep_test_cases(read_id(request.form.get("id")) or ZERO_ID)
        _tell(restored)
    return redirect(next_page("sip_accounts.index"), 303)


def _keep_test_cases(record_id: UUID) -> None:
    """Let the test cases stay, where the record is a dial plan: its owner alone can put it back."""
    try:
        part(DialPlanTestCases).keep(record_id, current_login().username)
    except StorageUnavailable:
        flash("The test cases of the plan could not be kept.", "warning")


def _tell(restored: Restored | Deleted | None) -> None:
    if restored is None:
        flash(TOO_LATE, "warning")
    elif isinstance(restored, Deleted):
        flash(f"{restored.name} is back already.", "success")
    else:
        flash(" ".join([f"{restored.name} is back.", *_shortcomings(restored)]), "success")


def _shortcomings(restored: Restored) -> Iterator[str]:
    if restored.has_new_id and restored.has_new_time:
        yield "It has a new id and counts as created now."
    elif restored.has_new_id:
        yield "It has a new id."
    elif restored.has_new_time:
        yield "It counts as created now."
    if restored.lacks_settings:
        yield "Not all of its settings could be put back: look through them."
