"""Proofs of the last minutes: some things nobody does with a session alone.

A view says so with `needs_recent_proof`, or asks for it in the middle with `require_recent_proof`. A proof is a field
of the very POST that needs it; `WaysToProve` has what is accepted as one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from flask import request

from . import session
from .backend import current_login
from .clock import now
from .parts import part

V = TypeVar("V", bound=Callable[..., Any])
Proof = Callable[[str, str], bool]
"""Tells of a username and what was typed whether it proves that they are here. It raises TooManyAttempts."""

HOLDS_FOR = timedelta(minutes=10)
FIELD = "proof_password"


class ProofNeeded(Exception):
    """An error for a request that needs a proof first; `wrong` names the field with one that proves nothing."""

    def __init__(self, wrong: str = "") -> None:
        super().__init__(wrong)
        self.wrong = wrong


@dataclass(frozen=True)
class WaysToProve:
    """The fields of a form that prove who sends it, and how each is looked at."""

    fields: Mapping[str, Proof]


def needs_recent_proof(*methods: str) -> Callable[[V], V]:
    """Mark a view that carries out these methods for who has just proven who they are.

    `"GET"` beside `"POST"` where its form has secrets: these are kept nowhere, so it is asked before they are typed.
    """

    def mark(view: V) -> V:
        view.__dict__["needs_recent_proof"] = frozenset(methods)
        return view

    return mark


def methods_with_proof(view: Callable[..., Any] | None) -> frozenset[str]:
    """Return the methods of a view that need a proof."""
    methods: frozenset[str] = getattr(view, "needs_recent_proof", frozenset())
    return methods | {"HEAD"} if "GET" in methods else methods


def is_proof_recent() -> bool:
    """Return whether the visitor's last proof still holds; one of a clock that was ahead does not."""
    proved_at = current_login().proved_at
    return proved_at is not None and timedelta() <= now() - proved_at < HOLDS_FOR


def require_recent_proof() -> None:
    """Raise ProofNeeded unless the visitor has just proven who they are."""
    if not is_proof_recent():
        raise ProofNeeded


def brings_proof() -> bool:
    """Return whether this request has a field that is to prove who sends it."""
    return request.method == "POST" and not part(WaysToProve).fields.keys().isdisjoint(request.form)


def look_at_proof() -> None:
    """Note that the visitor has proven who they are. Raises ProofNeeded where what came proves nothing."""
    ways, username = part(WaysToProve).fields, current_login().username
    name = next((name for name in ways if request.form.get(name)), FIELD)  # one try for a request, the password first
    typed = request.form.get(name)
    if not typed or not ways[name](username, typed):
        raise ProofNeeded(name)
    session.prove()
