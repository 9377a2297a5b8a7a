"""The SOAP edge, spoken to in raw HTTP."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from sipsorcery_web.contract import names
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.soap.endpoint import mount

XML = "text/xml; charset=utf-8"


def security(token: str, attributes: str = "") -> str:
    """The header block with the token."""
    return f'<x:Security xmlns:x="{names.SECURITY}"{attributes}><x:AuthID>{token}</x:AuthID></x:Security>'


def message(body: str, header: str = "") -> str:
    """A message; the prefixes `a`, `c`, `b` and `i` stand for what the original calls so."""
    return (
        f'<s:Envelope xmlns:s="{names.SOAP}" xmlns:a="{names.APP}" xmlns:c="{names.CRM}" xmlns:b="{names.SYS}"'
        f' xmlns:i="{names.XSI}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
    )


def request(operation: str, arguments: str = "") -> str:
    """The body element of a request."""
    return f'<{operation} xmlns="{names.SVC}">{arguments}</{operation}>'


@dataclass
class Answer:
    """An answer."""

    response: TestResponse
    body: etree._Element = field(init=False)

    def __post_init__(self) -> None:
        envelope = etree.fromstring(self.response.data)
        (self.body,) = envelope.iterfind(f"{{{names.SOAP}}}Body/*")

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def fault(self) -> str:
        """The sentence of the fault."""
        assert self.body.tag == f"{{{names.SOAP}}}Fault", etree.tostring(self.body)
        return self.body.findtext("faultstring", "")

    @property
    def code(self) -> str:
        """The code of the fault without its prefix."""
        assert self.body.tag == f"{{{names.SOAP}}}Fault", etree.tostring(self.body)
        return self.body.findtext("faultcode", "").rpartition(":")[2]

    @property
    def result(self) -> str | None:
        """The text of the result; None when it is nil or missing."""
        assert etree.QName(self.body).localname.endswith("Response"), etree.tostring(self.body)
        return self.body[0].text if len(self.body) else None


@dataclass
class Edge:
    """A client that sends messages to the endpoint."""

    client: FlaskClient

    def post(self, text: str | bytes, action: str | None, content_type: str = XML, **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if action is not None:
            headers["SOAPAction"] = action
        return self.client.post(names.ENDPOINT_PATH, data=text, content_type=content_type, headers=headers, **more)

    def call(self, operation: str, arguments: str = "", header: str = "", **more: Any) -> Answer:
        """Send an operation as the original client does."""
        action = f'"{names.ACTION_PREFIX}{operation}"'
        return Answer(self.post(message(request(operation, arguments), header), action, **more))


def edge_of(service: Service) -> Edge:
    """The endpoint alone, without the portal around it."""
    app = Flask(__name__)
    mount(app, service)
    return Edge(app.test_client())
