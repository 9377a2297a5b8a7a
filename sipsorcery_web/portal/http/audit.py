"""The portal's own events in the audit: second factors, resets, secrets that an administrator has looked at.

In front of another service there is no audit, and a line of the log says the same.
"""

import logging
from typing import Any
from uuid import UUID

from sipsorcery_web.contract.extensions import AuditEntry
from sipsorcery_web.contract.wire_types import ZERO_ID

from ..storage.service_notes import AuditTrail
from . import session
from .clock import now
from .parts import find_part
from .visitor_address import visitor_address

log = logging.getLogger(__name__)


def record(
    operation: str,
    kind: str,
    *,
    name: str = "",
    id: UUID = ZERO_ID,
    owner: str = "",
    changed: str = "",
    reason: str = "",
    transaction: Any = None,
) -> None:
    """Tell the audit what the visitor does: `record("AddPasskey", "passkey", name="Telephone")`.

    It stands in the chain of the owner, which is the visitor where no other is named; without a sign-in the owner has
    acted. A `transaction` is the session of the portal's storage that makes the change, so that both are kept or
    neither. Raises NotFound for an owner who does not exist.
    """
    login = session.current()
    visitor = login.username if login is not None else owner
    entry = AuditEntry(
        actor=visitor,
        address=visitor_address(),
        changed=changed or None,
        inserted=now(),
        operation=operation,
        owner=owner or visitor,
        reason=reason or None,
        record_id=id,
        record_kind=kind,
        record_name=name or None,
    )
    trail = find_part(AuditTrail)
    if trail is None:
        log.info("%s of %s by %s, %s", operation, entry.owner, visitor, kind)
    else:
        trail.add(entry, transaction)
