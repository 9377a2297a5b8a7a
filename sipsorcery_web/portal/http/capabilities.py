"""The capabilities of the service behind these pages, so that no page claims more.

Of the built-in service all of it is known. Of another one nothing is: the wire tells neither its revision nor its
store, and these differ (spec, sections 4 to 6). The README has this as a table, which a test holds to what stands here.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from .parts import part


def _known(built_in: str, another: str) -> Any:
    """A capability, with what the README says of it for either service."""
    return field(default=False, metadata={"built_in": built_in, "another": another})


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """The facts that words and offers on pages follow; the defaults are those of a service that is not known."""

    readies_new_customers: bool = _known(
        "A new customer can sign in at once and has a first SIP account.",
        "Only that the account is made is said: its address may have to be confirmed first.",
    )
    makes_invite_codes: bool = _known(
        "An invite code is a GUID, and anything else is refused before it is asked for.",
        "A code may have any form, and the service looks at it.",
    )
    ends_other_sessions: bool = _known(
        "A change of password ends all other sessions, those of programs too.",
        "It ends the portal's other sessions of that customer.",
    )
    deletes_everything: bool = _known(
        "With a customer go the SIP accounts, providers and dial plans.",
        "What becomes of these is the service's to decide, and the page says so.",
    )
    sorts_lists: bool = _known(
        "Lists are sorted, call records with the newest first.",
        "Pages claim no order, and show the one that the service gives.",
    )
    keeps_locked_accounts: bool = _known(
        "Nobody but an administrator can delete a SIP account that one has disabled.",
        "Its owner cannot change it in the portal, but can delete it.",
    )
    ends_registrations: bool = _known(
        "Deleting a provider ends its registration.",
        "The registration may last until it runs out, and the page says so.",
    )
    knows_its_domain: bool = _known(
        "A registration without a contact gets the customer's address at `SIPSORCERY_DOMAIN`.",
        "A registration needs a contact.",
    )
    refuses_cleanly: bool = _known(
        "What is refused has changed nothing, and the page says so.",
        "Where the service refuses, the page says why, and not that nothing was saved.",
    )
    answers_browsers: bool = _known(
        "Pages of other sites may call it as `SIPSORCERY_CORS_ORIGINS` says.",
        "The samples make no promise about that.",
    )


OF_BUILT_IN = Capabilities(**{each.name: True for each in fields(Capabilities)})
OF_ANOTHER = Capabilities()


def capabilities() -> Capabilities:
    """Return the capabilities of the service of this application."""
    return part(Capabilities)
