"""The pages of SIP providers."""

from flask import Blueprint, render_template

from ..backend import service
from ..lists.pages import Asked, page_of

bp = Blueprint("sip_providers", __name__, url_prefix="/providers")


@bp.get("")
def index() -> str:
    """What the visitor may see, a page at a time."""
    page = page_of(service().sip_providers, Asked.from_request(), None)
    return render_template("sip_providers/index.html", page=page)
