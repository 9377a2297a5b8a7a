"""The WSDLs of the original's contracts, and the schemas that stand in a WSDL."""

from pathlib import Path
from typing import Any

from . import names

WSDL_PATH = Path(__file__).with_name("provisioning.wsdl")
NOTIFICATIONS_WSDL_PATH = Path(__file__).with_name("notifications.wsdl")


def inline_schemas(document: Any) -> dict[str, Any]:
    """Return the schemas in a WSDL by their namespaces."""
    return {schema.attrib["targetNamespace"]: schema for schema in document.iter(f"{{{names.XS}}}schema")}
