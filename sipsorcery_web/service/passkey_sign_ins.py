"""Sessions for whose passkey the portal in this process has looked at: no operation, so that no wire leads here."""

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from sipsorcery_web.contract.errors import NotFound, Refused, Unavailable
from sipsorcery_web.contract.extensions import SignInResult
from sipsorcery_web.contract.faults import STORE_AWAY

from . import tokens
from .context import ServiceContext
from .operations.signing_in import rule_of_closed
from .sign_ins import SignInNote
from .store.models import CustomerRow

NO_CUSTOMER = "The customer of this passkey is gone."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenedByPasskey:
    """The sessions of one service that are opened without a password."""

    context: ServiceContext

    def open_session(self, customer_id: UUID, address: str, browser: str) -> tuple[str, str]:
        """Open a session, and return the customer's username and the token; the portal notes the sign-in.

        NotFound for a customer that is deleted, Refused for one who may not sign in, which is noted here, Unavailable
        when the store fails.
        """
        try:
            with self.context.database.write() as session:
                customer = session.get(CustomerRow, customer_id)
                if customer is None:
                    raise NotFound(NO_CUSTOMER)
                username, closed = customer.customer_username, rule_of_closed(customer)
                if not closed:
                    return username, tokens.open_session(session, username, address, self.context.clock())
                note = SignInNote.from_page(username, address, browser, self.context.events)
                note.add(session, SignInResult.CLOSED, self.context.clock())
        except SQLAlchemyError as error:
            log.exception("A session could not be opened for a passkey")
            raise Unavailable(STORE_AWAY) from error
        raise Refused(closed)
