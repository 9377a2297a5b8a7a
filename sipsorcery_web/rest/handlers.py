"""The verbs: what each asks of the service, and what it answers."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from werkzeug.wrappers import Request, Response

from sipsorcery_web.contract.errors import Conflict, NotFound
from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.contract.filters import Expression, all_of, prop
from sipsorcery_web.contract.records import Record, SIPDialogueAsset, Values, places_of, values_of
from sipsorcery_web.contract.rules.catalogue import ID_TAKEN
from sipsorcery_web.kept_answers import TOLD_BY_REVISION, KeptAnswers
from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient

from .bodies import JSON, body_of, record_of
from .conditions import Tags
from .cursors import Cursors, Start
from .filters import CURSOR, SINCE, Query, query_of
from .idempotency import Attempt, IdempotencyKeys, UsedOtherwise
from .json_values import told, written
from .problems import Problem
from .resources import Resource, Verb
from .routes import PREFIX
from .waiting import ASK_AGAIN, NoPlace, Waits

IDEMPOTENCY_KEY = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class ListAnswer:
    """A list as it was written, with the address of its next page; without content where nothing has changed."""

    body: bytes
    next_page: str = ""
    ask_again: int | None = None
    """Seconds until another answer is worth asking for, where this one says nothing."""

    def __len__(self) -> int:
        return len(self.body)

    def response(self) -> Response:
        """Return it as an answer."""
        if not self.body:
            return nothing({"Retry-After": str(self.ask_again)} if self.ask_again else None)
        response = Response(self.body, content_type=JSON)
        if self.next_page:
            response.headers["Link"] = f'<{self.next_page}>; rel="next"'
        return response


UNCHANGED = ListAnswer(b"")
NO_PLACE = ListAnswer(b"", ask_again=ASK_AGAIN)


@dataclass(frozen=True)
class Backend:
    """The parts of the interface. `owner_of` and `revision`, which says nothing but itself, are told a token."""

    channel: Channel
    owner_of: Callable[[str], str]
    revision: Callable[[str], str]
    keys: IdempotencyKeys
    tags: Tags
    cursors: Cursors
    kept: KeptAnswers[ListAnswer]
    waits: Waits


@dataclass(frozen=True)
class Call:
    """A request for a resource, with a token that nobody has looked at yet."""

    request: Request
    resource: Resource
    id: UUID | None
    token: str
    backend: Backend

    @property
    def service(self) -> ProvisioningClient:
        """The service as the token's customer has it."""
        identity = ClientIdentity(self.token, self.request.remote_addr or "")
        return ProvisioningClient(self.backend.channel, identity)

    @property
    def address(self) -> str:
        """The address of the resource."""
        return f"{self.request.root_path.rstrip('/')}{PREFIX}/{self.resource.noun}"


def answer(call: Call, verb: Verb) -> Response:
    """Carry a request out. Raises Problem, and what the service raises."""
    return _VERBS[verb](call)


def _list(call: Call) -> Response:
    if call.resource.record not in TOLD_BY_REVISION or SINCE in call.request.args:
        return _list_read(call).response()
    name = _name_of(call)
    kept = call.backend.kept
    return (kept.find(name) or kept.made(name, call.token, partial(_list_read, call))).response()


def _list_read(call: Call, revision_now: str | None = None) -> ListAnswer:
    query = query_of(call.resource, call.request.args)
    if call.resource.read_at_once:
        return ListAnswer(written({"items": [told(call.resource.record, row) for row in _all(call)]}))
    revision = _told_revision(call, revision_now) if call.resource.is_live else ""
    if revision and query.since == revision:
        call.service.entries(call.resource.record).portion(0, 0)  # which a token without the scope is refused
        try:
            revision = _later_revision(call, query)
        except NoPlace:
            return NO_PLACE
        if query.since == revision:
            return UNCHANGED
    rows, next_cursor = _page(call, query)
    items = [told(call.resource.record, row) for row in rows]
    more = {"revision": revision} if revision else {}
    body = written({"items": items, "next_cursor": next_cursor, **more})
    return ListAnswer(body, _address_of_next(call, next_cursor) if next_cursor else "")


def _address_of_next(call: Call, cursor: str) -> str:
    return f"{call.address}?{urlencode(call.request.args.to_dict() | {CURSOR: cursor})}"


def _name_of(call: Call) -> bytes:
    """Return a name for all that shapes the answer to a request for a list; it tells nothing of the token."""
    shaping = (call.token, call.address, call.request.query_string)
    return hashlib.blake2b(repr(shaping).encode(), digest_size=24).digest()


def _page(call: Call, query: Query) -> tuple[Sequence[Values], str | None]:
    """Return the rows of a page, and the cursor of the next one, if there is one."""
    resource, cursors = call.resource, call.backend.cursors
    start = cursors.read(resource, query.asked, query.cursor) if query.cursor else Start()
    conditions = [part for part in (query.where, start.where(resource)) if part is not None]
    where = all_of(*conditions) if conditions else None
    entries = call.service.entries(resource.record)
    found = list(values_of(resource.record, entries.portion(start.offset, query.limit + 1, where)))
    rows = found[: query.limit]
    is_last = len(found) <= query.limit
    return rows, None if is_last else cursors.written(resource, query.asked, start.behind(resource, rows))


def _get(call: Call) -> Response:
    refuse_parameters(call.request)
    return _told(call, _one(call))


