"""Devices that wait until somebody types their code elsewhere (RFC 8628)."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import delete, select

from sipsorcery_web.contract.errors import Attempts, TooManyAttempts
from sipsorcery_web.database.address_limit import AddressLimit
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.store.oauth import DeviceRequestRow

from .work import Work

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words come of them, and no two that look alike (RFC 8628, section 6.1)."""
LENGTH = 8
LASTS = timedelta(minutes=10)
INTERVAL = 5
"""Seconds between two questions of a device, and what is added each time that one comes sooner (section 3.5)."""
MOST_WRONG = 5
"""Wrong codes that somebody types in an hour; a device's code is good for ten minutes of it."""


def new_user_code() -> str:
    """Return a new code to type: `BCDF-GHJK`."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return f"{letters[: LENGTH // 2]}-{letters[LENGTH // 2 :]}"


def add(work: Work, program_id: UUID, scopes: str, device_code: str, user_code: str) -> None:
    """Keep a device that waits, until its codes are over."""
    work.session.execute(delete(DeviceRequestRow).where(DeviceRequestRow.ends <= work.now - LASTS))
    row = DeviceRequestRow(
        device_code_hash=hash_secret(device_code),
        user_code_hash=_hash_of(work, user_code),
        program_id=program_id,
        scopes=scopes,
        asked_from=work.address,
        ends=work.now + LASTS,
        interval=INTERVAL,
        is_denied=False,
    )
    work.session.add(row)


def of_device_code(work: Work, device_code: str) -> DeviceRequestRow | None:
    """Return the device that asks with this code; None for none."""
    return work.session.get(DeviceRequestRow, hash_secret(device_code), with_for_update=True)


def of_user_code(work: Work, typed: str, username: str) -> DeviceRequestRow | None:
    """Return the device that waits for what somebody typed; None for none, which counts. Raises TooManyAttempts."""
    too_many = partial(TooManyAttempts, attempts=Attempts.DEVICE_CODE)
    limit = AddressLimit(work.context.database, work.context.clock, too_many, MOST_WRONG)
    kind, who = Attempts.DEVICE_CODE.name, f"user {username}"
    advisory_lock(work.session, f"codes of devices typed by {username}")
    if wait := limit.wait(work.session, kind, who):
        raise too_many(max(1, round(wait.total_seconds())))
    waiting = (DeviceRequestRow.ends > work.now, DeviceRequestRow.consent_id.is_(None), ~DeviceRequestRow.is_denied)
    typed_here = DeviceRequestRow.user_code_hash == _hash_of(work, typed)
    row = work.session.scalars(select(DeviceRequestRow).where(typed_here, *waiting).with_for_update()).one_or_none()
    if row is None:
        limit.note_within(work.session, kind, who)
    return row


def asks_too_soon(work: Work, row: DeviceRequestRow) -> bool:
    """Note that a device asks, and return True where it has not waited; it has to wait longer from then on."""
    last, row.last_asked = row.last_asked, work.now
    if last is None or work.now - last >= timedelta(seconds=row.interval):
        return False
    row.interval += INTERVAL
    return True


def _hash_of(work: Work, user_code: str) -> str:
    """Return the keyed hash of a code as it is meant: blanks, dashes and small letters make no difference."""
    letters = "".join(character for character in user_code.upper() if character in LETTERS)
    return hmac.new(work.context.keyring.derive("oauth user codes"), letters.encode(), hashlib.sha256).hexdigest()
