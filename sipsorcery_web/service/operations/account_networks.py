"""The networks that SIP accounts have registered from, known by their owner (an extension)."""

from uuid import UUID

from sqlalchemy import select, update

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.extensions import AuditEntry

from ..audit import recording
from ..context import AuthedUnitOfWork
from ..store.account_networks import AccountNetworkRow
from ..store.models import SIPAccountRow


def accept_account_network(work: AuthedUnitOfWork, id: UUID) -> None:
    """Note that the owner knows a network. NotFound for somebody else's, as for one that does not exist."""
    hers = select(SIPAccountRow.id).where(SIPAccountRow.owner == work.caller.username)
    named = (AccountNetworkRow.id == id, AccountNetworkRow.sip_account_id.in_(hers))
    changed = work.session.execute(update(AccountNetworkRow).where(*named).values(is_new=False))
    if getattr(changed, "rowcount", 0) == 0:
        raise NotFound("The network was not found.")
    recording.record(work, AuditEntry(owner=work.caller.username, record_kind="network", record_id=id))
