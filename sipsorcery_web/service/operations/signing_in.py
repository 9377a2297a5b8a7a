"""Login, Logout and ExtendSession (spec, sections 2 and 4.2)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.rules import is_blank
from sipsorcery_web.contract.rules.catalogue import NOT_CONFIRMED, SUSPENDED

from .. import login_throttle, tokens
from ..context import AuthedUnitOfWork, ServiceRequest, UnitOfWork
from ..store.models import CustomerRow


def login(call: ServiceRequest, username: str | None, password: str | None) -> str | None:
    """A token, or None for a name and password that do not belong together (quirk Q2).

    TooManyAttempts after too many failures; Refused when the account is not confirmed or is suspended, which only
    somebody with the right password learns.
    """
    if username is None or password is None or is_blank(username) or is_blank(password):
        return None
    name = username.strip().lower()
    database = call.context.database
    login_throttle.begin_attempt(database, name, call.address, call.now)
    with database.read() as session:
        stored = _password_hash(session, name)
    if not call.context.passwords.match(stored, password):
        return None
    login_throttle.forget_failures(database, name, call.address)
    with database.write() as session:
        _refuse_closed(session, name)
        return tokens.open_session(session, name, call.address, call.now)


def logout(work: UnitOfWork) -> None:
    """End the session of the token; without one, nothing happens."""
    tokens.close_session(work.session, work.token)


def extend_session(work: AuthedUnitOfWork, minutes: int) -> None:
    """Lengthen the caller's session, counted from its beginning (quirk Q16)."""
    tokens.extend(work.session, work.token, minutes)


def _password_hash(session: Session, name: str) -> str | None:
    query = select(CustomerRow.password_hash).where(CustomerRow.customer_username == name)
    return session.scalars(query).one_or_none()


def _refuse_closed(session: Session, name: str) -> None:
    customer = session.scalars(select(CustomerRow).where(CustomerRow.customer_username == name)).one()
    if not customer.email_address_confirmed:
        raise Refused(NOT_CONFIRMED)
    if customer.suspended:
        raise Refused(SUSPENDED)
