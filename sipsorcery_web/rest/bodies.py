"""The bodies of requests: JSON (RFC 8259) of a bounded size and depth, and the record that one describes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from sipsorcery_web.contract.records import OwnedRecord, Record
from sipsorcery_web.contract.set_by_others import new_values

from .json_values import WrongType, read
from .problems import Problem
from .resources import Resource, Verb

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
"""RFC 7396. Records are flat, so that plain JSON can mean nothing else in a PATCH."""


def media_types(verb: Verb) -> tuple[str, ...]:
    """Return the types of content that a verb takes."""
    return (MERGE_PATCH, JSON) if verb is Verb.CHANGE else (JSON,)


def body_of(request: Request, verb: Verb) -> Mapping[str, Any]:
    """Return the object that a request has sent; Problem where it has not."""
    taken = media_types(verb)
    if request.mimetype not in taken:
        header = "Accept-Patch" if verb is Verb.CHANGE else "Accept-Post"
        raise Problem(415, f"The content has to be {' or '.join(taken)}.", headers={header: ", ".join(taken)})
    return object_of(request)


def object_of(request: Request) -> Mapping[str, Any]:
    """Return the object in the content of a request, whatever it says of its type; Problem where there is none."""
    try:
        text = request.get_data().decode("utf-8")
    except RequestEntityTooLarge:
        raise Problem(413, "The content is larger than this service takes.") from None
    except UnicodeDecodeError:
        raise Problem(400, "The content is not in UTF-8.") from None
    try:
        found = json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "The content is not JSON, or nested too deeply.") from None
    if not isinstance(found, dict):
        raise Problem(400, "The content has to be an object.")
    return found


def record_of(resource: Resource, body: Mapping[str, Any], is_whole: bool = False, **more: Any) -> Record:
    """Return the record that a body describes, with the fields that it has.

    One that `is_whole` has all that callers decide about, but for secrets: these stay as they are where they are left
    out. What callers do not decide about may stand in the body, and is not looked at. Problem for an unknown field, and
    for a value of another type.
    """
    known = {entry.attribute: entry for entry in resource.fields}
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name not in known:
            raise Problem(422, f"There is no field {name[:64]!r} here.", "unknown-field", name[:64])
        try:
            found = read(known[name], value)
        except WrongType as error:
            raise Problem(422, f"{name}: {error}", "wrong-type", name) from None
        if resource.is_writable(known[name]):
            values[name] = found
    if is_whole:
        values = dict(usual_values(resource)) | values
    return resource.record(**values, **more, present=frozenset({*values, *more}))


def usual_values(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Yield the values that the fields of a new record have where they are left out."""
    known = new_values(resource.record) if issubclass(resource.record, OwnedRecord) else {}
    for entry in resource.fields:
        if resource.is_writable(entry) and not entry.is_secret:
            yield entry.attribute, known.get(entry.attribute, entry.absent)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")
