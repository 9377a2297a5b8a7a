"""Values over the whole range of the contract, for tests of what holds for each of them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from sipsorcery_web.contract.character_sets import NOT_XML
from sipsorcery_web.contract.extensions import ALL_OPERATIONS
from sipsorcery_web.contract.records import wire_fields
from sipsorcery_web.contract.wire_types import (
    BOOLEAN,
    FOREVER,
    GUID,
    INT,
    NEVER,
    STRING,
    ListType,
    Moment,
    RecordType,
    Scalar,
    TextLists,
    WireType,
)


def _elsewhere(moment: datetime) -> datetime:
    return moment.astimezone(timezone(timedelta(hours=9, minutes=30)))


TEXTS = st.one_of(
    st.text(alphabet="ab <>&'\"\r\n\t]\\{}é\ud7ff\ue000\ufffd\U0001f600", max_size=8),
    st.text(max_size=20).map(lambda text: NOT_XML.sub("", text)),
)
MOMENTS = st.one_of(
    st.sampled_from([NEVER, FOREVER, datetime(2026, 11, 23, 12, tzinfo=UTC)]),
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1 < moment.year < 9999).map(_elsewhere),
)
_SCALARS: dict[Scalar, st.SearchStrategy[Any]] = {
    STRING: TEXTS,
    INT: st.integers(-(2**31), 2**31 - 1),
    BOOLEAN: st.booleans(),
    GUID: st.uuids(),
}


def values(kind: WireType) -> st.SearchStrategy[Any]:
    """Every value of a kind but nil."""
    match kind:
        case Scalar():
            return _SCALARS[kind] if kind in _SCALARS else st.sampled_from(kind.members)
        case Moment():
            return MOMENTS
        case RecordType():
            return records(kind.record)
        case ListType():
            return st.lists(records(kind.record), max_size=3)
        case TextLists():
            return st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3), max_size=3)


@st.composite
def records(draw: st.DrawFn, record: Any) -> Any:
    """Records of a class with any of their fields."""
    given = {
        entry.attribute: draw(st.none() | values(entry.kind) if entry.nillable else values(entry.kind))
        for entry in wire_fields(record)
    }
    present = draw(st.none() | st.frozensets(st.sampled_from(sorted(given))))
    return record(**given, present=present)


@st.composite
def results(draw: st.DrawFn) -> tuple[Any, Any]:
    """An operation and what it may answer."""
    operation = ALL_OPERATIONS[draw(st.sampled_from(sorted(ALL_OPERATIONS)))]
    if operation.result is None:
        return operation, None
    found = values(operation.result)
    return operation, draw(found | st.none() if operation.result.absent is None else found)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    """An operation and arguments for it."""
    operation = ALL_OPERATIONS[draw(st.sampled_from(sorted(ALL_OPERATIONS)))]
    return operation, {
        each.name: draw(values(each.kind) | st.none() if each.nillable else values(each.kind))
        for each in operation.parameters
    }
