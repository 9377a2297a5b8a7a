"""From an operation and its arguments to the result, the same for every channel."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

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
    """The embedded provisioning service."""

    context: ServiceContext

    def answer(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """Run one operation; every failure is a ProvisioningError.

        Refused for a value that XML cannot carry, Unavailable when the store fails.
        """
        refuse_invalid_xml(arguments.values())
        call = ServiceRequest(context=self.context, now=self.context.clock(), token=token, address=address)
        try:
            with translate_integrity_errors():
                return _run(HANDLERS[operation.name], operation.access, call, arguments)
        except SQLAlchemyError as error:
            log.exception("%s failed in the store", operation.name)
            raise Unavailable(STORE_AWAY) from error

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be called."""
        return {name: OPERATIONS[name] for name in HANDLERS}


def _run(handler: Handler, access: Access, call: ServiceRequest, arguments: Mapping[str, Any]) -> Any:
    if handler.unit is Unit.OWN:
        return handler.function(call, **arguments)
    database = call.context.database
    with database.write() if handler.unit is Unit.WRITE else database.read() as session:
        work = UnitOfWork(**_members(call), session=session)
        if access is Access.SESSION:
            work = AuthedUnitOfWork(**_members(work), caller=caller_of(session, call.token, call.now))
        return handler.function(work, **arguments)


def _members(call: ServiceRequest) -> dict[str, Any]:
    return {field.name: getattr(call, field.name) for field in fields(call)}
