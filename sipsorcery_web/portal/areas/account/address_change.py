"""The visitor's next e-mail address, until the link is opened that went to it; only where links are mailed."""

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.extensions import EmailAddressChange
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.installation import installation
from sipsorcery_web.portal.ui import messages

SENT = "A mail is on its way. The link in the one before is not good any more."
NONE_WAITS = "No other e-mail address waits to be confirmed."
WITHDRAWN = "Your e-mail address stays as it is. The link that was mailed is not good any more."


def waiting_address() -> EmailAddressChange | None:
    """Return the address that waits to be confirmed; None where none does, and where nothing is mailed."""
    return service().email_address_change() if installation().mails_links else None


def can_be_mailed(change: EmailAddressChange) -> bool:
    """Return whether the link can be sent once more by now."""
    return change.next_mail <= now()


def send_link_again() -> Response:
    """Have the link mailed anew."""
    return _after(lambda: service().update_email_address_change(), SENT)


def withdraw() -> Response:
    """Keep the present address."""
    return _after(lambda: service().delete_email_address_change(), WITHDRAWN)


def _after(act: Callable[[], None], done: str) -> Response:
    if not installation().mails_links:
        abort(404)
    try:
        act()
    except NotFound:
        flash(NONE_WAITS, "warning")
    except Refused as error:
        flash(messages.plain(error), "warning")
    else:
        flash(done, "success")
    return redirect(url_for(".details"), 303)
