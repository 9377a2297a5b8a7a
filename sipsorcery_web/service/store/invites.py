"""The list of invite codes, which tells no code: only hashes of them are stored."""

from typing import Any

from sqlalchemy import Select, String, cast, null, select

from sipsorcery_web.contract.extensions import Invite

from .account_networks import JoinedBase
from .lists import Listing
from .models import InviteCodeRow


def _without_codes() -> Select[Any]:
    columns = InviteCodeRow.__table__.c
    told = (columns.id, columns.inserted, columns.made_by, columns.note, columns.used_at, columns.used_by)
    nothing = (cast(null(), String).label(name) for name in ("code", "owner"))
    return select(*told, columns.ends_at.label("ends"), columns.admin_member_id, *nothing)


class AnyInvite(JoinedBase):
    """An invite code without the code; like a customer it has no owner, and perhaps a label."""

    __table__ = _without_codes().subquery("any_invites")
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 (read by SQLAlchemy as it is)


INVITES = Listing(Invite, AnyInvite, "inserted", descending=True)
