"""The pages of the SIP accounts."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.conflict import Edit, conflict_page
from sipsorcery_web.portal.crud.dial_plan_names import dial_plan_names
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.crud.records import add_once, get_or_404, page_with
from sipsorcery_web.portal.crud.revealing import REASON, ReasonForm, reason_needed
from sipsorcery_web.portal.crud.undo import delete_undoably, unless_deleted
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.http.sip_engine import current_sip_engine, require_sip_engine
from sipsorcery_web.portal.http.urls import local_path, this_path
from sipsorcery_web.portal.lists.exports import export_routes, exported
from sipsorcery_web.portal.lists.query import ListQuery
from sipsorcery_web.portal.live.stamps import holds_until, shows_renewals
from sipsorcery_web.portal.live.views import live_list, live_part
from sipsorcery_web.portal.ui.area import Area, NavItem
from sipsorcery_web.portal.ui.forms import load_form
from sipsorcery_web.portal.ui.sip_parties import address_of

from ..security.seen_networks import new_networks
from .form import SIPAccountForm, has_weak_password, new_values, values_of
from .listing import STATES, build_filter, columns, rows_of, the_page
from .phones import address_of_server, code_of, is_near_only
from .refused_phones import knows_refusals, last_of_the_day, refusals_of
from .registrations import ends, registrations_of
from .trusted_addresses import TRUSTS_EVERYBODY, complaint, trusts_everybody

THING = "the SIP account"
LOCKED = "An administrator has disabled this SIP account; only an administrator can change it."
NOT_FOR_ENGINE = "is not used: the SIP engine reads whole addresses and beginnings of addresses alone"

bp = Blueprint("sip_accounts", __name__, url_prefix="/sip-accounts")
AREA = Area(
    bp,
    "SIP accounts",
    key="a",
    nav=NavItem("accounts", "accounts", long="SIP ", beside=("registrations",)),
    help="sip-accounts",
)


@bp.get("")
@live_list("SIP accounts")
def index() -> dict[str, Any]:
    """The accounts that the visitor may see, a page at a time."""
    page = the_page(ListQuery.from_request())
    rows = list(rows_of(page))
    if bindings := [binding for row in rows for binding in row.registration.bindings]:
        shows_renewals()
        holds_until(*map(ends, bindings))
    return {"page": page, "rows": rows, "states": STATES}


@export_routes(bp)
def export(form: str) -> Response:
    """The same accounts as a file."""
    where = build_filter(ListQuery.from_request().query)
    return exported(form, "sip-accounts", columns(), service().sip_accounts, where)


@bp.route("/add", methods=["GET", "POST"])
@takes_form(SIPAccountForm, THING, never_kept=SIPAccountForm.only_stored)
def add() -> Any:
    """A new account of the visitor."""
    here = current_login()
    domains = [domain.domain or "" for domain in service().domains()]
    plans = dial_plan_names(here.username)
    form = load_form(SIPAccountForm, new_values(plans), saved_form.take(here.username))
    form.for_new(here.username, domains, plans)
    if form.validate_on_submit() and form.try_save(lambda: add_once(service().sip_accounts, form.record(), address_of)):
        return _done(form.record(), "added")
    return _form_page(form, None, domains_missing=not domains)


@bp.route("/<uuid:account_id>", methods=["GET", "POST"])
@takes_form(SIPAccountForm, THING, never_kept=SIPAccountForm.only_new, add_page="sip_accounts.add")
def edit(account_id: UUID) -> Any:
    """Change an account; its name and domain stay."""
    account = the_account(account_id)
    here = current_login()
    form = load_form(SIPAccountForm, values_of(account), saved_form.take(here.username))
    form.for_stored(account, dial_plan_names(account.owner or here.username), here.is_administrator)
    changes = Edit(form, account)
    if form.validate_on_submit():
        if _is_locked(account):
            form.add_error("", LOCKED)
        elif conflict := changes.conflict():
            crumbs = [(url_for(".index"), "SIP accounts"), (this_path(), account.sip_username or "")]
            return conflict_page(conflict, address_of(account), crumbs)
        elif changes.try_save(lambda: service().sip_accounts.update(form.record(), form.reason_told)):
            return _done(form.record(), "saved")
    return _form_page(form, account)


@bp.route("/<uuid:account_id>/delete", methods=["GET", "POST"])
def delete(account_id: UUID) -> Any:
    """Delete an account, after asking."""
    back = local_path(request.args.get("next")) or url_for(".index")
    if request.method == "POST":
        if account := unless_deleted(the_account, account_id):
            delete_undoably(service().sip_accounts, account, address_of(account))
        return redirect(back, 303)
    account = the_account(account_id)
    return render_template("sip_accounts/delete.html", account=account, back=back)


@bp.post("/<uuid:account_id>/password")
@takes_form(ReasonForm, REASON)
@needs_recent_proof("POST")
def show_password(account_id: UUID) -> Any:
    """The stored password, on request only; no browser or proxy keeps the answer."""
    account = the_account(account_id)
    if page := reason_needed(account, "SIP account", url_for(".edit", account_id=account.id)):
        return page
    return render_template("sip_accounts/password.html", account=account, password=account.sip_password)


def _set_up(account_id: UUID) -> dict[str, Any]:
    """The state of setting up a phone: who is registered, and who was refused last."""
    require_sip_engine()
    return _set_up_of(the_account(account_id))


def _set_up_of(account: SIPAccount) -> dict[str, Any]:
    registration = registrations_of([account])[0]
    if registration.bindings:
        shows_renewals()
        holds_until(*map(ends, registration.bindings))
    refused = last_of_the_day(refusals_of(account), registration)
    return {"registration": registration, "refused": refused, "tells_refusals": knows_refusals()}


@bp.route("/<uuid:account_id>/phone", methods=["GET", "POST"])
@takes_form(ReasonForm, REASON)
@needs_recent_proof("POST")
@live_part("sip_accounts/set_up.html", _set_up)
def phone(account_id: UUID) -> Any:
    """Show the settings of a phone; the password and the code that holds it only for those who ask."""
    server = require_sip_engine().server
    account = the_account(account_id)
    asks = request.method == "POST"
    if asks and (page := reason_needed(account, "SIP account", this_path())):
        return page
    return render_template(
        "sip_accounts/phone.html",
        account=account,
        server=server,
        server_address=address_of_server(server),
        near_only=is_near_only(server),
        shows_password=asks,
        code=code_of(account, server) if asks and account.sip_password else None,
        **_set_up_of(account),
    )


def the_account(account_id: UUID) -> SIPAccount:
    """The account with this id; NotFound when there is none, or it is not the visitor's to see."""
    return get_or_404(service().sip_accounts, account_id, "SIP account")


