"""The dispatcher of operations, the same for every channel."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.contract.faults import STORE_AWAY
from sipsorcery_web.contract.operations import OPERATIONS, Access, Operation
from sipsorcery_web.contract.xml_text import refuse_invalid_xml

from .context import AuthedUnitOfWork, ServiceContext, ServiceRequest, UnitOfWork
from .operations import HANDLERS
from .operations.handler import Handler, Unit
from .store.integrity_errors import translate_integrity_errors
from .tokens import caller_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """The embedded provisioning service; it is the channel to itself for whoever is in the same process."""

    context: ServiceContext

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """Run one operation; every failure is a ProvisioningError.

        Refused for a value that XML cannot carry, Unavailable when the store fails.
        """
        refuse_invalid_xml(arguments.values())
        request = ServiceRequest(context=self.context, now=self.context.clock(), token=token, address=address)
        try:
            with translate_integrity_errors():
                return _run(HANDLERS[operation.name], operation.access, request, arguments)
        except SQLAlchemyError as error:
            log.exception("%s failed in the store", operation.name)
            raise Unavailable(STORE_AWAY) from error

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Return the operations that can be called."""
        return {name: OPERATIONS[name] for name in HANDLERS}


def _run(handler: Handler, access: Access, request: ServiceRequest, arguments: Mapping[str, Any]) -> Any:
    if handler.unit is Unit.OWN:
        return handler.function(request, **arguments)
    database = request.context.database
    with database.write() if handler.unit is Unit.WRITE else database.read() as session:
        work = UnitOfWork(**_members(request), session=session)
        if access is Access.SESSION:
            work = AuthedUnitOfWork(**_members(work), caller=caller_of(session, request.token, request.now))
        return handler.function(work, **arguments)


def _members(request: ServiceRequest) -> dict[str, Any]:
    return {field.name: getattr(request, field.name) for field in fields(request)}


def service_of(app: Flask) -> Service | None:
    """Return the service that is embedded in an application: `app.extensions["service"]`; None where there is none."""
    service: Service | None = app.extensions["service"]
    return service
