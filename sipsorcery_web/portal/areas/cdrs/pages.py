"""The pages of the call records (CDRs)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template

from sipsorcery_web.contract.filters import Expression, prop
from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.portal.crud.records import get_or_404
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.clock import current_zone
from sipsorcery_web.portal.lists.exports import export_routes, exported
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import ListQuery
from sipsorcery_web.portal.ui.area import Area

from ..dial_plans.executions import plans_of_unreadable_executions, shown_executions
from .details import details_of
from .files import columns
from .fix_links import fields_to_change
from .ladder.traces import has_trace
from .legs import other_legs
from .list_filters import CDRFilterForm
from .rows import CDRRow, days_of
from .sound import sound_words

bp = Blueprint("cdrs", __name__, url_prefix="/cdrs")
AREA = Area(bp, "Call records", key="l", help="cdrs")


@bp.get("")
def index() -> Any:
    """The records that the visitor may see and asks for, a page at a time, newest first."""
    filters = CDRFilterForm.from_request()
    if not filters.validate():
        return _not_looked_for(filters)
    page = page_of(service().cdrs, ListQuery.from_request(), filters.where())
    days = days_of(page.items, current_zone())
    return render_template("cdrs/index.html", form=filters, page=page, days=days)


@export_routes(bp)
def export(form: str) -> Any:
    """The same records as a file."""
    filters = CDRFilterForm.from_request()
    if not filters.validate():
        return _not_looked_for(filters)
    return exported(form, "call-records", columns(), service().cdrs, filters.where(), _and_older)


@bp.get("/<uuid:cdr_id>")
def details(cdr_id: UUID) -> str:
    """Show all that is known of one call, and where its other legs are."""
    row = CDRRow(get_or_404(service().cdrs, cdr_id, "call record"))
    legs = other_legs(row.cdr)
    return render_template(
        "cdrs/details.html",
        row=row,
        executions=list(shown_executions(row.cdr)),
        plans_of_unreadable=plans_of_unreadable_executions(row.cdr),
        sound=sound_words(row.cdr),
        fields=fields_to_change(row),
        parts=list(details_of(row.cdr)),
        others=[CDRRow(other) for other in legs],
        has_ladder=has_trace(row.cdr, legs),
    )


def _and_older(cdr: SIPCDRAsset) -> Expression:
    return prop("Created").at_most(cdr.created)


def _not_looked_for(filters: CDRFilterForm) -> Any:
    return render_template("cdrs/index.html", form=filters, page=None, days=()), filters.status
