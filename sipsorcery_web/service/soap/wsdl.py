"""The descriptions of the endpoint: the contract for code generators, a page for people (spec, section 1.1)."""

from flask import Response, abort, render_template, request
from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.schema import WSDL_PATH

_ACTION = "{http://www.w3.org/2006/05/addressing/wsdl}Action"
WSDL_QUERIES = ({"wsdl"}, {"singlewsdl"})
"""What WCF calls the contract in parts and in one file; here it is one file in any case."""


def published(address: str) -> Response | str:
    """The page of the endpoint, or its contract.

    :raise 404: for any other query.
    """
    asked = {name.lower() for name in request.args}
    if not asked:
        return render_template("service/endpoint.html", address=address)
    if asked not in WSDL_QUERIES:
        abort(404)
    return Response(published_wsdl(address), content_type="text/xml; charset=utf-8")


def published_wsdl(address: str) -> bytes:
    """The contract with the address of this installation, and with the actions where code generators look for them.

    The bundled contract is without these (WS-Addressing WSDL Binding, section 4.4): zeep would send headers for them.
    """
    tree = etree.parse(WSDL_PATH)
    for element in tree.iter(f"{{{names.WSDL_SOAP}}}address"):
        element.set("location", address)
    for operation in tree.iterfind(f"{{{names.WSDL}}}portType/{{{names.WSDL}}}operation"):
        action = names.ACTION_PREFIX + operation.attrib["name"]
        for message, ending in (("input", ""), ("output", "Response")):
            for element in operation.iterfind(f"{{{names.WSDL}}}{message}"):
                element.set(_ACTION, action + ending)
    return etree.tostring(tree, xml_declaration=True, encoding="utf-8")
