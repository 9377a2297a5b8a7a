"""Elements that the codec reads."""

from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.operations import OPERATIONS

NAMESPACES = (
    f'xmlns="{names.SVC}" xmlns:a="{names.APP}" xmlns:c="{names.CRM}" xmlns:b="{names.SYS}" xmlns:i="{names.XSI}"'
)
ADD = OPERATIONS["AddSIPAccount"]
LIST = OPERATIONS["GetSIPAccounts"]


def text_of(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode")


def local_names(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]
