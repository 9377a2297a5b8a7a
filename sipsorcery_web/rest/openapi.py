"""The description of the interface (OpenAPI 3.1), from the table of resources."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.version import __version__

from .acts import ACTS, NOUN, SCHEMAS, Act
from .bodies import JSON, media_types
from .filters import CURSOR, LIMIT, LIMITS, SEARCH, SINCE, USUAL_LIMIT, WAIT, filters_of, paging_of
from .handlers import IDEMPOTENCY_KEY
from .json_values import written
from .problems import MEDIA_TYPE
from .resources import CHANGING, RESOURCES, Resource, Verb
from .routes import PREFIX, ROUTES, Route
from .schemas import Schema, choices_of, given_schema_of, name_of, reference_to, schema_of, value_schema
from .waiting import LONGEST

SECURITY = "token"
PROBLEMS = {
    400: "A parameter, a header or the JSON cannot be read.",
    401: "There is no good token.",
    403: "The token does not have the scope.",
    404: "There is no such record of the token's customer.",
    409: "A name or an id is taken.",
    412: "The record has changed since it was read.",
    413: "The content is too large.",
    414: "The address is too long.",
    415: "The content is of another type.",
    422: "A rule is broken; `rule` and `field` say which and where.",
    428: "If-Match is needed.",
    429: "Too much was asked for; Retry-After says how many seconds to wait.",
    503: "The service cannot do this at the moment.",
}
ABOUT = (
    "The operations of the provisioning service as resources. Tokens are made under Security, and each operation names "
    "the scope that it needs. Names are those of the records' fields, times are those of RFC 3339, in UTC, and errors "
    "are problem details (RFC 9457)."
)


@lru_cache(8)
def document_bytes(domain: str, root: str) -> bytes:
    """Return the description of an installation with this SIP domain that is under this path."""
    return written(document(domain, root))


def document(domain: str, root: str = "") -> dict[str, Any]:
    """Return the description as data; the domain stands in its examples."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "SIPSorcery Web", "version": __version__, "description": ABOUT},
        "servers": [{"url": f"{root}{PREFIX}"}],
        "tags": [{"name": resource.noun, "description": _sentence(resource.many)} for resource in RESOURCES],
        "paths": _paths(domain),
        "components": {
            "securitySchemes": {SECURITY: {"type": "http", "scheme": "bearer", "description": _scopes()}},
            "schemas": {**_schemas(), "Problem": _problem_schema()},
            "responses": {_problem_name(status): _problem(text) for status, text in PROBLEMS.items()},
        },
    }


def _paths(domain: str) -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        at = paths.setdefault(route.path, {"parameters": [_id()]} if route.has_id else {})
        at[route.method.lower()] = _operation(route, domain)
    for act in ACTS:
        ids = [_id(), *([_id("case_id")] if act.has_case else [])]
        paths.setdefault(act.path, {"parameters": ids})[act.method.lower()] = _operation_of_act(act)
    return paths


def _operation_of_act(act: Act) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": act.operation_id,
        "summary": act.summary,
        "tags": [NOUN],
        "security": [{SECURITY: list(act.scopes)}],
        "parameters": [],
        "responses": dict(_responses_of_act(act)),
    }
    if act.takes:
        content = {"schema": reference_to(act.takes), "example": _EXAMPLE_OF_TRY}
        found["requestBody"] = {"required": True, "content": {JSON: content}}
    return found


def _responses_of_act(act: Act) -> Iterator[tuple[str, dict[str, Any]]]:
    place = {"Location": {"description": "Its address.", "schema": {"type": "string"}}}
    more = {"headers": place} if act.status == 201 else {}
    yield (
        str(act.status),
        (_content(f"{act.summary}.", act.gives) if act.gives else {"description": "It is done."}) | more,
    )
    for status in (400, 401, 403, 404, *((413, 415) if act.takes else ()), *((422,) if act.tries else ()), 429, 503):
        yield str(status), {"$ref": f"#/components/responses/{_problem_name(status)}"}


_EXAMPLE_OF_TRY = {"number": "0871550142", "answers": {"0871550142@blueline": "answered after 5"}}


def _operation(route: Route, domain: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": route.operation_id,
        "summary": summary_of(route),
        "tags": [route.resource.noun],
        "security": [{SECURITY: [route.scope]}],
        "parameters": list(_parameters(route)),
        "responses": dict(_responses(route)),
    }
    if route.verb in (Verb.ADD, Verb.REPLACE, Verb.CHANGE):
        schema = reference_to(_given_name(route.resource, route.verb is Verb.ADD))
        content = {"schema": schema, "example": example_of(route, domain)}
        found["requestBody"] = {"required": True, "content": dict.fromkeys(media_types(route.verb), content)}
    return found


def example_of(route: Route, domain: str) -> Schema:
    """Return an example of what is sent."""
    new = {
        "sip-accounts": {"sip_username": "front-desk", "sip_domain": domain, "sip_password": "Ch4nge.it.now"},
        "providers": {"provider_name": "blueline", "provider_server": "sip.blueline.example"},
        "dial-plans": {"dial_plan_name": "lunch-break", "dial_plan_script": 'sys.Log("noon")'},
    }[route.resource.noun]
    return dict(list(new.items())[-1:]) if route.verb is Verb.CHANGE else new


def summary_of(route: Route) -> str:
    """Return a sentence about what a route does."""
    one, many = route.resource.one, route.resource.many
    if route.resource.is_single:
        return f"Read the {one} whom the token stands for"
    article = "an" if one[0] in "aeiou" else "a"
    return {
        Verb.LIST: f"List {many}",
        Verb.GET: f"Read {article} {one}",
        Verb.ADD: f"Add {article} {one}",
        Verb.REPLACE: f"Replace all that can be set of {article} {one}",
        Verb.CHANGE: f"Change what is sent of {article} {one}",
        Verb.DELETE: route.resource.deleting or f"Delete {article} {one}",
    }[route.verb]


