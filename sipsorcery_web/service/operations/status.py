"""The state of the service, and the time zone of a caller (spec, section 4.1)."""

from datetime import UTC
from typing import Any

from sqlalchemy import select

from sipsorcery_web.contract.errors import Refused, SessionExpired
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.time_zones import offset_minutes

from ..access_tokens import caller_of
from ..context import AuthedUnitOfWork, UnitOfWork
from ..revisions import revision_of
from ..store.models import CustomerRow, SIPDomainRow


def is_alive(work: UnitOfWork) -> bool:
    """Return True once the store has answered."""
    work.session.scalars(select(SIPDomainRow.id).limit(1)).all()
    return True


def test_exception(work: UnitOfWork) -> Any:
    """Always refuses, so that a client can try its handling of faults."""
    raise Refused(f"Test exception message {work.now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z.")


def get_revision(work: AuthedUnitOfWork) -> str:
    """Return the revision of what the caller sees, so that a portal need not read what has not changed."""
    return revision_of(work.session, work.token, work.now)


def get_time_zone_offset_minutes(work: UnitOfWork) -> int:
    """The caller's offset from UTC now, daylight saving included; 0 without a session or a known zone (quirk Q1)."""
    try:
        caller = caller_of(work.session, work.token, work.now, OPERATIONS["GetTimeZoneOffsetMinutes"])
    except SessionExpired:
        return 0
    zone = work.session.scalars(
        select(CustomerRow.time_zone).where(CustomerRow.customer_username == caller.username)
    ).one()
    return offset_minutes(zone, work.now)
