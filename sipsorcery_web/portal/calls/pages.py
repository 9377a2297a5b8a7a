"""The pages of calls."""

from flask import Blueprint, render_template

from ..backend import service
from ..lists.pages import Asked, page_of

bp = Blueprint("calls", __name__, url_prefix="/calls")


@bp.get("")
def index() -> str:
    """What the visitor may see, a page at a time."""
    page = page_of(service().calls, Asked.from_request(), None)
    return render_template("calls/index.html", page=page)
