"""The page of the visitor's sign-ins, those that failed too."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template

from sipsorcery_web.contract.extensions import SignIn, SignInResult, SignInWay
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.devices import device_words
from sipsorcery_web.portal.lists.exports import Column, export_routes, exported
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.ui.area import Area

bp = Blueprint("sign_ins", __name__, url_prefix="/security/sign-ins")
AREA = Area(bp, help="security", needs="tells_sign_ins")

WORDS = {
    SignInResult.RIGHT: "Signed in",
    SignInResult.WRONG_PASSWORD: "Wrong password",
    SignInResult.LOCKED_OUT: "Locked out",
    SignInResult.APP_PASSWORD_NEEDED: "Right password, app password needed",
    SignInResult.CLOSED: "Right password or passkey, account closed",
    SignInResult.SECOND_STEP_MISSING: "Right password, no second step",
    SignInResult.WRONG_CODE: "Right password or session, wrong code",
    SignInResult.PASSKEY_REFUSED: "Passkey refused",
}
RESULTS = ListFilter(
    "result",
    [
        FilterOption("", "All"),
        FilterOption("failed", "Failed", prop("Result").differs(str(SignInResult.RIGHT))),
        FilterOption("signed-in", "Signed in", prop("Result").equals(str(SignInResult.RIGHT))),
    ],
)


def result_words(result: str | None) -> str:
    """Return the words for a result; one that has none, of another revision, stands for itself."""
    return {str(known): words for known, words in WORDS.items()}.get(result or "", result or "")


def with_words(way: str | None, device: str | None) -> str:
    """Return what somebody signed in with: a browser in plain words, or a program over SOAP."""
    words = device_words(device or "")
    return f"SOAP: {words}" if way == SignInWay.SOAP else words


COLUMNS: Sequence[Column[SignIn]] = (
    Column("at", "Time", is_moment=True),
    Column("result", "Result", value=result_words),
    Column("times", "Times"),
    Column("address", "From", "ip_address"),
    Column("with", "With", ("way", "device"), with_words),
    Column("device", "What it says of itself"),
)


@bp.get("")
def index() -> str:
    """Show the sign-ins, the newest first."""
    page = page_of(service().sign_ins, ListQuery.from_request(), RESULTS.chosen.where)
    return render_template(
        "security/sign_ins.html", page=page, results=RESULTS, result_words=result_words, with_words=with_words
    )


@export_routes(bp)
def export(form: str) -> Response:
    """The same sign-ins as a file."""
    return exported(form, "sign-ins", COLUMNS, service().sign_ins, RESULTS.chosen.where)
