"""The SOAP edge: HTTP in, an operation, HTTP out (spec, sections 1.1, 1.7 and 1.8).

Every failure leaves as a fault, but for a message over the size limit: that is HTTP's own 413, as in the original.
"""

import logging
from collections.abc import Collection, Mapping

from flask import Blueprint, Response, request
from lxml import etree
from werkzeug.exceptions import RequestEntityTooLarge

from sipsorcery_web.contract import codec, envelope, names
from sipsorcery_web.contract.envelope import Fault
from sipsorcery_web.contract.errors import ContractError, ProvisioningError
from sipsorcery_web.contract.faults import INTERNAL, INTERNAL_TEXT, fault_for
from sipsorcery_web.contract.operations import Operation

from ..dispatch import Service
from . import wsdl
from .cors import CrossOrigin

log = logging.getLogger(__name__)

NAME = "provisioning_service"
XML = "text/xml; charset=utf-8"


def blueprint(service: Service, fault_status: int = 500, address: str = "", origins: Collection[str] = ()) -> Blueprint:
    """The endpoint at `/provisioning.svc`, and what is published there.

    `fault_status` is 500, or 200 for clients that cannot read a 500. Without an `address` each request tells its own.
    Pages of the `origins` may call it from a browser.
    """
    endpoint = Blueprint(NAME, __name__)

    @endpoint.post(names.ENDPOINT_PATH)
    def answer() -> Response:
        return _answer(service, fault_status)

    @endpoint.get(names.ENDPOINT_PATH)
    def publish() -> Response | str:
        return wsdl.published(address or request.base_url)

    if origins:
        endpoint.after_request(CrossOrigin(frozenset(origins)).allowed)
    return endpoint


def _answer(service: Service, fault_status: int) -> Response:
    try:
        return _reply(envelope.envelope_bytes(_result(service)), 200)
    except ProvisioningError as error:
        fault = fault_for(error)
    except RequestEntityTooLarge as error:
        return Response(error.description, error.code, content_type="text/plain; charset=utf-8")
    except Exception:
        log.exception("A SOAP request failed")
        fault = Fault(INTERNAL, INTERNAL_TEXT)
    return _reply(envelope.envelope_bytes(envelope.fault_element(fault)), fault_status)


def _result(service: Service) -> etree._Element:
    if request.mimetype != "text/xml":
        raise ContractError("A SOAP 1.1 message has the content type text/xml.")
    message = envelope.parse_envelope(request.get_data(), request.mimetype_params.get("charset"))
    wrapper = envelope.body_of(message)
    operation = _operation(service.operations, wrapper)
    token = envelope.token_of(message) or request.headers.get("authid", "").strip() or None
    arguments = codec.read_arguments(operation, wrapper)
    result = service.call(operation, token, request.remote_addr or "", arguments)
    return codec.write_result(operation, result)


def _operation(operations: Mapping[str, Operation], wrapper: etree._Element) -> Operation:
    """The operation that SOAPAction and body agree on; ContractError otherwise."""
    action = request.headers.get("SOAPAction", "").strip().strip('"')
    found = next((operation for operation in operations.values() if operation.action == action), None)
    if found is None:
        raise envelope.UnknownAction(f"The SOAPAction {action!r} is not one of this contract.")
    if wrapper.tag != names.svc(found.name):
        raise ContractError("The SOAPAction and the body of the message name different operations.")
    return found


def _reply(message: bytes, status: int) -> Response:
    return Response(message, status, content_type=XML, headers={"Cache-Control": "no-store"})
