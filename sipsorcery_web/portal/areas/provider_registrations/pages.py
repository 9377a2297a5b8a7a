"""The registrations with providers, as the service last left them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from sipsorcery_web.contract.filters import Expression, all_of, prop
from sipsorcery_web.contract.records import SIPProviderBinding
from sipsorcery_web.portal.crud.records import get_editable
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.sip_engine import answer_command, require_sip_engine
from sipsorcery_web.portal.lists.exports import Column, export_routes, exported
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.lists.search import and_, owned_text_search
from sipsorcery_web.portal.live.views import live_list
from sipsorcery_web.portal.ui.area import Area

from ..sip_providers.registrations import registrations_in

bp = Blueprint("provider_registrations", __name__, url_prefix="/provider-registrations")
AREA = Area(bp, "Provider registrations", key="t", help="provider-registrations")

_REGISTERED = prop("IsRegistered").is_true()
_FAILING = all_of(
    prop("IsRegistered").is_false(),
    prop("RegistrationFailureMessage").differs(None),
    prop("RegistrationFailureMessage").differs(""),
)
STATES = ListFilter(
    "state",
    [
        FilterOption("", "All"),
        FilterOption("registered", "Registered", _REGISTERED),
        FilterOption("failing", "Failing", _FAILING),
    ],
)


COLUMNS: Sequence[Column[SIPProviderBinding]] = (
    Column("provider", "Provider", "provider_name"),
    Column("owner", "Owner"),
    Column("registrar", "Registrar", "registrar_sip_socket"),
    Column("registered", "Registered", "is_registered"),
    Column("contact", "Contact", "binding_uri"),
    Column("expiry", "Expiry in seconds", "binding_expiry"),
    Column("last_registered", "Last registered", "last_register_time", is_moment=True),
    Column("last_attempt", "Last attempt", "last_register_attempt", is_moment=True),
    Column("next_attempt", "Next attempt", "next_registration_time", is_moment=True),
    Column("failure", "Failure", "registration_failure_message"),
)


@bp.get("")
@live_list("Provider registrations")
def index() -> dict[str, Any]:
    """The registrations that the visitor may see, a page at a time."""
    list_query = ListQuery.from_request()
    page = page_of(service().provider_bindings, list_query, wanted(list_query.query))
    return {"page": page, "rows": registrations_in(page.items), "states": STATES}


@export_routes(bp)
def export(form: str) -> Response:
    """The same list as a file."""
    where = wanted(ListQuery.from_request().query)
    return exported(form, "provider-registrations", COLUMNS, service().provider_bindings, where)


@bp.post("/<uuid:provider_id>/register")
def register_now(provider_id: UUID) -> Response:
    """Register with a provider without waiting for its turn."""
    controls = require_sip_engine().controls
    provider = get_editable(service().sip_providers, provider_id, "SIP provider")
    return answer_command(
        lambda: controls.register_now(provider.id),
        f"The engine registers with {provider.provider_name} now. What comes of it is shown in a moment.",
        f"{provider.provider_name} is not registered with: that is switched off.",
    )


def wanted(query: str) -> Expression | None:
    """Return the filter of the address: the text of the find box, and one of the states."""
    return and_(_search(query), STATES.chosen.where)


def _search(query: str) -> Expression | None:
    """Return the filter for a part of the provider's name, the contact, the registrar or, for administrators, owner."""
    return owned_text_search(query, "ProviderName", "BindingURI", "RegistrarSIPSocket")
