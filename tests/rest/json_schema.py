"""The part of JSON Schema (draft 2020-12) that the description of the interface uses."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
KNOWN = frozenset(
    [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "format",
        "minimum",
        "maximum",
        "maxLength",
        "minLength",
        "pattern",
        "$ref",
        "anyOf",
    ]
)
ABOUT = frozenset({"description", "readOnly", "writeOnly", "default"})
"""What no value breaks."""


def complaints(value: object, schema: Mapping[str, Any], document: Mapping[str, Any], at: str = "$") -> Iterator[str]:
    """Yield what of a value is not as a schema says; an assertion fails for a word that is not known here."""
    assert schema.keys() <= KNOWN | ABOUT, schema.keys()
    if reference := schema.get("$ref"):
        yield from complaints(value, resolved(reference, document), document, at)
        return
    if options := schema.get("anyOf"):
        if all(list(complaints(value, option, document, at)) for option in options):
            yield f"{at}: {value!r} is none of {options}"
        return
    types = schema.get("type", [])
    if not any(_is(value, name) for name in ([types] if isinstance(types, str) else types)):
        yield f"{at}: {value!r} is not {types}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not among {schema['enum']}"
    elif isinstance(value, dict):
        yield from _of_object(value, schema, document, at)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from complaints(item, schema["items"], document, f"{at}[{number}]")
    elif isinstance(value, str):
        yield from _of_text(value, schema, at)
    elif isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value} is out of range"


def resolved(reference: str, document: Mapping[str, Any]) -> Any:
    """Return the part of a document that a reference leads to."""
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def _is(value: object, name: str) -> bool:
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def _of_object(
    value: Mapping[str, Any], schema: Mapping[str, Any], document: Mapping[str, Any], at: str
) -> Iterator[str]:
    properties = schema.get("properties", {})
    yield from (f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, found in value.items():
        if name in properties:
            yield from complaints(found, properties[name], document, f"{at}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{at}: {name} is not known"


def _of_text(value: str, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: {value!r} has another length"
    if not re.search(schema.get("pattern", "").replace("$", r"\Z"), value):
        yield f"{at}: {value!r} is not of the pattern"
    try:
        if schema.get("format") == "uuid":
            assert str(UUID(value)) == value
        if schema.get("format") == "date-time":
            assert datetime.fromisoformat(value).tzinfo
    except (ValueError, AssertionError):
        yield f"{at}: {value!r} is no {schema['format']}"
