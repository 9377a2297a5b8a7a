"""Elements that the codec reads, and messages as elements."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.message_text import answer_bytes, request_text
from sipsorcery_web.contract.operations import OPERATIONS, Operation

NAMESPACES = (
    f'xmlns="{names.SVC}" xmlns:a="{names.APP}" xmlns:c="{names.CRM}" xmlns:b="{names.SYS}" xmlns:i="{names.XSI}"'
)
ADD = OPERATIONS["AddSIPAccount"]
LIST = OPERATIONS["GetSIPAccounts"]


def text_of(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode")


def local_names(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]


def write_arguments(operation: Operation, arguments: Mapping[str, Any]) -> etree._Element:
    """The wrapper of a request."""
    return etree.fromstring(request_text(operation, arguments))


def write_result(operation: Operation, result: Any) -> etree._Element:
    """The wrapper of an answer."""
    return envelope.body_of(envelope.parse_envelope(answer_bytes(operation, result)))
