"""The dispatcher of operations, the same for every channel and for both services."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from sipsorcery_web.contract.access_token_text import is_access_token
from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.contract.extensions import ALL_OPERATIONS
from sipsorcery_web.contract.faults import STORE_AWAY
from sipsorcery_web.contract.operations import Access, Operation
from sipsorcery_web.contract.xml_text import refuse_invalid_xml, refuse_more_lines

from . import access_tokens
from .context import AuthedUnitOfWork, ServiceContext, ServiceRequest, UnitOfWork
from .operations import HANDLERS
from .operations.handler import Handler, Unit
from .revisions import revision_by_token, revision_now, revision_of
from .store.integrity_errors import translate_integrity_errors

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Service:
    """The embedded provisioning service; it is the channel to itself for whoever is in the same process.

    With other handlers, of operations of another contract, it is the notification service.
    """

    context: ServiceContext
    handlers: Mapping[str, Handler] = field(default_factory=lambda: HANDLERS)
    contract: Mapping[str, Operation] = field(default_factory=lambda: ALL_OPERATIONS)

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """Run one operation; every failure is a ProvisioningError.

        Refused for a value that XML cannot carry or that is more than a line where it is to be one; Unavailable when
        the store fails.
        """
        refuse_invalid_xml(arguments.values())
        refuse_more_lines(arguments)
        request = ServiceRequest(
            context=self.context, now=self.context.clock(), token=token, address=address, operation=operation.name
        )
        try:
            with translate_integrity_errors():
                if operation.access is Access.SESSION:
                    access_tokens.admit(request, operation)
                return _run(self.handlers[operation.name], operation, request, arguments)
        except SQLAlchemyError as error:
            log.exception("%s failed in the store", operation.name)
            raise Unavailable(STORE_AWAY) from error

    def revision(self, token: str) -> str:
        """Return the revision of what a token's customer sees. SessionExpired as for an operation, or Unavailable."""
        if not is_access_token(token):
            return self._read("revision", revision_of, token)
        with _store_away("revision"):
            return revision_by_token(self.context.database, token, self.context.clock())

    def latest_revision(self, token: str) -> str:
        """Return the same as it is now, whatever this request has read before, and let the database go."""
        database = self.context.database
        database.end_shared_read()
        try:
            return self.revision(token)
        finally:
            database.end_shared_read()

    def revision_now(self, token: str) -> str | None:
        """Return the same, read by itself.

        None for a token that is not good, for one for programs whose use has to be noted, and without the store.
        """
        try:
            return revision_now(self.context.database, token, self.context.clock())
        except SQLAlchemyError:
            log.exception("The revision could not be read")
            return None

    def owner_of(self, token: str) -> str:
        """Return the customer whom a token for programs stands for. Errors as for `revision`."""
        return self._read("owner of a token", access_tokens.owner_of, token)

    def time_zone_of(self, token: str) -> str:
        """Return the time zone of the customer whom a token stands for; "" for none. Errors as for `revision`."""
        return self._read("time zone of a token's customer", access_tokens.time_zone_of, token)

    def is_of_suspended(self, token: str) -> bool:
        """Return True for a token for programs that would be good were its customer not suspended. Unavailable."""
        return self._read("state of a token's customer", access_tokens.is_of_suspended, token)

    def admitted(self, token: str, address: str, scope: str, what: str) -> str:
        """Return the customer of a token for programs that has a scope, and note that it is used.

        Errors as for an operation that needs the scope; `what` is named in a refusal.
        """
        request = ServiceRequest(
            context=self.context, now=self.context.clock(), token=token, address=address, operation=what
        )
        with _store_away("token"):
            return access_tokens.admitted(request, scope)

    def _read(self, what: str, read: Callable[[Session, str, datetime], T], token: str) -> T:
        with _store_away(what), self.context.database.read() as session:
            return read(session, token, self.context.clock())

    @property
    def clock(self) -> Callable[[], datetime]:
        """Return the clock that operations go by."""
        return self.context.clock

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Return the operations that can be called."""
        return {name: self.contract[name] for name in self.handlers}


@contextmanager
def _store_away(what: str) -> Iterator[None]:
    """Raise Unavailable where the store fails while this is read."""
    try:
        yield
    except SQLAlchemyError as error:
        log.exception("The %s could not be read", what)
        raise Unavailable(STORE_AWAY) from error


def _run(handler: Handler, operation: Operation, request: ServiceRequest, arguments: Mapping[str, Any]) -> Any:
    if handler.unit is Unit.OWN:
        return handler.function(request, **arguments)
    database = request.context.database
    with database.write() if handler.unit is Unit.WRITE else database.read() as session:
        work = UnitOfWork(**_members(request), session=session)
        if operation.access is Access.SESSION:
            caller = access_tokens.caller_of(session, request.token, request.now, operation)
            work = AuthedUnitOfWork(**_members(work), caller=caller)
        return handler.function(work, **arguments)


def _members(request: ServiceRequest) -> dict[str, Any]:
    return {field.name: getattr(request, field.name) for field in fields(request)}


def service_of(app: Flask) -> Service | None:
    """Return the service that is embedded in an application: `app.extensions["service"]`; None where there is none."""
    service: Service | None = app.extensions["service"]
    return service
