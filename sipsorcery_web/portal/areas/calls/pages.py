"""The page of the calls in progress. Each leg of a call is a record of its own; legs of one call stand together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import NotFound, Unavailable
from sipsorcery_web.contract.filters import Expression
from sipsorcery_web.contract.records import SIPDialogueAsset
from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable
from sipsorcery_web.portal.crud.records import get_editable
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.sip_engine import answer_command, may_act, require_sip_engine
from sipsorcery_web.portal.lists.exports import Column, export_routes, exported, owner_column
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import ListQuery
from sipsorcery_web.portal.lists.search import owned_text_search
from sipsorcery_web.portal.live.stamps import holds_until
from sipsorcery_web.portal.live.views import live_list
from sipsorcery_web.portal.ui.area import Area, NavItem
from sipsorcery_web.portal.ui.formats import seconds_until_it_reads_otherwise
from sipsorcery_web.portal.ui.sip_parties import Party, bridge_of, party_at, party_of, provider_in

bp = Blueprint("calls", __name__, url_prefix="/calls")
AREA = Area(
    bp,
    "Calls",
    key="c",
    nav=NavItem("calls", "Calls", beside=("cdrs", "ladders", "ladder_links", "made_calls")),
    help="calls",
)


@dataclass(frozen=True)
class Leg:
    """One leg: who is at its other end, and for how many seconds."""

    asset: SIPDialogueAsset
    caller: Party
    destination: Party
    seconds: float

    @property
    def provider(self) -> str:
        """Return the provider that an incoming call came through; empty where it came through none."""
        return provider_in(self.asset.remote_target)


@dataclass(frozen=True)
class BridgedCall:
    """The legs of this page that are joined with each other."""

    legs: Sequence[Leg]

    @property
    def is_bridged(self) -> bool:
        """Return True when the call has more than one leg to show."""
        return len(self.legs) > 1

    @property
    def call_ids(self) -> list[str | None]:
        """Return the Call-IDs of its legs."""
        return [leg.asset.call_id for leg in self.legs]

    @property
    def to_hang_up(self) -> Leg | None:
        """The leg by which the visitor can end the call; None for those who may only look."""
        return next((leg for leg in self.legs if may_act(leg.asset)), None)


@bp.get("")
@live_list("Calls")
def index() -> dict[str, Any]:
    """The calls that the visitor may see, a page at a time."""
    list_query = ListQuery.from_request()
    page = page_of(service().calls, list_query, _search(list_query.query))
    return {"page": page, "calls": _joined(page.items)}


@export_routes(bp)
def export(form: str) -> Any:
    """The same calls as a file."""
    return exported(form, "calls", _columns(), service().calls, _search(ListQuery.from_request().query))


@bp.post("/<uuid:leg_id>/hang-up")
def hang_up(leg_id: UUID) -> Response:
    """End a call by one of its legs."""
    require_sip_engine()
    leg = get_editable(service().calls, leg_id, "call")
    return answer_command(lambda: _is_hung_up(leg.id), "The call is hung up.", "This call has ended already.")


def _is_hung_up(leg_id: UUID) -> bool:
    """End a call at the service; False where it has ended already. Raises SIPEngineUnavailable."""
    try:
        service().delete_call(leg_id)
    except NotFound:
        return False
    except Unavailable as error:
        raise SIPEngineUnavailable(error.message) from error
    return True


def _search(query: str) -> Expression | None:
    """Return the filter for a part of either address or, for administrators, of the owner."""
    return owned_text_search(query, "RemoteUserField", "RemoteTarget")


def _joined(assets: Iterable[SIPDialogueAsset]) -> list[BridgedCall]:
    """The calls of these legs, in the order of their first legs; within a call the one that came in stands first."""
    legs: dict[object, list[Leg]] = {}
    for asset in assets:
        legs.setdefault(bridge_of(asset.bridge_id) or asset.id, []).append(_leg(asset))
    return [BridgedCall(sorted(joined, key=lambda leg: leg.asset.direction != "In")) for joined in legs.values()]


def _leg(asset: SIPDialogueAsset) -> Leg:
    seconds = (now() - asset.inserted).total_seconds()
    holds_until(now() + timedelta(seconds=seconds_until_it_reads_otherwise(seconds)))
    return Leg(asset, party_of(asset.remote_user_field), party_at(asset.remote_target), seconds)


def _columns() -> Sequence[Column[SIPDialogueAsset]]:
    return (
        *owner_column(),
        Column("direction", "Direction"),
        Column("from", "From", "remote_user_field"),
        Column("destination", "Destination", "remote_target"),
        Column("since", "Since", "inserted", is_moment=True),
        Column("hangup_at", "Ends at the latest", is_moment=True),
        Column("bridge_id", "Bridge", "bridge_id", bridge_of),
        Column("call_id", "Call-ID"),
        Column("proxy_socket", "Proxy socket", "proxy_sip_socket"),
    )
