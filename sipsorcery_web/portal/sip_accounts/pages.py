"""The pages of the SIP accounts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.filters import Expression, all_of, any_of, prop
from sipsorcery_web.contract.records import SIPAccount

from .. import expired
from ..addresses import local_path
from ..backend import service, visit
from ..editing.records import add_once, page_with, the_record
from ..forms import opened
from ..lists.pages import Asked, Page, page_of
from .dial_plans import dial_plan_names
from .form import SIPAccountForm, new_values, values_of
from .registrations import Registration, address_of, registrations_of
from .trusted_addresses import complaint

bp = Blueprint("sip_accounts", __name__, url_prefix="/sip-accounts")


@dataclass(frozen=True)
class Row:
    """An account with its registration; `initial` stands at the first row of each letter."""

    account: SIPAccount
    registration: Registration
    initial: str


@bp.get("")
def index() -> str:
    """The accounts that the visitor may see, a page at a time."""
    asked = Asked.from_request()
    page = _labelled(page_of(service().sip_accounts, asked, _search(asked.query)))
    return render_template("sip_accounts/index.html", page=page, rows=list(_rows(page)))


@bp.route("/add", methods=["GET", "POST"])
def add() -> Any:
    """A new account of the visitor."""
    here = visit()
    domains = [domain.domain or "" for domain in service().domains()]
    form = opened(SIPAccountForm, new_values(), expired.take(here.username))
    form.for_new(here.username, domains, dial_plan_names(here.username))
    if form.validate_on_submit() and form.carried_out(
        lambda: add_once(service().sip_accounts, form.record(), address_of)
    ):
        return _done(form.record(), "added")
    return _form_page(form, None, domains_missing=not domains)


@bp.route("/<uuid:account_id>", methods=["GET", "POST"])
def edit(account_id: UUID) -> Any:
    """Change an account; its name and domain stay."""
    account = the_account(account_id)
    here = visit()
    form = opened(SIPAccountForm, values_of(account), expired.take(here.username))
    form.for_stored(account, dial_plan_names(account.owner or here.username), here.is_administrator)
    if form.validate_on_submit() and form.carried_out(lambda: service().sip_accounts.update(form.record())):
        return _done(form.record(), "saved")
    return _form_page(form, account)


@bp.route("/<uuid:account_id>/delete", methods=["GET", "POST"])
def delete(account_id: UUID) -> Any:
    """Delete an account, after asking."""
    account = the_account(account_id)
    back = local_path(request.args.get("next")) or url_for(".index")
    if request.method == "POST":
        service().sip_accounts.delete(account)
        flash(f"{address_of(account)} is deleted.", "success")
        return redirect(back, 303)
    return render_template("sip_accounts/delete.html", account=account, back=back)


@bp.post("/<uuid:account_id>/password")
def show_password(account_id: UUID) -> Response:
    """The stored password, on request only; no browser or proxy keeps the answer."""
    account = the_account(account_id)
    return make_response(render_template("sip_accounts/password.html", account=account, password=account.sip_password))


def the_account(account_id: UUID) -> SIPAccount:
    """The account with this id; NotFound when there is none, or it is not the visitor's to see."""
    return the_record(service().sip_accounts, account_id, "SIP account")


def _search(query: str) -> Expression | None:
    """An address, or part of the name, the domain or, for administrators, the owner; letter case does not matter."""
    if not query:
        return None
    name, at, domain = query.lower().partition("@")
    if at:
        return all_of(prop("SIPUsername").lower().ends_with(name), prop("SIPDomain").lower().starts_with(domain))
    names = ["SIPUsername", "SIPDomain", *(["Owner"] if visit().is_administrator else [])]
    return any_of(*(prop(name).lower().contains(query.lower()) for name in names))


def _labelled(page: Page[SIPAccount]) -> Page[SIPAccount]:
    if not page.items:
        return page
    first, last = page.items[0].sip_username or "", page.items[-1].sip_username or ""
    return replace(page, first_label=first, last_label=last)


def _rows(page: Page[SIPAccount]) -> Iterator[Row]:
    before = ""
    for account, registration in zip(page.items, registrations_of(page.items), strict=True):
        initial = (account.sip_username or "")[:1].upper()
        yield Row(account, registration, initial if initial != before else "")
        before = initial


def _form_page(form: SIPAccountForm, account: SIPAccount | None, domains_missing: bool = False) -> Any:
    page = render_template(
        "sip_accounts/form.html",
        form=form,
        account=account,
        registration=registrations_of([account])[0] if account else None,
        locked=account is not None and account.is_admin_disabled and not visit().is_administrator,
        domains_missing=domains_missing,
    )
    return page, form.status


def _done(account: SIPAccount, verb: str) -> Response:
    expired.drop(visit().username)
    flash(f"{address_of(account)} is {verb}.", "success")
    if found := complaint(account.ip_address_acl):
        flash(f"The expression for trusted addresses of {address_of(account)} matches nobody: {found}.", "warning")
    page = page_with(service().sip_accounts, "SIPUsername", account.sip_username)
    return redirect(url_for(".index", page=page), 303)
