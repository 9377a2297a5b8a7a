"""The capabilities of the service behind these pages, so that no page claims more.

Of the built-in service all of it is known. Of another one nothing is: the wire tells neither its revision nor its
store, and these differ (spec, sections 4 to 6). docs/other-services.md has this as a table, which a test holds to what
stands here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort

from .parts import part

V = TypeVar("V", bound=Callable[..., Any])


def _known(built_in: str, another: str) -> Any:
    """A capability, with what docs/other-services.md says of it for either service."""
    return field(default=False, metadata={"built_in": built_in, "another": another})


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """The facts that words and offers on pages follow; the defaults are those of a service that is not known."""

    readies_new_customers: bool = _known(
        "A new customer has a first SIP account, and can sign in at once, or with mail once the address is confirmed.",
        "Only that the account is made is said: its address may have to be confirmed first.",
    )
    makes_invite_codes: bool = _known(
        "An invite code is a GUID, and anything else is refused before it is asked for.",
        "A code may have any form, and the service looks at it.",
    )
    takes_long_passwords: bool = _known(
        "A password for signing in has up to 64 characters; pages want 10, or fewer that are hard to guess.",
        "It has 6 to 20 characters, as the original has it.",
    )
    ends_other_sessions: bool = _known(
        "A change of password ends all other sessions, those of programs too. Tokens stay good.",
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
    reads_at_once: bool = _known(
        "The rows of a file are read from the store as its reader takes them.",
        "Up to 500 more are asked for while some are written.",
    )
    answers_browsers: bool = _known(
        "Pages of other sites may call it as `SIPSORCERY_CORS_ORIGINS` says.",
        "The samples make no promise about that.",
    )
    runs_plans: bool = _known(
        "Calls follow dial plans as a try shows them, where a SIP engine runs; pages say so where none does.",
        "Calls follow plans as that service reads them, and a try here shows how this portal reads them.",
    )
    reaches_accounts_without_plan: bool = _known(
        "An account without a plan for calls out reaches the accounts of the service, and nobody else.",
        "The calls that such an account makes are refused.",
    )
    keeps_audit: bool = _known(
        "Each change is noted with who made it, and its owner can look it up (`/security/changes`).",
        "There is no such page. What the portal itself would note, such as second factors, is a line of its log.",
    )
    tells_sessions: bool = _known(
        "The sessions of programs are listed beside those of browsers, and can be ended (`/security/sessions`).",
        "The portal's own sessions are listed, and end at the service too.",
    )
    tells_sign_ins: bool = _known(
        "Customers see their sign-ins of the last 90 days, failed ones too (`/security/sign-ins`).",
        "There is no list of sign-ins.",
    )
    tells_networks: bool = _known(
        "With a SIP engine, customers see which networks their SIP accounts register from (`/security/networks`).",
        "There is no list of networks.",
    )
    keeps_access_tokens: bool = _known(
        "Customers make tokens for programs, which open SOAP within their scopes (`/security/tokens`).",
        "There are no tokens, and no page for them.",
    )
    takes_oauth: bool = _known(
        "Programs that are registered ask for tokens by OAuth 2.1 (`/security/consents`, `/security/programs`).",
        "Absent.",
    )
    has_webhooks: bool = _known(
        "What happens is posted to addresses that customers name, with a signature (`/security/webhooks`).",
        "There are no webhooks, and no page for them.",
    )
    asks_for_app_passwords: bool = _known(
        "With a second factor SOAP refuses the password alone; programs sign in with an app password, a kind of token.",
        "A second factor guards these pages; programs sign in with the password as ever.",
    )
    takes_passkeys_alone: bool = _known(
        "A passkey that has verified its user signs in by itself, or is the second step after the password.",
        "A passkey is the second step after the password.",
    )
    administers_customers: bool = _known(
        "Administrators find customers, change, suspend and delete them, give them new passwords "
        "(`/admin/customers`), and make and withdraw invite codes (`/admin/invites`).",
        "There is no such page: customers are that service's to look after.",
    )
    keeps_lines: bool = _known(
        "With a SIP engine, the console shows what happens, as it happens, and the last 24 hours (`/console`).",
        "With `SIPSORCERY_NOTIFICATIONS_URL` it shows what that service tells from when one connects; without, it is "
        "absent.",
    )


OF_BUILT_IN = Capabilities(**{each.name: True for each in fields(Capabilities)})
OF_ANOTHER = Capabilities()


def only_with(capability: str) -> Callable[[V], V]:
    """Let a view be there only where the service has a capability."""

    def guard(view: V) -> V:
        @wraps(view)
        def answer(*args: Any, **values: Any) -> Any:
            if not getattr(capabilities(), capability):
                abort(404)
            return view(*args, **values)

        return cast(V, answer)

    return guard


def capabilities() -> Capabilities:
    """Return the capabilities of the service of this application."""
    return part(Capabilities)