def _form_page(form: SIPAccountForm, account: SIPAccount | None, domains_missing: bool = False) -> Any:
    page = render_template(
        "sip_accounts/form.html",
        form=form,
        account=account,
        registration=registrations_of([account])[0] if account else None,
        refusals=refusals_of(account) if account else (),
        new_networks=new_networks(account) if account else (),
        locked=account is not None and _is_locked(account),
        domains_missing=domains_missing,
        trusts_everybody=trusts_everybody(form.ip_address_acl.data),
        has_weak_password=account is not None and has_weak_password(account),
    )
    return page, form.status


def _is_locked(account: SIPAccount) -> bool:
    """Return True when the account's owner cannot change it; not every service sees to that itself (weakness W5)."""
    return account.is_admin_disabled and not current_login().is_administrator


def _done(account: SIPAccount, verb: str) -> Response:
    saved_form.drop(current_login().username)
    flash(f"{address_of(account)} is {verb}.", "success")
    _warn_of_trust(account)
    page = page_with(service().sip_accounts, "SIPUsername", account.sip_username)
    return redirect(url_for(".index", page=page), 303)


def _warn_of_trust(account: SIPAccount) -> None:
    expression = account.ip_address_acl
    sip_engine = current_sip_engine()
    if found := complaint(expression):
        flash(f"The expression for trusted addresses of {address_of(account)} matches nobody: {found}.", "warning")
    elif sip_engine and sip_engine.controls.trusted_networks(expression) is None:
        flash(f"The expression for trusted addresses of {address_of(account)} {NOT_FOR_ENGINE}.", "warning")
    elif trusts_everybody(expression):
        flash(f"The expression for trusted addresses of {address_of(account)} {TRUSTS_EVERYBODY}.", "warning")
