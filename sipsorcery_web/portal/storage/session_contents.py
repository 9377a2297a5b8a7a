"""The contents of a browser session, as values and as JSON; never pickle, which makes code of stored bytes."""

import json
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from sipsorcery_web.hashes import hash_secret, shown_id

CSRF_KEY = "csrf_token"  # Flask-WTF's name for its secret in the session


class SessionContentsError(Exception):
    """An error for stored contents of another shape than this version writes."""


@dataclass(frozen=True)
class LoginSession:
    """A user who has signed in. The token stays on the server; the session ends no later than the token."""

    username: str
    token: str = field(repr=False)
    signed_in_at: datetime
    ends_at: datetime
    is_administrator: bool
    time_zone: str
    proved_at: datetime | None = None
    """When the user has last proven who they are; None in sessions of versions that did not note it."""
    address: str = ""
    """Where it was used from last, as `user_agent` is what it was used with."""
    user_agent: str = ""
    last_used_at: datetime | None = None
    administers_members: bool = False
    """Whether the user is the administrator of a label, and no other."""

    @property
    def administers(self) -> bool:
        """Return True for every administrator: of all customers, and of a label's members."""
        return self.is_administrator or self.administers_members

    @property
    def id(self) -> UUID:
        """Return what its owner knows it by, which leads back to neither the token nor the session's own id."""
        return shown_id(hash_secret(self.token))


@dataclass(frozen=True)
class EndedSession:
    """The user of an ended session and its end. `csrf_secret` tells the forms made for it, None if none were."""

    username: str
    ended_at: datetime
    csrf_secret: str | None = field(repr=False)
    time_zone: str = ""


@dataclass(frozen=True)
class SessionContents:
    """A session: the values of Flask's `session`, who has signed in, and whose session this browser had before."""

    values: dict[str, Any] = field(default_factory=dict)
    login: LoginSession | None = None
    ended_session: EndedSession | None = None

    @property
    def is_empty(self) -> bool:
        """Return True when there is nothing worth a row and a cookie; the memory of an ended session alone is not."""
        return not self.values and self.login is None

    def as_ended(self, at: datetime) -> EndedSession | None:
        """Return the contents that remain after their end."""
        if self.login is None:
            return self.ended_session
        return EndedSession(self.login.username, at, self.values.get(CSRF_KEY), self.login.time_zone)

    def to_json(self) -> str:
        """Return these contents as text, the same for the same contents.

        Raises TypeError or ValueError for a value that JSON does not have.
        """
        parts = {"values": self.values, "visit": _as_parts(self.login), "ended": _as_parts(self.ended_session)}
        return json.dumps(parts, default=_write_moment, allow_nan=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The contents that `to_json` wrote. Raises SessionContentsError."""
        try:
            parts = json.loads(text)
            return cls(dict(parts["values"]), _read_login(parts["visit"]), _read_ended(parts["ended"]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SessionContentsError("A stored session cannot be read.") from error


def with_changes(before: SessionContents, after: SessionContents, meanwhile: SessionContents) -> SessionContents:
    """Return `meanwhile`, with what changed from `before` to `after`: two requests of a session both keep theirs."""
    removed = before.values.keys() - after.values.keys()
    changed = {name: value for name, value in after.values.items() if before.values.get(name, _ABSENT) != value}
    values = {name: value for name, value in meanwhile.values.items() if name not in removed} | changed
    return replace(meanwhile, values=values, login=_login_with_changes(before.login, after.login, meanwhile.login))


def _login_with_changes(
    before: LoginSession | None, after: LoginSession | None, meanwhile: LoginSession | None
) -> LoginSession | None:
    if before is None or after is None or meanwhile is None:
        return meanwhile  # a sign-in or sign-out changes the id, so it is never another request's business
    names = (item.name for item in fields(LoginSession))
    return replace(meanwhile, **{n: getattr(after, n) for n in names if getattr(after, n) != getattr(before, n)})


_ABSENT = object()


def _as_parts(part: LoginSession | EndedSession | None) -> dict[str, Any] | None:
    return None if part is None else vars(part)


def _write_moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"A session cannot hold a {type(value).__name__}.")


def _read_login(parts: dict[str, Any] | None) -> LoginSession | None:
    if parts is None:
        return None
    noted = [name for name in ("proved_at", "last_used_at") if parts.get(name)]
    return LoginSession(**_with_moments(parts, "signed_in_at", "ends_at", *noted))


def _read_ended(parts: dict[str, Any] | None) -> EndedSession | None:
    return None if parts is None else EndedSession(**_with_moments(parts, "ended_at"))


def _with_moments(parts: dict[str, Any], *names: str) -> dict[str, Any]:
    return parts | {name: datetime.fromisoformat(parts[name]) for name in names if parts.get(name) is not None}
