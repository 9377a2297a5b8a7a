"""The addresses of the resources and what may be done at each, from the table of resources."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from .json_values import WrongType, read_id
from .problems import Problem
from .resources import RESOURCES, Resource, Verb

PREFIX = "/api/v1"
OF_PROGRAMS = "/api"
"""Where nothing but programs asks for anything."""
DOCUMENT = "/openapi.json"
"""Where the description of the interface is, for everybody."""
OF_ONE = "/{id}"


@dataclass(frozen=True)
class Route:
    """A verb of a resource at its address below the prefix."""

    verb: Verb
    resource: Resource

    @property
    def method(self) -> str:
        """The method of HTTP."""
        return self.verb.method

    @property
    def has_id(self) -> bool:
        """Return True where the address ends with the id of a record."""
        return self.verb not in (Verb.LIST, Verb.ADD) and not self.resource.is_single

    @property
    def path(self) -> str:
        """The address, with `{id}` for the id."""
        return f"/{self.resource.noun}{OF_ONE if self.has_id else ''}"

    @cached_property
    def operation_id(self) -> str:
        """The name of what is done, for generated clients."""
        words = {Verb.LIST: "list", Verb.ADD: "add", Verb.REPLACE: "replace", Verb.CHANGE: "change"}
        noun = self.resource.noun if self.verb is Verb.LIST else self.resource.noun.removesuffix("s")
        return f"{words.get(self.verb, self.verb.name.lower())}_{noun.replace('-', '_')}"

    @property
    def scope(self) -> str:
        """The scope that a token needs."""
        return self.resource.operation(self.verb).scope or ""


ROUTES = tuple(Route(verb, resource) for resource in RESOURCES for verb in resource.verbs)


@dataclass(frozen=True)
class Place:
    """An address that was asked for: the routes there by their methods, and the id in it."""

    routes: Mapping[str, Route]
    id: UUID | None = None

    @property
    def methods(self) -> str:
        """The methods that may be used there, as the header Allow names them."""
        return allowed_methods(self.routes)


def is_of_programs(path: str) -> bool:
    """Return True for a path, perhaps with a query, of which programs alone know."""
    return path.partition("?")[0].startswith(f"{OF_PROGRAMS}/") or path.partition("?")[0] == OF_PROGRAMS


def place_at(path: str) -> Place:
    """Return what is at a path below the prefix; Problem where nothing is."""
    noun, has_more, rest = path.removeprefix("/").partition("/")
    routes = _BY_PATH.get(f"/{noun}{OF_ONE if has_more else ''}", {})
    try:
        id = read_id(rest) if has_more else None
    except WrongType:
        routes = {}
    if not routes:
        raise Problem(404, "There is nothing at this address.")
    return Place(routes, id)


def allowed_methods(methods: Iterable[str]) -> str:
    """Return what may be used where there are these methods, as the header Allow names it."""
    return ", ".join(_allowed(methods))


def _by_path() -> Mapping[str, Mapping[str, Route]]:
    found: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        found.setdefault(route.path, {})[route.method] = route
    return found


def _allowed(methods: Iterable[str]) -> Iterator[str]:
    for method in methods:
        yield method
        if method == "GET":
            yield "HEAD"
    yield "OPTIONS"


_BY_PATH = _by_path()
