"""The pages of calls."""

from flask import Blueprint, render_template

from ..backend import service
from ..lists.pages import Asked, page_of

bp = Blueprint("cdrs", __name__, url_prefix="/cdrs")


@bp.get("")
def index() -> str:
    """What the visitor may see, a page at a time."""
    page = page_of(service().cdrs, Asked.from_request(), None)
    return render_template("cdrs/index.html", page=page)
