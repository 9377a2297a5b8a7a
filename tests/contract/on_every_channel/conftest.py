"""The same stage over both channels: in the same process, and over SOAP on a real socket."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ProvisioningClient, Visitor
from sipsorcery_web.provisioning.in_process import InProcessChannel
from sipsorcery_web.service.call import Parts
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.settings import NewAccounts
from tests.conftest import HOME, Stage

from .soap_house import SoapHouse


@dataclass
class ChannelStage(Stage):
    """A service that the cast reaches over a channel."""

    channel: Channel = field(kw_only=True)

    def client(self, token: str | None, address: str = HOME) -> ProvisioningClient:
        return ProvisioningClient(self.channel, Visitor(token, address))


@pytest.fixture(scope="session")
def soap_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoapHouse]:
    house = SoapHouse(tmp_path_factory.mktemp("schemas"))
    yield house
    house.close()


@pytest.fixture(params=["in process", "soap"])
def channel_to(request: pytest.FixtureRequest) -> Iterator[Callable[[Service], Channel]]:
    """Makes a channel to a service; over SOAP, every message that passes is looked at."""
    if request.param == "in process":
        yield InProcessChannel
        return
    house: SoapHouse = request.getfixturevalue("soap_house")
    house.ear.heard, house.ear.complaints = 0, []

    def channel_to(service: Service) -> Channel:
        house.move_in(service)
        return house.channel

    yield channel_to
    assert house.ear.complaints == []
    assert house.ear.heard > 0


@pytest.fixture
def stage_with(parts: Parts, channel_to: Callable[[Service], Channel]) -> Callable[[NewAccounts], ChannelStage]:
    """Makes a stage with another policy on new accounts."""

    def make(new_accounts: NewAccounts) -> ChannelStage:
        service = Service(replace(parts, new_accounts=new_accounts))
        return ChannelStage(service, channel=channel_to(service))

    return make


@pytest.fixture
def stage(parts: Parts, stage_with: Callable[[NewAccounts], ChannelStage]) -> ChannelStage:
    return stage_with(parts.new_accounts)
