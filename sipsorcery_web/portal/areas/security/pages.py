"""The page of what protects the visitor's account, which leads to all places of that."""

from flask import Blueprint, render_template

from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.http.open_sessions import open_sessions
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.second_factors.methods import SecondFactors
from sipsorcery_web.portal.second_factors.passkeys.method import kept_passkeys
from sipsorcery_web.portal.second_factors.totp import Totp
from sipsorcery_web.portal.ui.area import Area, NavItem

from .passkeys import passkey_options, passkeys, remove_passkey
from .seen_networks import knows_networks, new_networks
from .tokens import count_of_good
from .totp import recovery_codes, remove_totp, totp

PLACES = ("access_tokens", "changes", "consents", "networks", "oauth", "programs", "sessions", "sign_ins", "webhooks")
"""The blueprints of the places that this page leads to."""

bp = Blueprint("security", __name__, url_prefix="/security")
AREA = Area(bp, "Security", key="k", nav=NavItem("security", "Security", beside=PLACES), help="security")

bp.add_url_rule("/totp", view_func=totp, methods=["GET", "POST"])
bp.add_url_rule("/totp/remove", view_func=remove_totp, methods=["GET", "POST"])
bp.add_url_rule("/passkeys", view_func=passkeys, methods=["GET", "POST"])
bp.add_url_rule("/passkeys/options", view_func=passkey_options)
bp.add_url_rule("/passkeys/<uuid:passkey_id>/remove", view_func=remove_passkey, methods=["GET", "POST"])
bp.add_url_rule("/recovery-codes", view_func=recovery_codes, methods=["GET", "POST"])


@bp.get("")
def index() -> str:
    """Show the places with what is in them; those that are not there are left out."""
    username = current_login().username
    return render_template(
        "security/index.html",
        good=count_of_good() if capabilities().keeps_access_tokens else 0,
        has_totp=part(Totp).is_set_up(username),
        passkeys=len(kept_passkeys().of(username)),
        is_guarded=part(SecondFactors).guard(username),
        others=len(open_sessions()) - 1,
        knows_networks=knows_networks(),
        new_networks=new_networks(),
    )