def _parameters(route: Route) -> Iterator[dict[str, Any]]:
    resource = route.resource
    if route.verb is Verb.LIST:
        yield from (_PAGING[name] for name in paging_of(resource))
        for name, found in filters_of(resource).items():
            yield _query(name, value_schema(found.entry), _sentence(f"{resource.many} {found.says}"))
    elif route.verb is Verb.ADD:
        about = "Makes it safe to send the same once more, for a day."
        yield _header(IDEMPOTENCY_KEY, about, {"type": "string", "pattern": "^[!-~]{1,200}$"})
    elif route.verb in CHANGING and resource.is_changeable:
        about = "The ETag of the record as it was read, or `*` for whatever is there."
        yield _header("If-Match", about, {"type": "string"}, is_needed=route.verb is Verb.REPLACE)


_PAGING = {
    SEARCH: {"name": SEARCH, "in": "query", "description": "A text to look for.", "schema": {"type": "string"}},
    LIMIT: {
        "name": LIMIT,
        "in": "query",
        "description": "The records of a page.",
        "schema": {"type": "integer", "minimum": LIMITS[0], "maximum": LIMITS[1], "default": USUAL_LIMIT},
    },
    CURSOR: {
        "name": CURSOR,
        "in": "query",
        "description": "The `next_cursor` of the page before, with the same filters.",
        "schema": {"type": "string"},
    },
    SINCE: {
        "name": SINCE,
        "in": "query",
        "description": "The `revision` of an earlier answer: 204 where nothing has changed since.",
        "schema": {"type": "string"},
    },
    WAIT: {
        "name": WAIT,
        "in": "query",
        "description": "With `since`, the seconds to wait for a change, so that it is told as it happens. Few wait at "
        "once: a 204 with Retry-After did not wait.",
        "schema": {"type": "integer", "minimum": 0, "maximum": LONGEST, "default": 0},
    },
}


def _query(name: str, schema: Schema, about: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": about, "schema": schema}


def _header(name: str, about: str, schema: Schema, is_needed: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": is_needed, "description": about, "schema": schema}


def _id(name: str = "id") -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}


def _responses(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    resource, verb = route.resource, route.verb
    headers = {"ETag": {"description": "For If-Match.", "schema": {"type": "string"}}}
    if verb is Verb.LIST:
        yield "200", _content(_sentence(resource.many), f"{name_of(resource)}List")
        if resource.is_live:
            yield "204", {"description": "Nothing has changed since. With Retry-After the request did not wait."}
    elif verb is Verb.DELETE:
        yield "204", {"description": "It is hung up." if resource.deleting else "It is deleted."}
    else:
        place = {"Location": {"description": "Its address.", "schema": {"type": "string"}}}
        is_new = verb is Verb.ADD
        status, more = ("201", headers | place) if is_new else ("200", headers)
        yield status, _content(_sentence(resource.one), name_of(resource)) | {"headers": more}
    for status_code in _problem_statuses(route):
        yield str(status_code), {"$ref": f"#/components/responses/{_problem_name(status_code)}"}


def _problem_statuses(route: Route) -> Iterator[int]:
    yield from (400, 401, 403)
    if route.has_id:
        yield 404
    if route.verb is Verb.LIST:
        yield 414
    if route.verb is Verb.ADD:
        yield from (409, 413, 415, 422)
    elif route.verb in (Verb.REPLACE, Verb.CHANGE):
        yield from (409, 412, 413, 415, 422)
    elif route.verb is Verb.DELETE and route.resource.is_changeable:
        yield from (412, 422)
    if route.verb is Verb.REPLACE:
        yield 428
    yield from (429, 503)


def _schemas() -> dict[str, Schema]:
    return dict(_each_schema())


def _each_schema() -> Iterator[tuple[str, Schema]]:
    yield from SCHEMAS.items()
    for resource in RESOURCES:
        yield from choices_of(resource)
        yield name_of(resource), schema_of(resource)
        if not resource.is_single:
            yield f"{name_of(resource)}List", _list_schema(resource)
        if Verb.ADD in resource.verbs:
            yield _given_name(resource, True), given_schema_of(resource, True)
            yield _given_name(resource, False), given_schema_of(resource, False)


def _list_schema(resource: Resource) -> Schema:
    properties: Schema = {
        "items": {"type": "array", "items": reference_to(name_of(resource))},
    }
    if not resource.read_at_once:
        properties["next_cursor"] = {"type": ["string", "null"]}
    if resource.is_live:
        properties["revision"] = {"type": "string"}
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _given_name(resource: Resource, is_new: bool) -> str:
    return f"{'New' if is_new else 'Changed'}{name_of(resource)}"


def _content(about: str, schema: str) -> dict[str, Any]:
    return {
        "description": about,
        "content": {JSON: {"schema": reference_to(schema)}},
    }


def _problem(about: str) -> dict[str, Any]:
    return {"description": about, "content": {MEDIA_TYPE: {"schema": reference_to("Problem")}}}


def _problem_name(status: int) -> str:
    return f"Problem{status}"


def _problem_schema() -> Mapping[str, Any]:
    texts = ("type", "title", "detail", "rule", "field", "request_id")
    return {
        "type": "object",
        "description": "A problem (RFC 9457). `rule` and `field` are there where a rule of the contract is broken.",
        "properties": {name: {"type": "string"} for name in texts} | {"status": {"type": "integer"}},
        "required": ["type", "title", "status", "detail"],
    }


def _scopes() -> str:
    return f"A token for programs. Its scopes are among {', '.join(SCOPES)}."


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
