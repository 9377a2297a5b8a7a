"""A channel to a service that answers what a test has put down."""

from collections.abc import Iterator

import pytest
from lxml import etree

from sipsorcery_web.provisioning.soap import SoapChannel

from .scripted import ScriptedService, assert_valid

PATIENCE = 5.0


@pytest.fixture
def scripted() -> Iterator[ScriptedService]:
    """The service; what it was asked must have been valid by the contract."""
    service = ScriptedService()
    yield service
    service.close()
    for request in service.requests:
        if request.body:
            assert_valid(_known_part(request.message))


@pytest.fixture
def channel(scripted: ScriptedService) -> SoapChannel:
    return SoapChannel(scripted.url, PATIENCE)


def _known_part(wrapper: etree._Element) -> etree._Element:
    """The message without the elements of other revisions, which tests put into names of their own."""
    for element in list(wrapper.iter("{*}NewIn2012", "{urn:extension}Note")):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    return wrapper
