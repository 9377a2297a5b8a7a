"""Login, Logout and ExtendSession (spec, sections 2 and 4.2)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused, Rule
from sipsorcery_web.contract.extensions import SignInResult
from sipsorcery_web.contract.rules import is_blank
from sipsorcery_web.contract.rules.catalogue import APP_PASSWORD_NEEDED, NOT_CONFIRMED, SUSPENDED

from .. import sign_in_limit, tokens
from ..access_tokens import app_password_of, note_use
from ..context import AuthedUnitOfWork, ServiceRequest, UnitOfWork
from ..sign_ins import SignInNote
from ..store.models import CustomerRow


def login(
    call: ServiceRequest,
    username: str | None,
    password: str | None,
    known_browser: str = "",
    asks_second_factor: bool = False,
    browser: str | None = None,
    program: str = "",
) -> str | None:
    """A token, or None for a name and password that do not belong together (quirk Q2).

    The portal tells what the browser says of itself, and its number where it has signed the same customer in before;
    the endpoint tells what the program says of itself. The portal asks for the second factor itself, notes what comes
    of a right password, and takes no app passwords, which would do without a second factor.
    TooManyAttempts after too many failures, Busy where too many sign in at once; Refused when the account is not
    confirmed, is suspended or needs an app password, which only somebody with the right password learns.
    """
    if username is None or password is None or is_blank(username) or is_blank(password):
        return None
    name = username.strip().lower()
    database, note = call.context.database, SignInNote.of(call, name, browser, program)

    def failed(session: Session, is_full: bool) -> None:
        note.add(session, SignInResult.WRONG_PASSWORD, call.context.clock())
        if is_full:
            note.add(session, SignInResult.LOCKED_OUT, call.context.clock())

    with sign_in_limit.attempt(call, name, known_browser) as attempt:
        with database.read() as session:
            stored = _password_hash(session, name)
            app_password = None if asks_second_factor else app_password_of(session, name, password, call.now)
        attempt.account = "" if stored is None else name
        attempt.when_failed = failed
        attempt.has_succeeded = app_password is not None or call.context.passwords.match(stored, password)
    if not attempt.has_succeeded:
        return None
    is_proven = app_password is not None or asks_second_factor
    with database.write() as session:
        refused_as, refusal = _refusal(session, name, is_proven)
        if refusal or not asks_second_factor:
            note.add(session, refused_as, call.now)
        if app_password is not None and not refusal:
            note_use(session, password, call)
        token = "" if refusal else tokens.open_session(session, name, call.address, call.now, app_password)
    if refusal:
        raise Refused(refusal)
    return token


def logout(work: UnitOfWork) -> None:
    """End the session of the token; without one, nothing happens."""
    tokens.close_session(work.session, work.token)


def extend_session(work: AuthedUnitOfWork, minutes: int) -> None:
    """Lengthen the caller's session, counted from its beginning (quirk Q16)."""
    tokens.extend(work.session, work.token, minutes)


def _password_hash(session: Session, name: str) -> str | None:
    query = select(CustomerRow.password_hash).where(CustomerRow.customer_username == name)
    return session.scalars(query).one_or_none()


def _refusal(session: Session, name: str, is_proven: bool) -> tuple[SignInResult, Rule | None]:
    """Return the result of a sign-in whose password was right, and the rule that it is refused by, if it is."""
    customer = session.scalars(select(CustomerRow).where(CustomerRow.customer_username == name)).one()
    if closed := rule_of_closed(customer):
        return SignInResult.CLOSED, closed
    if customer.has_second_factor and not is_proven:
        return SignInResult.APP_PASSWORD_NEEDED, APP_PASSWORD_NEEDED
    return SignInResult.RIGHT, None


def rule_of_closed(customer: CustomerRow) -> Rule | None:
    """Return the rule by which a customer may not sign in, whatever proves who it is; None for one who may."""
    if not customer.email_address_confirmed:
        return NOT_CONFIRMED
    return SUSPENDED if customer.suspended else None
