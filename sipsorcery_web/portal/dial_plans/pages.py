"""The pages of dial plans."""

from flask import Blueprint, render_template

from ..backend import service
from ..lists.pages import Asked, page_of

bp = Blueprint("dial_plans", __name__, url_prefix="/dial-plans")


@bp.get("")
def index() -> str:
    """What the visitor may see, a page at a time."""
    page = page_of(service().dial_plans, Asked.from_request(), None)
    return render_template("dial_plans/index.html", page=page)
