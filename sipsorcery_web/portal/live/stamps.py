"""The stamp of a list: tells without reading the list that it is as it was.

It stands for the revision of what the visitor sees, for the request, the visitor and the portal, and says until when
the list is true by itself. It is no secret and not signed: whoever forges one is told nothing, and not kept current.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from flask import g, request

from sipsorcery_web.contract.sip_engine import PhoneServer
from sipsorcery_web.version import __version__

from ..http.backend import current_login
from ..http.capabilities import Capabilities, capabilities
from ..http.clock import now
from ..http.message_cookie import lasting_cookies
from ..http.parts import find_part
from ..http.sip_engine import current_sip_engine

RENEWALS_SHOWN_WITHIN = timedelta(seconds=60)
"""A phone that only renews its registration changes no revision; its times are read anew after so long."""

IN_PART_FOR = timedelta(seconds=10)
"""So long a list may lack what the service did not tell."""

_WRITTEN = re.compile(r"([0-9a-f]*)\.[0-9a-f]{24}")


@dataclass(frozen=True)
class Revisions:
    """A service that may tell by a short text whether anything has changed of what the customer of a token sees.

    `read` gives None where the service has no such text, and raises as an operation does, SessionExpired too.
    """

    read: Callable[[str], str | None]
    read_alone: Callable[[str], str | None] | None = None
    """Reads it for less, where nothing else has to be of the same moment; None for a token that is not good."""


@dataclass(frozen=True)
class Validity:
    """The revision that a list shows, and the second since the epoch from which it reads otherwise, if any."""

    revision: str
    until: int | None

    @property
    def lasts(self) -> bool:
        """Return True when the list is still what this request would be given at the same address."""
        return self.holds(current_revision(), now())

    def holds(self, revision: str | None, moment: datetime) -> bool:
        """Return True when a list of this validity is true where the revision is this one, at this moment."""
        return self.revision == revision and (self.until is None or moment.timestamp() < self.until)


def current_revision() -> str | None:
    """Return the revision of this request, read once and before the list; None where the service has none."""
    if "live_revision" not in g:
        revisions = find_part(Revisions)
        g.live_revision = revisions and revisions.read(current_login().token)
    revision: str | None = g.live_revision
    return revision


def holds_until(*moments: datetime | None) -> None:
    """Say when the list of this request will read otherwise though no record of it changes."""
    known: datetime | None = g.get("live_holds_until")
    g.live_holds_until = min((moment for moment in (known, *moments) if moment and moment > now()), default=None)


def shows_renewals() -> None:
    """Say that the list of this request shows when phones last renewed their registrations, or until when."""
    holds_until(now() + RENEWALS_SHOWN_WITHIN)


def changes_unseen() -> None:
    """Say that what this request shows is no record, so that no revision tells when it is another."""
    holds_until(now() + timedelta(microseconds=1))


def shows_a_part() -> None:
    """Say that the list of this request lacks something that the service did not tell."""
    holds_until(now() + IN_PART_FOR)


def validity_of_list() -> Validity | None:
    """Return the validity of the list that this request has read; None where the service has no revisions."""
    revision, until = current_revision(), g.get("live_holds_until")
    return None if revision is None else Validity(revision, until and int(until.timestamp()))


def stamp_of(digest: str) -> str:
    """Return the stamp of the list of this request with this digest; empty where the service has no revisions."""
    valid = validity_of_list()
    if valid is None:
        return ""
    return _stamp("" if valid.until is None else f"{valid.until:x}", valid.revision, digest)


def validity_by_stamp(stamp: str, digest: str) -> Validity | None:
    """Return the validity of the list with this stamp and digest; None where this request would be given another."""
    written, revision = _WRITTEN.fullmatch(stamp), current_revision()
    if not written or revision is None or stamp != _stamp(written[1], revision, digest):
        return None
    validity = Validity(revision, int(written[1], 16) if written[1] else None)
    return validity if validity.lasts else None


def key_of_list() -> str:
    """Return a name for the list that this request asks for, of this login session."""
    return _digest(current_login().token, *_surroundings())


def _stamp(until: str, *parts: str) -> str:
    return f"{until}.{_digest(until, *parts, *_surroundings())}"


def _digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def _surroundings() -> tuple[object, ...]:
    """Return what a list depends on beside its records: the address, the visitor, choices in cookies, the portal."""
    login, engine, environ = current_login(), current_sip_engine(), request.environ
    return (
        *(environ.get(name) for name in ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")),
        *lasting_cookies(),
        *(login.username, login.is_administrator, login.time_zone),
        *(_portal(capabilities(), engine and engine.server), engine_answers()),
    )


def engine_answers() -> bool | None:
    """Return whether the SIP engine answers; None where there is none."""
    engine = current_sip_engine()
    return None if engine is None else engine.status.answers


@cache
def _portal(known: Capabilities, server: PhoneServer | None) -> str:
    """Return what stays the same as long as a process runs."""
    return _digest(__version__, known, server)
