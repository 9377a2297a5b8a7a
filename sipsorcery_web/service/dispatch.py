"""From an operation and its arguments to the result, the same for every channel."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from sipsorcery_web.contract.carriable import refuse_uncarriable
from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.contract.faults import STORE_AWAY
from sipsorcery_web.contract.operations import OPERATIONS, Access, Operation

from .call import Call, OwnWork, Parts, Work
from .operations import HANDLERS
from .operations.handler import Handler, Unit
from .store.duplicates import plain_refusals
from .tokens import caller_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """The embedded provisioning service."""

    parts: Parts

    def answer(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """Run one operation; every failure is a ProvisioningError.

        Refused for a value that XML cannot carry, Unavailable when the store fails.
        """
        refuse_uncarriable(arguments.values())
        call = Call(parts=self.parts, now=self.parts.clock(), token=token, address=address)
        try:
            with plain_refusals():
                return _run(HANDLERS[operation.name], operation.access, call, arguments)
        except SQLAlchemyError as error:
            log.exception("%s failed in the store", operation.name)
            raise Unavailable(STORE_AWAY) from error

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be called."""
        return {name: OPERATIONS[name] for name in HANDLERS}


def _run(handler: Handler, access: Access, call: Call, arguments: Mapping[str, Any]) -> Any:
    if handler.unit is Unit.OWN:
        return handler.function(call, **arguments)
    database = call.parts.database
    with database.write() if handler.unit is Unit.WRITE else database.read() as session:
        work = Work(**_members(call), session=session)
        if access is Access.SESSION:
            work = OwnWork(**_members(work), caller=caller_of(session, call.token, call.now))
        return handler.function(work, **arguments)


def _members(call: Call) -> dict[str, Any]:
    return {field.name: getattr(call, field.name) for field in fields(call)}
