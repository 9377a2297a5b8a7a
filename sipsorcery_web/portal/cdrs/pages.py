"""The pages of the call records (CDRs)."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template

from sipsorcery_web.contract.filters import Expression, all_of, prop
from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.contract.time_zones import zone_of

from ..backend import service, visit
from ..calls.parties import bridge_of
from ..editing.records import the_record
from ..lists.exports import exported, twin
from ..lists.finding import find
from ..lists.pages import Asked, page_of
from .details import details_of
from .files import columns
from .mending import fields_to_change
from .rows import Row, days_of
from .sifting import CallSieve

MOST_LEGS = 10

bp = Blueprint("cdrs", __name__, url_prefix="/cdrs")


@bp.get("")
def index() -> Any:
    """The records that the visitor may see and asks for, a page at a time, newest first."""
    sieve = CallSieve.from_request()
    if not sieve.validate():
        return _not_looked_for(sieve)
    page = page_of(service().cdrs, Asked.from_request(), sieve.where())
    days = days_of(page.items, zone_of(visit().time_zone) or UTC)
    return render_template("cdrs/index.html", form=sieve, page=page, days=days)


@twin(bp)
def export(form: str) -> Any:
    """The same records as a file."""
    sieve = CallSieve.from_request()
    if not sieve.validate():
        return _not_looked_for(sieve)
    return exported(form, "call-records", columns(), service().cdrs, sieve.where(), _and_older)


@bp.get("/<uuid:cdr_id>")
def details(cdr_id: UUID) -> str:
    """Everything that is known of one call, and where its other legs are."""
    row = Row(the_record(service().cdrs, cdr_id, "call record"))
    return render_template(
        "cdrs/details.html",
        row=row,
        fields=fields_to_change(row),
        parts=list(details_of(row.cdr)),
        others=[Row(other) for other in _other_legs(row.cdr)],
    )


def _and_older(cdr: SIPCDRAsset) -> Expression:
    return prop("Created").at_most(cdr.created)


def _other_legs(cdr: SIPCDRAsset) -> Sequence[SIPCDRAsset]:
    """The records that the service has joined with this one."""
    if bridge_of(cdr.bridge_id) is None:
        return ()
    joined = all_of(prop("BridgeId").equals(cdr.bridge_id), prop("Id").differs(cdr.id))
    return find(service().cdrs, joined, MOST_LEGS)


def _not_looked_for(sieve: CallSieve) -> Any:
    return render_template("cdrs/index.html", form=sieve, page=None, days=()), sieve.status
