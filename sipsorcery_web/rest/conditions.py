"""The entity tags of records, and what a request makes a condition of (RFC 9110, sections 8.8.3 and 13.1.1)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.http import parse_etags
from werkzeug.wrappers import Request

from sipsorcery_web.contract.records import Record, places_of, values_of

from .problems import Problem

COUNTERS = ("execution_count",)
"""Fields that calls change, as they go on: whoever changes a record has no conflict with them."""
HEADER = "If-Match"


@dataclass(frozen=True)
class Tags:
    """The tags of this installation. They are keyed, since secrets take part in them."""

    key: bytes

    def of_values(self, record: type[Record], values: Sequence[Any]) -> str:
        """Return the tag of a record with these values, as it is told to its reader."""
        places = places_of(record)
        counted = {places[name] for name in COUNTERS if name in places}
        shown = [value for place, value in enumerate(values) if place not in counted]
        return f'"{hashlib.blake2b(repr(shown).encode(), key=self.key, digest_size=16).hexdigest()}"'

    def of(self, record: Record) -> str:
        """Return the tag of a record."""
        (values,) = values_of(type(record), [record])
        return self.of_values(type(record), values)

    def condition(self, request: Request, is_owed: bool = False) -> Callable[[Any], bool] | None:
        """Return the condition that a request makes on the stored record; None for none, and for `*`.

        Problem where one is owed: whoever replaces a whole record has to have seen it.
        """
        given = request.headers.get(HEADER, "").strip()
        if not given and is_owed:
            raise Problem(428, "A replacement has to name what it replaces: send If-Match.", field=HEADER)
        if not given or given == "*":
            return None
        wanted = parse_etags(given)
        return lambda stored: wanted.contains(self.of(stored).strip('"'))
