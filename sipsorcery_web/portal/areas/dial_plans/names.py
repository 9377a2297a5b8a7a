"""Providers, accounts and plans that a script names and its owner does not have."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .references import Reference, references
from .warnings import ScriptWarning

_HOST = re.compile(r".*[.:\[].*|localhost", re.IGNORECASE)
"""A name with a dot or a port is a host; names of providers have none."""


@dataclass(frozen=True)
class Known:
    """The names that an owner's scripts can use, in small letters; `domains` are those of the service."""

    accounts: Collection[str]
    providers: Collection[str]
    domains: Collection[str]
    plans: Collection[str]


def unknown_names(script_type: str | None, script: str, known: Known) -> Iterator[ScriptWarning]:
    """Yield a remark for each name that is not known, once for each line."""
    said = set()
    for reference in references(script_type, script):
        message = _remark(reference, known)
        if message and (reference.line, message) not in said:
            said.add((reference.line, message))
            yield ScriptWarning(reference.line, message)


def _remark(reference: Reference, known: Known) -> str:
    if reference.kind == "switch":
        return ""
    if reference.kind == "plan":
        return "" if reference.text.lower() in known.plans else f"There is no dial plan {reference.text}."
    where = (reference.where or "").lower()
    if reference.kind == "account" or where in known.domains:
        user = (reference.user or "").lower()
        if not user or user in known.accounts or user.rpartition(".")[2] in known.accounts:
            return ""
        return f"There is no SIP account {reference.user} among yours."
    if not where or where in known.providers or _HOST.fullmatch(where):
        return ""
    return f"There is no provider {reference.where}."
