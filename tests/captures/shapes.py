"""Differences in shape between replies.

Status, elements, order, nil and empty, and the code, text and type of a fault.
"""

import re
from collections.abc import Iterator

from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.wire_types import ListType

from .exchanges import HttpMessage

_VARYING = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+Z"  # times
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids
)
_LISTS = {
    names.svc(operation.result_element) for operation in OPERATIONS.values() if isinstance(operation.result, ListType)
}


def differences(original: HttpMessage, ours: HttpMessage) -> list[str]:
    """Each difference as a line: where, what the original has, what we have."""
    return [f"{where}: {theirs} -> {own}" for where, theirs, own in _compared(original, ours) if theirs != own]


def _compared(original: HttpMessage, ours: HttpMessage) -> Iterator[tuple[str, str, str]]:
    yield "status", str(original.status), str(ours.status)
    yield "media type", original.media_type, ours.media_type
    theirs, own = original.content, ours.content
    yield "content", _kind(theirs), _kind(own)
    if own is not None and _kind(own) == "fault" and _kind(theirs) != "fault":
        yield "faultstring", "none", _text(own.find("faultstring"))
    if theirs is None or own is None or _kind(theirs) != _kind(own):
        return
    if _kind(theirs) == "fault":
        yield from _compared_faults(theirs, own)
    else:
        yield from _compared_elements(theirs, own)


def _kind(content: etree._Element | None) -> str:
    if content is None:
        return "none"
    return "fault" if content.tag == names.soap("Fault") else etree.QName(content).localname


def _compared_faults(theirs: etree._Element, own: etree._Element) -> Iterator[tuple[str, str, str]]:
    for name in ("faultcode", "faultstring"):
        yield name, _text(theirs.find(name)), _text(own.find(name))
    details = [fault.find(f"detail/{{{names.FAULT_DETAIL}}}ExceptionDetail") for fault in (theirs, own)]
    if details[0] is not None and details[1] is not None:
        yield from _compared_elements(details[0], details[1])
        yield "type", _type(details[0]), _type(details[1])
    else:
        yield "type", _type(details[0]), _type(details[1])


def _compared_elements(theirs: etree._Element, own: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Lists are compared by the records that both have; how many there are depends on the run."""
    where = etree.QName(theirs).localname
    yield where, _form(theirs), _form(own)
    if _is_list(theirs) or _is_list(own):
        yield from _compared_lists(theirs, own)
        return
    yield f"{where} holds", _names(theirs), _names(own)
    for child in theirs:
        partner = own.find(str(child.tag))
        if partner is not None:
            yield from _compared_elements(child, partner)


def _compared_lists(theirs: etree._Element, own: etree._Element) -> Iterator[tuple[str, str, str]]:
    yield f"{etree.QName(theirs).localname} has", _some(theirs), _some(own)
    if not len(theirs) or not len(own):
        return
    for record in own:
        yield "a record holds", _names(theirs[0]), _names(record)
    partners = {_id(record): record for record in own}
    common = [record for record in theirs if _id(record) in partners]
    for record in common:
        yield from _compared_elements(record, partners[_id(record)])
    if not common:
        yield "records without a value for", _gaps(theirs), _gaps(own)


def _is_list(element: etree._Element) -> bool:
    return element.tag in _LISTS


def _id(record: etree._Element) -> str | None:
    return record.findtext(f"{{{names.APP}}}Id")


def _form(element: etree._Element) -> str:
    """nil, empty or filled; numbers and flags are never empty."""
    if element.get(names.NIL) == "true":
        return "nil"
    return "filled" if len(element) or element.text or _is_list(element) else "empty"


def _some(element: etree._Element) -> str:
    return "records" if len(element) else "nothing"


def _gaps(records: etree._Element) -> str:
    """Return the fields that are nil or empty in each record; the same for two lists that have no record in common."""
    gaps = {
        " ".join(etree.QName(child).localname for child in record if _form(child) != "filled") for record in records
    }
    return " | ".join(sorted(gaps))


def _names(element: etree._Element) -> str:
    return " ".join(str(child.tag).partition("}")[2] for child in element)


def _text(element: etree._Element | None) -> str:
    text = "" if element is None else (element.text or "").strip()
    return _VARYING.sub("…", text.rpartition(":")[2] if element is not None and element.tag == "faultcode" else text)


def _type(detail: etree._Element | None) -> str:
    return "none" if detail is None else detail.findtext(f"{{{names.FAULT_DETAIL}}}Type", "")
