"""The page of the networks that the visitor's SIP accounts have registered from."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from sipsorcery_web.contract.extensions import AccountNetwork
from sipsorcery_web.contract.filters import Expression, all_of
from sipsorcery_web.portal.crud.records import get_or_404
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.sip_engine import require_sip_engine
from sipsorcery_web.portal.http.urls import next_page
from sipsorcery_web.portal.lists.exports import Column, export_routes, exported
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.lists.search import text_search
from sipsorcery_web.portal.ui.area import Area

from .seen_networks import IS_NEW

bp = Blueprint("networks", __name__, url_prefix="/security/networks")
AREA = Area(bp, help="security", needs="tells_networks")

STATES = ListFilter("state", [FilterOption("", "All"), FilterOption("new", "New", IS_NEW)])
COLUMNS: Sequence[Column[AccountNetwork]] = (
    Column("sip_account", "SIP account", "sip_account_name"),
    Column("network", "Network"),
    Column("first_seen", "First seen", is_moment=True),
    Column("last_seen", "Last seen", is_moment=True),
    Column("is_new", "New"),
)


@bp.get("")
def index() -> str:
    """Show the networks, the one that was seen last first."""
    require_sip_engine()
    page = page_of(service().account_networks, ListQuery.from_request(), _where())
    return render_template("security/networks.html", page=page, states=STATES)


@export_routes(bp)
def export(form: str) -> Response:
    """The same networks as a file."""
    require_sip_engine()
    return exported(form, "networks", COLUMNS, service().account_networks, _where())


@bp.post("/<uuid:seen_id>/accept")
def accept(seen_id: UUID) -> AnyResponse:
    """Note that the visitor knows a network: it is no alert any more."""
    require_sip_engine()
    seen = get_or_404(service().account_networks, seen_id, "network")
    service().accept_account_network(seen.id)
    flash(f"{seen.network} is noted as known for {seen.sip_account_name}.", "success")
    return redirect(next_page(".index"), 303)


def _where() -> Expression | None:
    search = text_search(ListQuery.from_request().query, "SIPAccountName", "Network")
    asked = [each for each in (search, STATES.chosen.where) if each is not None]
    return all_of(*asked) if asked else None
