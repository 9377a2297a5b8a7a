"""Values typed into a form whose request could not be handled: nothing of it is lost, or shown to others.

Only fields that the page's form declares count, and no secrets. What a form with the token of a known session holds is
kept for that session's username. Otherwise nothing is stored: a form that the browser says to have come from this very
site is answered with what was typed in it, any other with nothing of it.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from flask import current_app, g, make_response, request, url_for
from itsdangerous import BadData
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from ..http import csrf, session
from ..http.parts import part
from ..http.urls import this_path, with_parameter
from ..storage.errors import StorageUnavailable
from ..storage.saved_forms import SavedForms
from ..ui.forms import Restored, TypedForm
from .form_pages import FormPage, form_page_at, form_page_of

Values = Mapping[str, Sequence[str]]

READ_ANYWAY = 2
"""How many times the largest request is read to be given back; the server itself takes no more."""

log = logging.getLogger(__name__)


def typed_without_session() -> TypedForm | None:
    """Return what was typed into a form that nobody's session has sent.

    It is kept for whoever had the session that the form was made for. None where nobody vouches for the form.
    """
    typed = typed_here()
    ended: session.EndedSession | None = g.ended_session
    if ended is not None and _is_own_form(ended):
        return typed and _stored(typed, ended.username, this_path())
    return typed if csrf.is_same_origin() else None


def save_for_later() -> TypedForm | None:
    """Return what was typed into the form of this POST, for the page that says why it was not carried out.

    It is kept for a visitor whose token came with it. None where nothing was typed, or nobody vouches for the form.
    """
    typed = typed_here() if request.method == "POST" else None
    if typed is None:
        return None
    if username := _sender():
        return _stored(typed, username, this_path())
    return typed if csrf.is_valid() or csrf.is_same_origin() else None


def offer_to_add(fixed: Callable[[Values], Values | None]) -> tuple[TypedForm, bool] | None:
    """Return what was typed for a record that is not there, kept for the page that adds one, and whether it was there.

    `fixed` gives what the form has shown without letting it be changed, such as the record's name; None where the
    visitor is not known to have seen it.
    """
    here = form_page_of(request.endpoint)
    login = session.current()
    if here is None or not here.add_page or login is None:
        return None
    typed = typed_here() if request.method == "POST" and csrf.is_valid() else _waiting_here(here, login.username)
    if typed is None:
        return None
    adds = form_page_of(here.add_page) or here
    shown_before = fixed(typed.values)
    values = adds.typed(_as_sent({**(shown_before or {}), **typed.values}))
    kept = _stored(replace(typed, name=adds.name(values), values=values), login.username, url_for(here.add_page))
    return kept, shown_before is not None


def form_again(problem: str) -> Response | None:
    """Show the form of a POST whose token is not this session's, with what was typed; None where it is not given back.

    The page is made as for a GET, which changes nothing (RFC 9110, 9.2.1). Nothing is stored.
    """
    typed = typed_here()
    if typed is None or not csrf.is_same_origin():
        return None
    g.restored = Restored(typed.values, problem)
    request.method = "GET"
    try:
        view = current_app.view_functions[request.endpoint or ""]
        return make_response(view(**(request.view_args or {})))
    finally:
        request.method = "POST"
        g.restored = None


def take(username: str) -> Mapping[str, Sequence[str]] | None:
    """Return the values that this user typed into this page before the session ended, if the address names it."""
    form_id = request.args.get("kept", "")
    return _storage().load(form_id, username, this_path()) if form_id else None


def drop(username: str) -> None:
    """Forget what was kept of this user for this page, now that it is saved."""
    if form_id := request.args.get("kept", ""):
        _storage().delete(form_id, username)


def address_with(path: str, values: Values, username: str) -> str:
    """Return the address of the form at a path with these values in it. Raises StorageUnavailable."""
    return with_parameter(path, "kept", _storage().save(username, path, values))


def address_after_sign_in(target: str, carried: str, username: str) -> str:
    """Return where a sign-in leads that brought along what was typed before: to the form at `target`, with it.

    Raises StorageUnavailable.
    """
    path = target.partition("?")[0]
    there = form_page_at(path)
    values = there.typed(_as_sent(_read(carried))) if there else {}
    return with_parameter(target, "kept", _storage().save(username, path, values)) if values else target


def carried_form(kept: TypedForm) -> str:
    """Return what a sign-in brings along, as JSON, because it is stored nowhere; "" where no request could hold it."""
    if kept.form_id:
        return ""
    carried = json.dumps(kept.values, ensure_ascii=False)
    limit: int = current_app.config["MAX_CONTENT_LENGTH"]
    return carried if 3 * len(carried.encode()) < limit else ""  # each byte takes up to three in a form


def typed_here() -> TypedForm | None:
    """Return the values typed into the form of this request; None where the page has none, or nothing was."""
    here = form_page_of(request.endpoint)
    submitted = _submitted() if here else None
    if here is None or submitted is None:
        return None
    values = here.typed(submitted)
    rows, secrets = here.rows(values), here.secrets_in(submitted)
    return TypedForm(here.name(values), here.thing, rows, secrets, values) if rows or secrets else None


def _submitted() -> MultiDict[str, str] | None:
    """The fields of the request; of one that is too large, too, as long as the server has taken it."""
    try:
        return request.form
    except RequestEntityTooLarge:
        limit = READ_ANYWAY * current_app.config["MAX_CONTENT_LENGTH"]
        request.max_content_length = request.max_form_memory_size = limit
    try:
        return request.form
    except HTTPException:
        return None


def _waiting_here(here: FormPage, username: str) -> TypedForm | None:
    """Return the id of the saved form that the address names."""
    values = take(username)
    return None if values is None else TypedForm(here.name(values), here.thing, here.rows(values), (), values)


def _stored(typed: TypedForm, username: str, path: str) -> TypedForm:
    """Keep what was typed, and say where it waits; a store that does not answer leaves it as it is."""
    try:
        form_id = _storage().save(username, path, typed.values)
    except StorageUnavailable as error:
        log.warning("What was typed could not be kept: %s", error)
        return typed
    return replace(typed, path=path, form_id=form_id)


def _sender() -> str | None:
    """The visitor whose session this form was made for; None on pages that nobody signs in for."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not csrf.is_valid() or getattr(view, "open_to_all", False):
        return None
    try:
        login = session.current()
    except StorageUnavailable:
        return None
    return login.username if login else None


def _read(carried: str) -> Mapping[str, Sequence[str]]:
    try:
        values = json.loads(carried)
    except (ValueError, RecursionError):
        return {}
    items = values.items() if isinstance(values, dict) else ()
    return {name: [text for text in texts if isinstance(text, str)] for name, texts in items if isinstance(texts, list)}


def _as_sent(values: Mapping[str, Sequence[str]]) -> MultiDict[str, str]:
    return MultiDict((name, text) for name, texts in values.items() for text in texts)


def _is_own_form(ended: session.EndedSession) -> bool:
    submitted = _submitted()
    try:
        token = submitted.get("csrf_token", "") if submitted else ""
        return ended.csrf_secret is not None and csrf.secret_in(token) == ended.csrf_secret
    except BadData:
        return False


def page_behind() -> str:
    """Return the page that shows the form; an address that only takes POST leads to the first page."""
    adapter = current_app.create_url_adapter(request)
    takes_get = adapter is not None and adapter.test(method="GET")
    return this_path() if takes_get else url_for("sip_accounts.index")


def _storage() -> SavedForms:
    return part(SavedForms)
