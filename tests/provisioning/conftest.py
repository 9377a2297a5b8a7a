"""A channel to a service that answers what a test has put down."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from lxml import etree

from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel

from .genuine import STORES, FileStore, GenuineService, MySQLStore
from .scripted import ScriptedService, assert_valid
from .soap_calls import Seconds

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


@pytest.fixture(params=STORES)
def genuine(request: pytest.FixtureRequest) -> Iterator[GenuineService]:
    """A stand-in for the original service, over one store and then the other."""
    with closing(GenuineService(STORES[request.param]())) as service:
        yield service


@pytest.fixture
def file_service() -> Iterator[GenuineService]:
    """The original over its file store."""
    with closing(GenuineService(FileStore())) as service:
        yield service


@pytest.fixture
def mysql_service() -> Iterator[GenuineService]:
    """The original over MySQL."""
    with closing(GenuineService(MySQLStore())) as service:
        yield service


@pytest.fixture
def client(channel: SoapChannel) -> ProvisioningClient:
    return ProvisioningClient(channel, ClientIdentity("t0ken"))


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()
