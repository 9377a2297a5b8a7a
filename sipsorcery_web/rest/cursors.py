"""Cursors: the place in a list behind the last record of a page, as a text that nobody else can make.

A page goes on at the key that the list is in the order of, so that the service need not count its way there. Where
several records have that key, the cursor says how many of them were told.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sipsorcery_web.contract.filters import Expression, prop
from sipsorcery_web.contract.records import places_of
from sipsorcery_web.contract.wire_types import NEVER

from .json_values import dumped, read
from .problems import Problem
from .resources import Resource

SEAL_BYTES = 12
PARAMETER = "cursor"


@dataclass(frozen=True)
class Start:
    """The beginning of a page: so many records behind the first with the key, or behind the first of all."""

    key: Any = None
    offset: int = 0

    def where(self, resource: Resource) -> Expression | None:
        """Return the condition on records from the key on."""
        if self.key is None:
            return None
        entry = next(entry for entry in resource.fields if entry.attribute == resource.order)
        field = prop(entry.element)
        return field.at_most(self.key) if resource.is_descending else field.at_least(self.key)

    def behind(self, resource: Resource, rows: Sequence[Sequence[Any]]) -> "Start":
        """Return the beginning of the next page, where this one has these rows."""
        if not resource.order:
            return Start(None, self.offset + len(rows))
        place = places_of(resource.record)[resource.order]
        keys = [row[place] for row in rows]
        last = keys[-1]
        if any(key in (None, NEVER) for key in keys):
            return Start(self.key, self.offset + len(rows))
        before = self.offset if last == self.key else 0
        return Start(last, before + keys.count(last))


@dataclass(frozen=True)
class Cursors:
    """The cursors of this installation; one holds for its list with its filters alone."""

    key: bytes

    def written(self, resource: Resource, asked: str, start: Start) -> str:
        """Return a beginning as a text; `asked` stands for the filters."""
        body = dumped({"k": start.key, "o": start.offset}).encode()
        return base64.urlsafe_b64encode(self._seal(resource, asked, body) + body).decode().rstrip("=")

    def read(self, resource: Resource, asked: str, text: str) -> Start:
        """Return the beginning that a text stands for; Problem for one that was not made for this list."""
        try:
            data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            data = b""
        seal, body = data[:SEAL_BYTES], data[SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(resource, asked, body)):
            raise Problem(400, "The cursor is not one of this list with these filters.", "cursor-unknown", PARAMETER)
        found = json.loads(body)
        return Start(_key(resource, found["k"]), found["o"])

    def _seal(self, resource: Resource, asked: str, body: bytes) -> bytes:
        about = dumped({"noun": resource.noun, "asked": asked}).encode()
        return hmac.digest(self.key, hashlib.sha256(about).digest() + body, "sha256")[:SEAL_BYTES]


def _key(resource: Resource, value: object) -> str | datetime | None:
    if value is None:
        return None
    entry = next(entry for entry in resource.fields if entry.attribute == resource.order)
    found: str | datetime = read(entry, value)
    return found
