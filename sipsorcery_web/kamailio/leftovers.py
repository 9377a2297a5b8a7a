"""Rows that a crashed Kamailio left in its tables: swept before the next one loads all of it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.store.revisions import skip_lost_numbers

from .tables import DIALOG, DIALOG_VARS, LOCATION
from .views import ANSWERED

LONGEST_CALL = timedelta(hours=12)
"""After which Kamailio ends a call itself."""


def sweep(database: Database, now: datetime) -> None:
    """Delete calls that cannot go on, facts of calls that are no more, and registrations that have run out.

    A call that only rang has no transaction any more in which it could be answered. The numbers of revisions jump,
    since those of the last moment before a power failure may be lost, and must not come again.
    """
    with database.write() as session:
        too_old = DIALOG.c.start_time < now - LONGEST_CALL
        session.execute(delete(DIALOG).where(DIALOG.c.state.not_in(ANSWERED) | too_old))
        newest = select(func.max(DIALOG.c.id)).group_by(DIALOG.c.hash_entry, DIALOG.c.hash_id)
        session.execute(delete(DIALOG).where(DIALOG.c.id.not_in(newest)))
        same = (DIALOG.c.hash_entry == DIALOG_VARS.c.hash_entry) & (DIALOG.c.hash_id == DIALOG_VARS.c.hash_id)
        session.execute(delete(DIALOG_VARS).where(~exists().where(same)))
        session.execute(delete(LOCATION).where(LOCATION.c.expires < now))
        skip_lost_numbers(session)
