"""What a broken unique key means, in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from sipsorcery_web.contract.errors import Conflict, Refused
from sipsorcery_web.contract.rules.catalogue import (
    ADDRESS_TAKEN,
    DIAL_PLAN_NAME_TAKEN,
    FOREIGN_DOMAIN,
    ID_TAKEN,
    NAME_TAKEN,
    PROVIDER_NAME_TAKEN,
    SIP_NAME_TAKEN,
)

_MEANINGS = (
    ("customers", "customer_username", NAME_TAKEN),
    ("customers", "email_address", ADDRESS_TAKEN),
    ("sipaccounts", "sip_username", SIP_NAME_TAKEN),
    ("sipproviders", "owner", PROVIDER_NAME_TAKEN),
    ("sipdialplans", "owner", DIAL_PLAN_NAME_TAKEN),
)


@contextmanager
def translate_integrity_errors() -> Iterator[None]:
    """Turn broken keys into Conflict, and a reference to a domain that does not exist into Refused."""
    try:
        yield
    except IntegrityError as error:
        raise _refusal(str(error.orig)) from error


def _refusal(complaint: str) -> Refused:
    """SQLite names the columns of a broken key, PostgreSQL its constraint (named by the rule in `database.base`)."""
    if "foreign key" in complaint.lower():
        return Refused(FOREIGN_DOMAIN)
    for table, column, meaning in _MEANINGS:
        if f"{table}.{column}" in complaint or f"uq_{table}_{column}" in complaint:
            return Conflict(meaning)
    return Conflict(ID_TAKEN)
