"""The changes of what is a customer's, as the audit of the service tells them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from sipsorcery_web.contract.extensions import OPERATOR, AuditEntry
from sipsorcery_web.contract.filters import Expression, prop
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.lists.exports import Column, export_routes, exported, owner_column
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.lists.search import and_, owned_text_search
from sipsorcery_web.portal.ui.area import Area

from .change_words import fields_in_words, in_words

bp = Blueprint("changes", __name__, url_prefix="/security/changes")
AREA = Area(bp, "Changes", help="changes", needs="keeps_audit")

WHO = ListFilter(
    "who",
    [
        FilterOption("", "All"),
        FilterOption("others", "By others", prop("OnBehalfOf").differs(None)),
        FilterOption("programs", "By programs", prop("TokenName").differs(None)),
    ],
)
COLUMNS: Sequence[Column[AuditEntry]] = (
    Column("time", "Time", "inserted", is_moment=True),
    Column("change", "Change", ("operation", "record_kind"), in_words),
    Column("name", "Name", "record_name"),
    Column("fields", "Fields", "changed"),
    Column("by", "By", "actor"),
    Column("token", "Token", "token_name"),
    Column("reason", "Reason", "reason"),
    Column("address", "Address", "address"),
    Column("operation", "Operation", "operation"),
    Column("id", "Id", "record_id", lambda id: None if id == ZERO_ID else str(id)),
    Column("request", "Request", "request_id"),
    Column("number", "Number", "number"),
    Column("hash", "Hash", "hash"),
)


@dataclass(frozen=True)
class ChangeRow:
    """A change as its row shows it."""

    entry: AuditEntry

    @property
    def words(self) -> str:
        """Return what was done."""
        return in_words(self.entry.operation, self.entry.record_kind)

    @property
    def fields(self) -> str:
        """Return which fields were changed."""
        return fields_in_words(self.entry.changed)

    @property
    def lacks_reason(self) -> bool:
        """Return True where an administrator has not said why."""
        return bool(self.entry.on_behalf_of) and not self.entry.reason and self.entry.actor != OPERATOR


@bp.get("")
def index() -> str:
    """The changes that the visitor may see, a page at a time, newest first."""
    list_query = ListQuery.from_request()
    page = page_of(service().audit, list_query, _wanted(list_query.query))
    return render_template("security/changes.html", page=page, rows=list(map(ChangeRow, page.items)), who=WHO)


@export_routes(bp)
def export(form: str) -> Response:
    """The same list as a file."""
    columns = (*owner_column(), *COLUMNS)
    return exported(form, "changes", columns, service().audit, _wanted(ListQuery.from_request().query))


def _wanted(query: str) -> Expression | None:
    return and_(owned_text_search(query, "RecordName", "Actor", "Operation"), WHO.chosen.where)
