"""The pages of SIP providers."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.records import SIPProvider
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.conflict import Edit, conflict_page
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.crud.records import add_once, get_or_404, page_with
from sipsorcery_web.portal.crud.revealing import REASON, ReasonForm, reason_needed
from sipsorcery_web.portal.crud.undo import delete_undoably, unless_deleted
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.http.urls import local_path, this_path
from sipsorcery_web.portal.lists.exports import export_routes, exported
from sipsorcery_web.portal.lists.query import ListQuery
from sipsorcery_web.portal.live.views import live_list
from sipsorcery_web.portal.ui.area import Area, NavItem
from sipsorcery_web.portal.ui.forms import load_form

from .form import SIPProviderForm, new_values, values_of
from .listing import STATES, build_filter, columns, figures_of, rows_of, the_page
from .registering import registering
from .registrations import registrations_of

bp = Blueprint("sip_providers", __name__, url_prefix="/providers")
AREA = Area(
    bp,
    "SIP providers",
    key="p",
    nav=NavItem("providers", "providers", long="SIP ", beside=("provider_registrations",)),
    help="providers",
)

THING = "the SIP provider"
ADD_HEADER = "add_header"
"""The button that asks for one more row, for browsers without scripts."""


@bp.get("")
@live_list("SIP providers")
def index() -> dict[str, Any]:
    """The providers that the visitor may see, a page at a time."""
    page = the_page(ListQuery.from_request())
    rows = rows_of(page)
    return {"page": page, "rows": rows, "states": STATES, "figures": figures_of(page, rows)}


@export_routes(bp)
def export(form: str) -> Response:
    """The same list as a file."""
    return exported(
        form, "sip-providers", columns(), service().sip_providers, build_filter(ListQuery.from_request().query)
    )


@bp.route("/add", methods=["GET", "POST"])
@takes_form(SIPProviderForm, THING, never_kept=SIPProviderForm.only_stored)
def add() -> Any:
    """A new provider of the visitor."""
    here = current_login()
    form = load_form(SIPProviderForm, new_values(request.args.get("provider_type")), saved_form.take(here.username))
    form.for_new(here.username, registering())
    if _asks_for_a_row():
        return _form_page(form, None)
    if form.validate_on_submit() and form.try_save(lambda: add_once(service().sip_providers, form.record(), name_of)):
        return _done(form.record(), "added")
    return _form_page(form, None)


@bp.route("/<uuid:provider_id>", methods=["GET", "POST"])
@takes_form(SIPProviderForm, THING, never_kept=SIPProviderForm.only_new, add_page="sip_providers.add")
def edit(provider_id: UUID) -> Any:
    """Change a provider; its type stays."""
    provider = the_provider(provider_id)
    here = current_login()
    form = load_form(SIPProviderForm, values_of(provider), saved_form.take(here.username))
    form.for_stored(provider, registering(), here.is_administrator)
    changes = Edit(form, provider)
    if _asks_for_a_row():
        return _form_page(form, provider)
    if form.validate_on_submit():
        if conflict := changes.conflict():
            crumbs = [(url_for(".index"), "SIP providers"), (this_path(), name_of(provider))]
            return conflict_page(conflict, name_of(provider), crumbs)
        if changes.try_save(lambda: service().sip_providers.update(form.record(), form.reason_told)):
            return _done(form.record(), "saved")
    return _form_page(form, provider)


@bp.route("/<uuid:provider_id>/delete", methods=["GET", "POST"])
def delete(provider_id: UUID) -> Any:
    """Delete a provider, after asking."""
    back = local_path(request.args.get("next")) or url_for(".index")
    if request.method == "POST":
        if provider := unless_deleted(the_provider, provider_id):
            delete_undoably(service().sip_providers, provider, name_of(provider), _ending(provider))
        return redirect(back, 303)
    provider = the_provider(provider_id)
    return render_template("sip_providers/delete.html", provider=provider, back=back)


@bp.post("/<uuid:provider_id>/password")
@takes_form(ReasonForm, REASON)
@needs_recent_proof("POST")
def show_password(provider_id: UUID) -> Any:
    """The stored password, on request only; no browser or proxy keeps the answer."""
    provider = the_provider(provider_id)
    if page := reason_needed(provider, "provider", url_for(".edit", provider_id=provider.id)):
        return page
    return render_template("sip_providers/password.html", provider=provider, password=provider.provider_password)


def the_provider(provider_id: UUID) -> SIPProvider:
    """The provider with this id; NotFound when there is none, or it is not the visitor's to see."""
    return get_or_404(service().sip_providers, provider_id, "SIP provider")


def name_of(provider: SIPProvider) -> str:
    """Return the name of a provider."""
    return provider.provider_name or ""


def _asks_for_a_row() -> bool:
    return request.method == "POST" and ADD_HEADER in request.form


def _form_page(form: SIPProviderForm, provider: SIPProvider | None) -> Any:
    page = render_template(
        "sip_providers/form.html",
        form=form,
        provider=provider,
        registration=registrations_of([provider])[0] if provider else None,
        adds_row=_asks_for_a_row(),
        proposed_contact=form.registering.contact_of(form.owner),
    )
    return page, form.status


def _ending(provider: SIPProvider) -> str:
    is_registering = provider.register_enabled and provider.register_admin_enabled
    return "Its registration is ended." if is_registering and capabilities().ends_registrations else ""


def _done(provider: SIPProvider, verb: str) -> Response:
    saved_form.drop(current_login().username)
    flash(f"{name_of(provider)} is {verb}.", "success")
    page = page_with(service().sip_providers, "ProviderName", provider.provider_name)
    return redirect(url_for(".index", page=page), 303)
