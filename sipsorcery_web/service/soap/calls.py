"""Calls of the service over SOAP: HTTP in, an operation, HTTP out (spec, sections 1.1, 1.7 and 1.8).

A WSGI application of its own, which needs nothing that pages do: no session, no form token, no template. Every failure
leaves as a fault, but for what HTTP itself refuses, such as a message over the size limit, as in the original.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sipsorcery_web.contract import codec, envelope
from sipsorcery_web.contract.access_token_text import bearer_token
from sipsorcery_web.contract.envelope import Fault
from sipsorcery_web.contract.errors import ContractError, ProvisioningError, TooManyAttempts
from sipsorcery_web.contract.faults import INTERNAL, INTERNAL_TEXT, fault_for
from sipsorcery_web.contract.message_text import answer_bytes
from sipsorcery_web.contract.notifications import CONNECTION
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.contract.wire_types import ListType
from sipsorcery_web.contract.xml_text import in_one_line
from sipsorcery_web.cross_origin import CrossOrigin
from sipsorcery_web.kept_answers import TOLD_BY_REVISION, KeptAnswers

from ..dispatch import Service

log = logging.getLogger(__name__)

XML = "text/xml; charset=utf-8"
_SHAPED_BY = ("SOAPAction", "authid", "Authorization", "Content-Type")
"""Headers that an answer depends on."""

Headers = Callable[[bool], Mapping[str, str]]
"""From whether a request came over https to the headers that every answer has."""


def no_headers(_is_secure: bool) -> Mapping[str, str]:
    """Return no headers but those of an answer itself."""
    return {}


class Calls:
    """The application that answers calls."""

    def __init__(
        self, service: Service, fault_status: int, cross_origin: CrossOrigin, limit: int | None, headers: Headers
    ) -> None:
        """Take the status of faults and, as `limit`, the bytes of the largest message."""
        self._service = service
        self._by_action = {operation.action: operation for operation in service.operations.values()}
        self._fault_status = fault_status
        self._cross_origin = cross_origin
        self._limit = limit
        self._headers = headers
        self._kept = KeptAnswers[bytes](service.revision_now, service.clock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = self._limit
        response = self._cross_origin.allowed(request, self._answer(request))
        response.headers.extend(self._headers(request.is_secure))
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        retry_after = {}
        try:
            return _reply(self._carried_out(request), 200)
        except ProvisioningError as error:
            fault = fault_for(error)
            if isinstance(error, TooManyAttempts):
                retry_after["Retry-After"] = str(error.retry_after)
        except HTTPException as error:
            return Response(error.description, error.code, content_type="text/plain; charset=utf-8")
        except Exception:
            log.exception("A SOAP request failed")
            fault = Fault(INTERNAL, INTERNAL_TEXT)
        return _reply(envelope.envelope_bytes(envelope.fault_element(fault)), self._fault_status, retry_after)

    def _carried_out(self, request: Request) -> bytes:
        name = _name_of(request)
        return self._kept.find(name) or self._carried_out_anew(request, name)

    def _carried_out_anew(self, request: Request, name: bytes) -> bytes:
        if request.mimetype != "text/xml":
            raise ContractError("A SOAP 1.1 message has the content type text/xml.")
        message = envelope.parse_envelope(request.get_data(), request.mimetype_params.get("charset"))
        wrapper = envelope.body_of(message)
        operation = self._operation(request.headers.get("SOAPAction", "").strip().strip('"'), str(wrapper.tag))
        token = envelope.token_of(message) or _token_in_headers(request)
        arguments = codec.read_arguments(operation, wrapper)
        if CONNECTION in operation.in_process:
            arguments[CONNECTION] = envelope.connection_of(message)
        if "program" in operation.in_process:
            arguments["program"] = in_one_line(request.user_agent.string)
        address = request.remote_addr or ""

        def answer() -> bytes:
            return answer_bytes(operation, self._service.call(operation, token, address, arguments))

        return self._kept.made(name, token, lambda _: answer()) if token and _is_kept(operation) else answer()

    def _operation(self, action: str, tag: str) -> Operation:
        """The operation that SOAPAction and body agree on; ContractError otherwise."""
        found = self._by_action.get(action)
        if found is None:
            raise envelope.UnknownAction(f"The SOAPAction {action!r} is not one of this contract.")
        if tag != found.tag(found.name):
            raise ContractError("The SOAPAction and the body of the message name different operations.")
        return found


def _token_in_headers(request: Request) -> str | None:
    """Return the token of the original's header, or of the one of OAuth (RFC 6750), which programs have tokens by."""
    return request.headers.get("authid", "").strip() or bearer_token(request.headers.get("Authorization"))


def _reply(message: bytes, status: int, more: Mapping[str, str] = MappingProxyType({})) -> Response:
    return Response(message, status, content_type=XML, headers={"Cache-Control": "no-store", **more})


def _name_of(request: Request) -> bytes:
    """Return a name for all that shapes the answer to a request; it tells nothing of the token."""
    headers = repr([request.headers.get(name) for name in _SHAPED_BY]).encode()
    return hashlib.blake2b(headers + request.get_data(), digest_size=24).digest()


def _is_kept(operation: Operation) -> bool:
    kind = operation.result
    return isinstance(kind, ListType) and kind.record in TOLD_BY_REVISION
