"""The bundled WSDL as a document and as an XML Schema that messages are validated against."""

from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from . import names

WSDL_PATH = Path(__file__).with_name("provisioning.wsdl")


@cache
def message_schema() -> etree.XMLSchema:
    """One schema over all inline schemas of the WSDL."""
    inline = etree.parse(WSDL_PATH).iter(f"{{{names.XS}}}schema")
    schemas = {schema.attrib["targetNamespace"]: schema for schema in inline}
    for schema in schemas.values():
        for imported in schema.iter(f"{{{names.XS}}}import"):
            imported.set("schemaLocation", f"contract:{imported.get('namespace')}")
    parser = etree.XMLParser()
    parser.resolvers.add(_Inline({namespace: etree.tostring(schema) for namespace, schema in schemas.items()}))
    return etree.XMLSchema(etree.fromstring(etree.tostring(schemas[names.SVC]), parser))


class _Inline(etree.Resolver):
    """A resolver of the imports between the inline schemas, and nothing else."""

    def __init__(self, schemas: dict[str, bytes]) -> None:
        super().__init__()
        self._schemas = schemas

    def resolve(self, system_url: Any, public_id: Any, context: Any) -> Any:
        return self.resolve_string(self._schemas[system_url.removeprefix("contract:")], context)