def _add(call: Call) -> Response:
    refuse_parameters(call.request)
    body = body_of(call.request, Verb.ADD)
    key = call.request.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        added = call.service.records(call.resource.record).add(record_of(call.resource, body, is_whole=True))
        return _created(call, added)
    if not _KEY.fullmatch(key):
        raise Problem(400, "A key has 1 to 200 visible ASCII characters.", "wrong-type", IDEMPOTENCY_KEY)
    record_of(call.resource, body)  # what is no record needs no key
    try:
        attempt = call.backend.keys.begin(call.backend.owner_of(call.token), call.resource.noun, key, body)
    except UsedOtherwise:
        raise Problem(422, "This key was sent with something else.", "key-used", IDEMPOTENCY_KEY) from None
    return _created(call, _added_once(call, attempt, body))


def _added_once(call: Call, attempt: Attempt, body: Mapping[str, Any]) -> Record:
    """Return the record of a key, which is made unless it was before."""
    if attempt.is_used:
        return _made_before(call, attempt)
    try:
        record = record_of(call.resource, body, is_whole=True, id=attempt.record_id)
        added = call.service.records(call.resource.record).add(record)
    except Conflict as error:
        if error.rule is not ID_TAKEN:
            raise
        added = _made_before(call, attempt)
    call.backend.keys.note_use(attempt)
    return added


def _made_before(call: Call, attempt: Attempt) -> Record:
    found = _found(call, attempt.record_id)
    if found is None:
        raise Problem(409, "What was made with this key has been deleted since.", "key-used", IDEMPOTENCY_KEY)
    return call.resource.record.from_values(found)


def _replace(call: Call) -> Response:
    return _changed(call, Verb.REPLACE)


def _change(call: Call) -> Response:
    return _changed(call, Verb.CHANGE)


def _changed(call: Call, verb: Verb) -> Response:
    refuse_parameters(call.request)
    is_whole = verb is Verb.REPLACE
    record = record_of(call.resource, body_of(call.request, verb), is_whole, id=call.id)
    condition = call.backend.tags.condition(call.request, is_owed=is_whole)
    changed = call.service.records(call.resource.record).update(record, only_if=condition)
    (values,) = values_of(call.resource.record, [changed])
    return _told(call, values)


def _delete(call: Call) -> Response:
    refuse_parameters(call.request)
    if call.resource.record is SIPDialogueAsset and call.id is not None:
        call.service.delete_call(call.id)
        return nothing()
    condition = call.backend.tags.condition(call.request)
    call.service.records(call.resource.record).delete(record_of(call.resource, {}, id=call.id), only_if=condition)
    return nothing()


def _created(call: Call, record: Record) -> Response:
    (values,) = values_of(call.resource.record, [record])
    response = _told(call, values)
    response.status_code = 201
    response.headers["Location"] = f"{call.address}/{values[places_of(call.resource.record)['id']]}"
    return response


def _told(call: Call, values: Values) -> Response:
    response = _reply(told(call.resource.record, values))
    response.headers["ETag"] = call.backend.tags.of_values(call.resource.record, values)
    return response


def _one(call: Call) -> Values:
    """Return the values of the record that is asked for. NotFound where there is none."""
    if call.resource.is_single:
        customer = call.service.customer(call.backend.owner_of(call.token))
        (found,) = values_of(call.resource.record, [customer])
        return found
    if call.resource.read_at_once:
        place = places_of(call.resource.record)["id"]
        one = next((row for row in _all(call) if row[place] == call.id), None)
    else:
        one = _found(call, call.id)
    if one is None:
        raise NotFound(f"The {call.resource.one} was not found.")
    return one


def _found(call: Call, id: UUID | None) -> Values | None:
    where: Expression = prop("Id").equals(id)
    record = call.resource.record
    return next(iter(values_of(record, call.service.entries(record).portion(0, 1, where))), None)


def _all(call: Call) -> Sequence[Values]:
    """Return all records of a kind that is read at once."""
    is_tokens = call.resource.record is AccessToken
    records: Sequence[Record] = call.service.access_tokens() if is_tokens else call.service.domains()
    return list(values_of(call.resource.record, records))


def _told_revision(call: Call, revision_now: str | None) -> str:
    return shown_revision(revision_now) if revision_now else call.backend.revision(call.token)


def _later_revision(call: Call, query: Query) -> str:
    """Return the revision that is known as soon as it is another one, or at the end of the wait. Raises NoPlace."""
    if not query.wait:
        return query.since
    return call.backend.waits.changed(call.token, query.since, query.wait)


def shown_revision(revision: str) -> str:
    """Return the revision of what a customer sees as it is told, which says nothing else."""
    return hashlib.blake2b(revision.encode(), digest_size=12).hexdigest()


def refuse_parameters(request: Request) -> None:
    """Raise Problem for a request that has parameters."""
    if name := next(iter(request.args), None):
        raise Problem(400, f"There is no parameter {name[:64]!r} here.", "unknown-parameter", name[:64])


def nothing(headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer without content."""
    response = Response(status=204, headers=headers)
    del response.headers["Content-Type"]
    return response


def _reply(value: object) -> Response:
    return Response(written(value), content_type=JSON)


_VERBS: Mapping[Verb, Callable[[Call], Response]] = {
    Verb.LIST: _list,
    Verb.GET: _get,
    Verb.ADD: _add,
    Verb.REPLACE: _replace,
    Verb.CHANGE: _change,
    Verb.DELETE: _delete,
}
