"""Calls that are made from a page: the visitor's phone rings, then the other one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable
from sipsorcery_web.contract.third_party_calls import OWNER_BUSY, CallProgress, CallRefused, CallState
from sipsorcery_web.portal.crud.calling_accounts import calling_accounts
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.sip_engine import AWAY, answer_command, require_sip_engine
from sipsorcery_web.portal.http.urls import next_page
from sipsorcery_web.portal.live.stamps import changes_unseen
from sipsorcery_web.portal.live.views import live_list
from sipsorcery_web.portal.ui.area import Area
from sipsorcery_web.portal.ui.forms import load_form
from sipsorcery_web.portal.ui.sip_parties import address_of

from .order import CallForm, is_callable, order_for
from .progress import words_of

LAST_USED = "calling_account"
"""In the session: the id of the account that the visitor called with last."""
NO_ACCOUNT = "You have no SIP account that may call out."

bp = Blueprint("made_calls", __name__, url_prefix="/calls/made")
AREA = Area(bp)


@bp.route("/new", methods=["GET", "POST"])
@takes_form(CallForm, "the call")
def new() -> Any:
    """Make a call; from a list it is made at once where the visitor has one account, or has chosen one."""
    require_sip_engine()
    accounts = calling_accounts()
    if not accounts:
        flash(NO_ACCOUNT, "warning")
        return redirect(next_page("sip_accounts.index"), 303)
    chosen = _chosen(accounts)
    if request.method == "POST" and chosen is None:
        return redirect(url_for(".new", to=request.form.get("to", "")), 303)
    form = load_form(CallForm, {"to": request.args.get("to", ""), "account": session.get(LAST_USED, "")})
    form.offer(accounts)
    if chosen is not None and "account" not in request.form:
        form.account.data = str(chosen.id)
    if form.validate_on_submit() and chosen is not None:
        return _placed(chosen, form)
    return render_template("made_calls/new.html", form=form), form.status


@bp.get("/<uuid:call_id>")
@live_list("Call")
def index(call_id: UUID) -> dict[str, Any]:
    """Show how far a call of the visitor's has come."""
    changes_unseen()
    try:
        progress = _progress(call_id)
    except SIPEngineUnavailable:
        return {"call_id": call_id, "words": None, "is_over": True, "again": ""}
    is_over = progress.state is CallState.OVER
    again = progress.second_name if is_over and is_callable(progress.second_name) else ""
    return {"call_id": call_id, "words": words_of(progress), "is_over": is_over, "again": again}


@bp.post("/<uuid:call_id>/end")
def end(call_id: UUID) -> Response:
    """End a call of the visitor's, whatever its state."""
    maker, owner = require_sip_engine().call_maker, current_login().username

    def hang_up() -> bool:
        _progress(call_id)
        return maker.end(str(call_id), owner)

    return answer_command(hang_up, "The call is hung up.", "This call has ended already.", "cdrs.index")


def _progress(call_id: UUID) -> CallProgress:
    """Return how far a call of the visitor's has come. Raises NotFound, and SIPEngineUnavailable."""
    found = require_sip_engine().call_maker.progress(str(call_id), current_login().username)
    if found is None:
        raise NotFound("There is no such call, or it ended some time ago.")
    return found


def _chosen(accounts: Sequence[SIPAccount]) -> SIPAccount | None:
    """Return the account of a form, which is the visitor's own or not found; the only one where none is named."""
    if "account" not in request.form:
        return accounts[0] if len(accounts) == 1 else None
    named = request.form["account"]
    return next((account for account in accounts if str(account.id) == named), None) or abort(404)


def _placed(account: SIPAccount, form: CallForm) -> Any:
    owner = current_login().username
    customer = service().customer(owner)
    session[LAST_USED] = str(account.id)
    try:
        if customer.execution_count >= customer.max_execution_count:
            raise CallRefused(OWNER_BUSY)
        order = order_for(owner, account, form.to.data or "", customer.max_execution_count)
        call = require_sip_engine().call_maker.place(order)
    except CallRefused as error:
        flash(str(error), "warning")
    except SIPEngineUnavailable as error:
        current_app.logger.warning("The call from %s could not be made: %s", address_of(account), error)
        flash(AWAY, "error")
    else:
        return redirect(url_for(".index", call_id=call), 303)
    return redirect(next_page("calls.index"), 303)
