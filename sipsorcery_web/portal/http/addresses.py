"""Addresses of the portal's own pages, each made from one that Flask has made of the same kind.

A page has some hundred addresses that differ in an id alone, and `Flask.url_for` looks for the rule of each anew. Here
it is asked once, with marks in place of the values.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

from flask import Flask, Request, has_request_context, request
from werkzeug.routing import BuildError

MOST = 2_000
"""Kinds that are kept; there are some dozens under each path that the portal is mounted at."""
_SAFE = "!$'()*,/:;?@"
"""What Werkzeug leaves in a query as it is."""
_IS_PLAIN = re.compile(r"[\w.-]*", re.ASCII).fullmatch
_MARK = re.compile(r"mark(\d+)k")


@dataclass(frozen=True)
class Pattern:
    """The address of a kind, with a place for each value, and which of them stand in its query."""

    text: str
    in_query: frozenset[str]

    @classmethod
    def of(cls, address: str, names: tuple[str, ...]) -> "Pattern | None":
        """Return the pattern of an address with marks in place of these values; None where they are not all in it."""
        path, mark, query = address.replace("%", "%%").partition("?")
        found = [int(number) for number in _MARK.findall(address)]
        if sorted(found) != [*range(len(names))]:
            return None
        text = _MARK.sub(lambda each: f"%({names[int(each[1])]})s", path + mark + query)
        return cls(text, frozenset(names[int(number)] for number in _MARK.findall(query)))

    def with_values(self, values: dict[str, Any]) -> str | None:
        """Return the address with these values; None where one of them is not written as it is."""
        for name, value in values.items():
            if type(value) is UUID:
                continue
            if type(value) is not str:
                return None
            if not _IS_PLAIN(value):
                if name not in self.in_query:
                    return None
                values = values | {name: quote_plus(value, safe=_SAFE)}
        return self.text % values


class Addresses:
    """The `url_for` of an application."""

    def __init__(self, app: Flask) -> None:
        self._by_flask: Callable[..., str] = app.url_for
        self._patterns: dict[tuple[Any, ...], Pattern | None] = {}

    def url_for(
        self,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Return the address of an endpoint, as `Flask.url_for` does."""
        is_usual = (_method, _scheme, _external) == (None, None, None) and has_request_context()
        address = self._by_pattern(endpoint, _anchor, values) if is_usual else None
        return address or self._by_flask(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def _by_pattern(self, endpoint: str, anchor: str | None, values: dict[str, Any]) -> str | None:
        # Once: a look through a proxy costs as much as the rest.
        here: Request = request._get_current_object()  # type: ignore[attr-defined]
        kind = (endpoint, anchor, here.root_path, here.blueprint if endpoint[0] == "." else "", *values)
        try:
            pattern = self._patterns[kind]
        except KeyError:
            pattern = self._learnt(kind, endpoint, anchor, tuple(values))
        return None if pattern is None else pattern.with_values(values)

    def _learnt(
        self, kind: tuple[Any, ...], endpoint: str, anchor: str | None, names: tuple[str, ...]
    ) -> Pattern | None:
        if len(self._patterns) >= MOST:
            self._patterns.clear()
        marks = {name: f"mark{number}k" for number, name in enumerate(names)}
        try:
            pattern = Pattern.of(self._by_flask(endpoint, _anchor=anchor, **marks), names)
        except (BuildError, ValueError):  # a converter that takes some values only
            pattern = None
        self._patterns[kind] = pattern
        return pattern


def init_app(app: Flask) -> None:
    """Give an application, and its templates, addresses at less cost."""
    app.url_for = Addresses(app).url_for  # type: ignore[method-assign]
