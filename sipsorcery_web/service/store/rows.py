"""Conversion between records and rows, by the same names; secrets are sealed in rows."""

import logging
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from sipsorcery_web.contract.records import HASHED, Record, SIPAccount, WireField, wire_fields
from sipsorcery_web.contract.unreadable import UNREADABLE
from sipsorcery_web.contract.wire_types import Scalar
from sipsorcery_web.database.base import Base
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.hashes import ha1

from .models import SIPAccountRow, context_of

R = TypeVar("R", bound=Record)

log = logging.getLogger(__name__)


def to_record(kind: type[R], row: Base, keyring: Keyring) -> R:
    """The record of a row, every field present."""
    return kind(**{entry.attribute: _value_of(row, entry, keyring) for entry in wire_fields(kind)})


def fill(row: Base, record: Record, attributes: Iterable[str], keyring: Keyring) -> None:
    """Put the named fields of a record into a row."""
    entries = {entry.attribute: entry for entry in wire_fields(type(record))}
    for attribute in attributes:
        value = getattr(record, attribute)
        if is_sealed(entries[attribute]):
            set_secret(row, attribute, value, keyring)
        else:
            setattr(row, attribute, value.value if isinstance(value, Enum) else value)


def is_sealed(entry: WireField) -> bool:
    """Return whether a field is a secret that stands sealed in its row."""
    return entry.is_secret and entry.attribute not in HASHED


def set_secret(row: Any, attribute: str, secret: str | None, keyring: Keyring) -> None:
    """Seal a secret for this row and column; a blank one is stored as none.

    The same one stays as it is sealed. What cannot be read gives way to another secret alone: the key that it was
    sealed with may come back.
    """
    if secret:
        if secret != secret_of(row, attribute, keyring):
            setattr(row, f"sealed_{attribute}", keyring.seal(secret, _context(row, attribute)))
    elif secret_of(row, attribute, keyring) is not UNREADABLE:
        setattr(row, f"sealed_{attribute}", None)


def secret_of(row: Any, attribute: str, keyring: Keyring) -> str | None:
    """The secret in clear; UNREADABLE when it was changed or moved, or its key is missing."""
    sealed = getattr(row, f"sealed_{attribute}")
    return None if sealed is None else opened(sealed, _context(row, attribute), keyring)


def opened(sealed: str, place: str, keyring: Keyring) -> str:
    """Return a secret in clear; UNREADABLE when it does not open in this place."""
    try:
        return keyring.open_text(sealed, place)
    except KeyringError as error:
        _tell_once(place.partition(":")[0], str(error))
        return UNREADABLE


@cache
def _tell_once(column: str, why: str) -> None:
    """Log that a column has secrets that cannot be read, once in a process: lists are read every few seconds."""
    log.warning("Some values of %s cannot be read; this is told once. %s", column, why)


def derive_ha1(row: SIPAccountRow, keyring: Keyring) -> None:
    """Set both HA1 of a SIP account from its name, domain and password, where that can be read."""
    password = secret_of(row, "sip_password", keyring)
    if password is UNREADABLE:
        return
    for attribute, algorithm in (("ha1_md5", "MD5"), ("ha1_sha256", "SHA-256")):
        derived = ha1(row.sip_username, row.sip_domain, password, algorithm) if password else None
        set_secret(row, attribute, derived, keyring)


def trimmed(account: SIPAccount) -> SIPAccount:
    """A SIP account as it is stored: names without outer blanks, a blank password or plan as none (section 7.2)."""
    return account.with_(
        sip_username=(account.sip_username or "").strip(),
        sip_domain=(account.sip_domain or "").strip().lower(),
        sip_password=(account.sip_password or "").strip() or None,
        in_dial_plan_name=(account.in_dial_plan_name or "").strip() or None,
        out_dial_plan_name=(account.out_dial_plan_name or "").strip() or None,
    )


def _value_of(row: Base, entry: WireField, keyring: Keyring) -> Any:
    if entry.attribute in HASHED:
        return None
    if is_sealed(entry):
        return secret_of(row, entry.attribute, keyring)
    value = getattr(row, entry.attribute)
    if value is not None and isinstance(entry.kind, Scalar) and entry.kind.members:
        return entry.kind.read(value)
    return value


def _context(row: Any, attribute: str) -> str:
    return context_of(row.__tablename__, attribute, row.id)
