"""The service over SOAP on a real socket, with an ear at the wire: every message must keep to the contract."""

import io
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from lxml import etree
from werkzeug.serving import WSGIRequestHandler, make_server

from sipsorcery_web.contract import names
from sipsorcery_web.contract.extensions_wsdl import extensions_wsdl
from sipsorcery_web.contract.wsdl import WSDL_PATH
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.soap.endpoint import mount

FAULT = f"{{{names.SOAP}}}Fault"
SECURITY = f"{{{names.SECURITY}}}Security"


class SoapHarness:
    """A server on loopback and a channel to it; `move_in` says whose service answers."""

    def __init__(self, directory: Path) -> None:
        extensions = etree.fromstring(extensions_wsdl())
        self.ear = Ear(
            {
                names.SVC: schema_of_wsdl(etree.parse(WSDL_PATH), names.SVC, directory / "original"),
                names.EXTENSIONS: schema_of_wsdl(extensions, names.EXTENSIONS, directory / "extensions"),
            }
        )
        self._app: Any = None
        self._server = make_server(
            "127.0.0.1", 0, self.ear.listening_to(lambda: self._app), threaded=True, request_handler=_Silent
        )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.channel = SoapChannel(f"http://127.0.0.1:{self._server.server_port}{names.ENDPOINT_PATH}", timeout=10)

    def move_in(self, service: Service) -> None:
        """Let this service answer from now on."""
        app = Flask(__name__)
        mount(app, service)
        self._app = app

    def close(self) -> None:
        """Stop the server and close every connection."""
        self.channel._transport._pools.clear()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Ear:
    """Looks at every message that passes."""

    def __init__(self, schemas: Mapping[str, etree.XMLSchema]) -> None:
        self._schemas = schemas
        self._turn = threading.Lock()
        self.heard = 0
        self.complaints: list[str] = []

    def listening_to(self, app: Callable[[], Any]) -> Callable[..., Iterable[bytes]]:
        """A WSGI application around another one."""

        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            request = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            reply = b"".join(app()(environ | {"wsgi.input": io.BytesIO(request)}, start_response))
            with self._turn:
                self._hear(request, reply, environ["HTTP_SOAPACTION"].strip('"'))
            return [reply]

        return answer

    def _hear(self, request: bytes, reply: bytes, action: str) -> None:
        asked, answered = etree.fromstring(request), etree.fromstring(reply)
        self.heard += 1
        if len(list(asked.iter(SECURITY))) != 1:
            self.complaints.append(f"not one security header: {request!r}")
        for message in (asked, answered):
            (content,) = message.find(f"{{{names.SOAP}}}Body")  # type: ignore[misc]
            if content.tag == FAULT:
                self._hear_fault(content)
                continue
            schema = self._schemas[str(etree.QName(content).namespace)]
            if not schema.validate(etree.fromstring(etree.tostring(content))):
                self.complaints.append(f"{schema.error_log.last_error}: {etree.tostring(content)!r}")
            elif etree.QName(content).localname.removesuffix("Response") != action.rpartition("/")[2]:
                self.complaints.append(f"{action} with {content.tag!s}")

    def _hear_fault(self, fault: etree._Element) -> None:
        shape = [child.tag for child in fault]
        if shape[:2] != ["faultcode", "faultstring"] or not fault.findtext("faultstring"):
            self.complaints.append(f"an odd fault: {etree.tostring(fault)!r}")


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # so that connections are used again

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


def schema_of_wsdl(document: Any, namespace: str, directory: Path) -> etree.XMLSchema:
    """The schemas of a contract as files that import each other: not the way that the program takes."""
    directory.mkdir(parents=True)
    schemas = {schema.attrib["targetNamespace"]: schema for schema in document.iter(f"{{{names.XS}}}schema")}
    files = {namespace: directory / f"{place}.xsd" for place, namespace in enumerate(schemas)}
    for namespace, schema in schemas.items():
        for imported in schema.iter(f"{{{names.XS}}}import"):
            imported.set("schemaLocation", files[imported.attrib["namespace"]].name)
        files[namespace].write_bytes(etree.tostring(schema))
    return etree.XMLSchema(file=str(files[namespace]))
