"""The authorization server as pages know it: programs, consents, and what customers decide.

Every failure is an error that pages know.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Request

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.contract.faults import STORE_AWAY
from sipsorcery_web.contract.oauth import Consent, Program, Wanted, WrongRequest
from sipsorcery_web.contract.rules.programs import origin_of_address
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.oauth import DeviceRequestRow, ProgramRow

from . import consents, devices, programs
from .application import IssuerOf
from .requests import asked_in_address
from .server import Server
from .work import Work, reading, writing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServerForPages:
    """The server of one installation. `address` is the visitor's."""

    context: ServiceContext
    issuer_of: IssuerOf

    def programs(self, owner: str) -> Sequence[Program]:
        """Return a customer's programs by name."""
        with _told(), reading(self.context) as work:
            return programs.of_owner(work, owner)

    def add_program(self, wanted: Program, address: str) -> Program:
        """Register a program, and tell its secret where it has one. Refused."""
        with _told(), writing(self.context, address) as work:
            return programs.add(work, wanted)

    def renew_secret(self, owner: str, program_id: UUID, address: str) -> Program:
        """Give a program another secret, and tell it. NotFound."""
        with _told(), writing(self.context, address) as work:
            return programs.renew_secret(work, owner, program_id)

    def delete_program(self, owner: str, program_id: UUID, address: str) -> None:
        """Delete a program with all that customers allowed it. NotFound."""
        with _told(), writing(self.context, address) as work:
            programs.delete(work, owner, program_id)

    def consents(self, owner: str) -> Sequence[Consent]:
        """Return what programs may do for a customer now, the newest consent first."""
        with _told(), reading(self.context) as work:
            return consents.of_owner(work, owner)

    def withdraw(self, owner: str, consent_id: UUID, address: str) -> None:
        """End a customer's consent with all tokens. NotFound."""
        with _told(), writing(self.context, address) as work:
            consents.withdraw(work, owner, consent_id)

    def wanted(self, request: Request) -> Wanted:
        """Return what a program wants that has led a browser here. Raises WrongRequest."""
        with _told(), reading(self.context) as work:
            grant = self._grant(work, request)
            program = programs.record_of(grant.request.client.row)
            leads_to = origin_of_address(grant.request.payload.redirect_uri)
            return Wanted(program=program, scopes=grant.request.scope, leads_to=leads_to)

    def decide(self, request: Request, username: str, address: str, allows: bool) -> str:
        """Return where the browser is sent back to, with a code where the customer allows it. Raises WrongRequest."""
        with _told(), writing(self.context, address) as work:
            grant = self._grant(work, request)
            user = username if allows else None
            answer = grant.server.create_authorization_response(grant.request, grant_user=user, grant=grant)
            return str(answer.location)

    def wanted_by_device(self, typed: str, username: str, address: str) -> Wanted | None:
        """Return what the device wants whose code was typed; None for none. Raises TooManyAttempts."""
        with _told(), writing(self.context, address) as work:
            row = devices.of_user_code(work, typed, username)
            return None if row is None else _wanted_by(work, row)

    def decide_device(self, typed: str, username: str, address: str, allows: bool) -> Wanted | None:
        """Let a device have what it wants, or not, and return that; None for none. Raises TooManyAttempts."""
        with _told(), writing(self.context, address) as work:
            row = devices.of_user_code(work, typed, username)
            if row is None:
                return None
            if allows:
                program = work.session.get_one(ProgramRow, row.program_id)
                row.consent_id = consents.add(work, username, program, row.scopes, row.ends).id
            else:
                row.is_denied = True
            return _wanted_by(work, row)

    def _grant(self, work: Work, request: Request) -> Any:
        issuer = self.issuer_of(request)
        try:
            return Server(work, issuer).get_consent_grant(asked_in_address(request))
        except OAuth2Error as error:
            raise WrongRequest(str(error.get_error_description() or error.error), _way_back(error, issuer)) from None


def _way_back(error: OAuth2Error, issuer: str) -> str:
    """Return the address that tells the program of an error; empty where nobody knows that it is the program's."""
    if not error.redirect_uri:
        return ""
    return str(add_params_to_uri(error.redirect_uri, [*error.get_body(), ("iss", issuer)]))


def _wanted_by(work: Work, row: DeviceRequestRow) -> Wanted:
    program = programs.record_of(work.session.get_one(ProgramRow, row.program_id))
    return Wanted(program=program, scopes=row.scopes, asked_from=row.asked_from)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        log.exception("Programs and consents cannot be reached")
        raise Unavailable(STORE_AWAY) from error
