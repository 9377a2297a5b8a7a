"""The answer to a request without a session: a sign-in that leads back to it, and to what was typed."""

from flask import flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.http.session import EndedSession
from sipsorcery_web.portal.http.urls import this_address
from sipsorcery_web.portal.ui.forms import TypedForm

from .forms import SignInForm


def login_again() -> Response:
    """Return the sign-in; it says so when a session has ended, and has with it what a form held that was sent."""
    ended: EndedSession | None = g.ended_session
    if request.method != "POST":
        return _to_login(ended)
    typed = saved_form.typed_without_session()
    if ended is None and typed is None:
        flash("You are not signed in. Nothing was saved.", "warning")
        return redirect(url_for("auth.login", next=saved_form.page_behind()), 303)
    return _login_again_page(ended, typed)


def _to_login(ended: EndedSession | None) -> Response:
    if ended is not None:
        flash("Your session has ended. Sign in to go on where you were.", "warning")
    return redirect(url_for("auth.login", next=this_address()), 303)


def _login_again_page(ended: EndedSession | None, typed: TypedForm | None) -> Response:
    data = {
        "username": ended.username if ended else "",
        "next": saved_form.page_behind(),
        "kept": typed.form_id if typed else "",
        "carried": saved_form.carried_form(typed) if typed else "",
    }
    page = render_template(
        "auth/expired.html",
        form=SignInForm(formdata=None, data=data),
        ended_for=ended.username if ended else "",
        ended_at=ended.ended_at if ended else None,
        kept=typed,
    )
    return make_response(page, 403)
