"""The descriptions of an endpoint: the contracts for code generators, a page for people (spec, section 1.1)."""

from typing import Any

from flask import Response, abort, render_template, request
from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.extensions_wsdl import extensions_wsdl
from sipsorcery_web.contract.wsdl import NOTIFICATIONS_WSDL_PATH, WSDL_PATH

_ACTION = "{http://www.w3.org/2006/05/addressing/wsdl}Action"
WSDL_QUERIES = ({"wsdl"}, {"singlewsdl"})
"""What WCF calls the contract in parts and in one file; here it is one file in any case."""
EXTENSIONS = "extensions"
"""What stands beside either for the operations that are not the original's."""


def published(address: str) -> Response | str:
    """The page of the provisioning service's endpoint, or one of its contracts.

    :raise 404: for any other query.
    """
    asked = _asked()
    if not asked:
        return render_template("service/endpoint.html", address=address)
    if asked - {EXTENSIONS} not in WSDL_QUERIES:
        abort(404)
    return _document(published_extensions(address) if EXTENSIONS in asked else published_wsdl(address))


def published_notifications(address: str) -> Response | str:
    """The page of the notification service's endpoint, or its contract.

    :raise 404: for any other query.
    """
    asked = _asked()
    if not asked:
        return render_template("service/notifications.html", address=address)
    if asked not in WSDL_QUERIES:
        abort(404)
    tree = etree.fromstring(NOTIFICATIONS_WSDL_PATH.read_bytes())
    return _document(_published(tree, names.NOTIFICATIONS, address))


def published_wsdl(address: str) -> bytes:
    """The original's contract, as it is published."""
    return _published(etree.fromstring(WSDL_PATH.read_bytes()), names.SVC, address)


def published_extensions(address: str) -> bytes:
    """The contract of the extensions, as it is published."""
    return _published(etree.fromstring(extensions_wsdl()), names.EXTENSIONS, address)


def _asked() -> set[str]:
    return {name.lower() for name in request.args}


def _document(content: bytes) -> Response:
    return Response(content, content_type="text/xml; charset=utf-8")


def _published(tree: Any, namespace: str, address: str) -> bytes:
    """A contract with the address of this installation, and with the actions where code generators look for them.

    The bundled contract is without these (WS-Addressing WSDL Binding, section 4.4): zeep would send headers for them.
    """
    for element in tree.iter(f"{{{names.WSDL_SOAP}}}address"):
        element.set("location", address)
    for operation in tree.iterfind(f"{{{names.WSDL}}}portType/{{{names.WSDL}}}operation"):
        action = names.action_of(namespace, operation.attrib["name"])
        for message, ending in (("input", ""), ("output", "Response")):
            for element in operation.iterfind(f"{{{names.WSDL}}}{message}"):
                element.set(_ACTION, action + ending)
    return etree.tostring(tree, xml_declaration=True, encoding="utf-8")
