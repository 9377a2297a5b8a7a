"""The WSDLs as XML Schemas that messages are validated against: the original's two, and that of the extensions."""

from collections.abc import Callable
from functools import cache
from typing import Any

from lxml import etree

from . import names
from .extensions_wsdl import extensions_wsdl
from .wsdl import NOTIFICATIONS_WSDL_PATH, WSDL_PATH, inline_schemas

_WSDLS: dict[str, Callable[[], bytes]] = {
    names.SVC: WSDL_PATH.read_bytes,
    names.NOTIFICATIONS: NOTIFICATIONS_WSDL_PATH.read_bytes,
    names.EXTENSIONS: extensions_wsdl,
}


@cache
def message_schema(namespace: str = names.SVC) -> etree.XMLSchema:
    """One schema over all inline schemas of the WSDL whose messages are of this namespace."""
    schemas = inline_schemas(etree.fromstring(_WSDLS[namespace]()))
    for schema in schemas.values():
        for imported in schema.iter(f"{{{names.XS}}}import"):
            imported.set("schemaLocation", f"contract:{imported.get('namespace')}")
    parser = etree.XMLParser()
    parser.resolvers.add(_Inline({space: etree.tostring(schema) for space, schema in schemas.items()}))
    return etree.XMLSchema(etree.fromstring(etree.tostring(schemas[namespace]), parser))


class _Inline(etree.Resolver):
    """A resolver of the imports between the inline schemas, and nothing else."""

    def __init__(self, schemas: dict[str, bytes]) -> None:
        super().__init__()
        self._schemas = schemas

    def resolve(self, system_url: Any, public_id: Any, context: Any) -> Any:
        return self.resolve_string(self._schemas[system_url.removeprefix("contract:")], context)
