"""The flag of a customer who has a second factor, by which the password alone opens no session over SOAP.

The factors themselves are the portal's. Whoever has a session's token alone must not be able to take the flag away, so
the wire sets nothing: the portal in the same process does, once a factor was looked at, and the operator.
"""

from sqlalchemy import select

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.rules.catalogue import SECOND_FACTOR_ON_PAGES

from ..context import AuthedUnitOfWork
from ..store.models import CustomerRow
from ..tokens import end_sessions
from .customers import audit_customer


def update_second_factor(work: AuthedUnitOfWork, has_second_factor: bool, is_proven: bool = False) -> None:
    """Note whether the caller has a second factor; with the first one all other sessions end.

    Refused for a caller who comes over the wire.
    """
    if not is_proven:
        raise Refused(SECOND_FACTOR_ON_PAGES)
    row = work.session.scalars(select(CustomerRow).where(CustomerRow.customer_username == work.caller.username)).one()
    if has_second_factor and not row.has_second_factor:
        end_sessions(work.session, work.caller.username, but=work.token)
    if row.has_second_factor != has_second_factor:
        audit_customer(work, row, "HasSecondFactor")
    row.has_second_factor = has_second_factor
