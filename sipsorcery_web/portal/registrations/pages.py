"""The pages of registrations."""

from flask import Blueprint, render_template

from ..backend import service
from ..lists.pages import Asked, page_of

bp = Blueprint("registrations", __name__, url_prefix="/registrations")


@bp.get("")
def index() -> str:
    """What the visitor may see, a page at a time."""
    page = page_of(service().registrar_bindings, Asked.from_request(), None)
    return render_template("registrations/index.html", page=page)
