"""The page of the registrations: which phones are signed in, from where, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.records import SIPRegistrarBinding
from sipsorcery_web.portal.crud.records import get_editable
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.sip_engine import answer_command, require_sip_engine
from sipsorcery_web.portal.lists.exports import Column, export_routes, exported, owner_column
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import ListQuery
from sipsorcery_web.portal.lists.search import owned_text_search
from sipsorcery_web.portal.live.stamps import holds_until, shows_renewals
from sipsorcery_web.portal.live.views import live_list
from sipsorcery_web.portal.ui.area import Area

from ..sip_accounts.registrations import end_of, ends

bp = Blueprint("registrations", __name__, url_prefix="/registrations")
AREA = Area(bp, "Registrations", key="r", help="registrations")


@dataclass(frozen=True)
class BindingRow:
    """A registration, with when it ends."""

    binding: SIPRegistrarBinding
    ends: datetime | None


@bp.get("")
@live_list("Registrations")
def index() -> dict[str, Any]:
    """The registrations that the visitor may see, a page at a time."""
    list_query = ListQuery.from_request()
    page = page_of(service().registrar_bindings, list_query, _search(list_query.query))
    rows = [BindingRow(binding, ends(binding)) for binding in page.items]
    if rows:
        shows_renewals()
        holds_until(*(row.ends for row in rows))
    return {"page": page, "rows": rows}


@export_routes(bp)
def export(form: str) -> Any:
    """The same registrations as a file."""
    where = _search(ListQuery.from_request().query)
    return exported(form, "registrations", _columns(), service().registrar_bindings, where)


@bp.post("/<uuid:binding_id>/remove")
def remove(binding_id: UUID) -> Response:
    """Forget where a phone has registered."""
    controls = require_sip_engine().controls
    binding = get_editable(service().registrar_bindings, binding_id, "registration")
    return answer_command(
        lambda: controls.remove_binding(binding.id),
        f"The registration of {binding.sip_account_name} is removed. "
        "A phone that is switched on registers again when its time is up.",
        f"This registration of {binding.sip_account_name} has ended already.",
    )


def _search(query: str) -> Expression | None:
    """Return the filter for a part of the account's or phone's name, the socket or, for administrators, the owner."""
    return owned_text_search(query, "SIPAccountName", "UserAgent", "RemoteSIPSocket")


def _columns() -> Sequence[Column[SIPRegistrarBinding]]:
    return (
        Column("sip_account", "SIP account", "sip_account_name"),
        *owner_column(),
        Column("contact", "Contact", ("mangled_contact_uri", "contact_uri"), lambda mangled, given: mangled or given),
        Column("contact_given", "Contact as the phone gave it", "contact_uri"),
        Column("last_update", "Last update", is_moment=True),
        Column("expiry_seconds", "Expiry (seconds)", "expiry"),
        Column("ends", "Ends", ("last_update", "expiry"), end_of, is_moment=True),
        Column("remote_socket", "Remote socket", "remote_sip_socket"),
        Column("proxy_socket", "Proxy socket", "proxy_sip_socket"),
        Column("registrar_socket", "Registrar socket", "registrar_sip_socket"),
        Column("user_agent", "User agent"),
    )
