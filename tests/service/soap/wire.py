"""A service that notes what comes to it over the wire, and the messages that are sent to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sipsorcery_web.clock import utc_now
from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.envelope import Fault
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.soap import endpoint
from tests.factories import PASSWORD

XML = "text/xml; charset=utf-8"
TOKEN = "ab" * 48
LIMIT = 20_000


def security(token: str, attributes: str = "") -> str:
    """The header block as clients have sent it since December 2009."""
    return f'<x:Security xmlns:x="{names.SECURITY}" {attributes}><x:AuthID>{token}</x:AuthID></x:Security>'


def message(operation: str, parameters: str = "", header: str = "") -> str:
    """An envelope as text, without a declaration."""
    return (
        f'<s:Envelope xmlns:s="{names.SOAP}"><s:Header>{header}</s:Header><s:Body>'
        f'<{operation} xmlns="{names.SVC}" xmlns:a="{names.APP}" xmlns:c="{names.CRM}" xmlns:b="{names.SYS}"'
        f' xmlns:i="{names.XSI}">{parameters}</{operation}></s:Body></s:Envelope>'
    )


def login(username: str = "alice") -> str:
    return message("Login", f"<username>{username}</username><password>{PASSWORD}</password>")


def account(fields: str) -> str:
    return message("UpdateSIPAccount", f"<sipAccount>{fields}</sipAccount>")


@dataclass
class Noted:
    """A service that notes what the edge has understood, and answers nothing or with an error."""

    error: Exception | None = None
    calls: list[tuple[str, str | None, Mapping[str, Any]]] = field(default_factory=list)
    operations = OPERATIONS
    clock = staticmethod(utc_now)

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        self.calls.append((operation.name, token, arguments))
        if self.error is not None:
            raise self.error

    def revision_now(self, _token: str) -> None:
        """Tell nothing, so that no answer is kept."""


@dataclass
class Wire:
    """The endpoint, one message after the other."""

    noted: Noted
    client: FlaskClient

    def post(self, document: str | bytes, operation: str = "", **headers: str) -> TestResponse:
        """Send a document; the operation is that of the SOAPAction."""
        given = {"Content-Type": XML, "SOAPAction": f'"{names.ACTION_PREFIX}{operation}"'}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = document.encode() if isinstance(document, str) else document
        return self.client.post(names.ENDPOINT_PATH, data=data, headers=given)

    def understood(self, document: str | bytes, operation: str, **headers: str) -> Mapping[str, Any]:
        """The arguments that the service was given, but for what the wire has no place for."""
        response = self.post(document, operation, **headers)
        assert response.status_code == 200, response.text
        assert self.noted.calls[-1][0] == operation
        aside = OPERATIONS[operation].in_process if operation in OPERATIONS else ()
        return {name: value for name, value in self.noted.calls[-1][2].items() if name not in aside}

    def token(self, header: str, **headers: str) -> str | None:
        """The token that the service was given."""
        self.understood(message("Logout", header=header), "Logout", **headers)
        return self.noted.calls[-1][1]

    def refusal(self, document: str | bytes, operation: str = "Login", **headers: str) -> Fault:
        """The fault of a message that never reaches the service."""
        fault = fault_in(self.post(document, operation, **headers))
        assert not self.noted.calls
        return fault


def fault_in(response: TestResponse, status: int = 500) -> Fault:
    """The fault of an answer, which has to say no more than a fault of the original and nothing of our insides."""
    assert (response.status_code, response.content_type) == (status, XML)
    fault = envelope.fault_of(envelope.body_of(envelope.parse_envelope(response.data)))
    assert fault is not None, response.text
    for inside in ("Traceback", "File &quot;", ".py", "sqlalchemy", "sqlite", "SELECT", "lxml"):
        assert inside not in response.text
    return fault


def served(service: object, **options: Any) -> FlaskClient:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LIMIT
    endpoint.mount(app, cast(Service, service), **options)
    return app.test_client()


def declared(encoding: str, text: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'
