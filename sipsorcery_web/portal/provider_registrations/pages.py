"""The pages of provider registrations."""

from flask import Blueprint, render_template

from ..backend import service
from ..lists.pages import Asked, page_of

bp = Blueprint("provider_registrations", __name__, url_prefix="/provider-registrations")


@bp.get("")
def index() -> str:
    """What the visitor may see, a page at a time."""
    page = page_of(service().provider_bindings, Asked.from_request(), None)
    return render_template("provider_registrations/index.html", page=page)
