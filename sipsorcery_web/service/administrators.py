"""The administrators of an installation, of whom one is left always."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.records import TOP_LEVEL
from sipsorcery_web.contract.rules.catalogue import LAST_ADMINISTRATOR
from sipsorcery_web.database.locks import advisory_lock

from .store.models import CustomerRow


def refuse_last_administrator(session: Session, username: str) -> None:
    """Refuse to lose an administrator where no other may sign in: nobody could work with the pages of one."""
    advisory_lock(session, "administrators")  # of two who go at once, the second sees that the first has gone
    others = exists().where(
        CustomerRow.admin_id == TOP_LEVEL,
        CustomerRow.suspended.is_(False),
        CustomerRow.customer_username != username,
    )
    if not session.scalars(select(others)).one():
        raise Refused(LAST_ADMINISTRATOR)
