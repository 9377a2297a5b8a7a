"""The same stage over both channels: in the same process, and over SOAP on a real socket."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.account_mails import AccountMails
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.settings import NewAccounts
from tests.conftest import HOME, ServiceFixture
from tests.mail.post_office import PostOffice, mail_port, post_office

from .soap_harness import SoapHarness

__all__ = ["mail_port", "post_office"]

ChannelTo = Callable[[Service], Channel]


@dataclass
class ChannelFixture(ServiceFixture):
    """A service that the cast reaches over a channel."""

    channel: Channel = field(kw_only=True)

    def client(self, token: str | None, address: str = HOME) -> ProvisioningClient:
        return ProvisioningClient(self.channel, ClientIdentity(token, address))


@pytest.fixture(scope="session")
def soap_harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoapHarness]:
    harness = SoapHarness(tmp_path_factory.mktemp("schemas"))
    yield harness
    harness.close()


@pytest.fixture(params=["in process", "soap"])
def channel_to(request: pytest.FixtureRequest) -> Iterator[ChannelTo]:
    """Makes a channel to a service; over SOAP, every message that passes is looked at."""
    if request.param == "in process":
        yield lambda service: service
        return
    harness: SoapHarness = request.getfixturevalue("soap_harness")
    harness.ear.heard, harness.ear.complaints = 0, []

    def channel_to(service: Service) -> Channel:
        harness.move_in(service)
        return harness.channel

    yield channel_to
    assert harness.ear.complaints == []
    assert harness.ear.heard > 0


@pytest.fixture
def service_fixture_with(
    service_context: ServiceContext, channel_to: ChannelTo
) -> Callable[[NewAccounts], ChannelFixture]:
    """Makes a stage with another policy on new accounts."""

    def make(new_accounts: NewAccounts) -> ChannelFixture:
        service = Service(replace(service_context, new_accounts=new_accounts))
        return ChannelFixture(service, channel=channel_to(service))

    return make


@pytest.fixture
def service_fixture(
    service_context: ServiceContext, service_fixture_with: Callable[[NewAccounts], ChannelFixture]
) -> ChannelFixture:
    return service_fixture_with(service_context.new_accounts)


@pytest.fixture
def mails(service_context: ServiceContext, post_office: PostOffice) -> AccountMails:
    """The mails about accounts of the stage with mail."""
    return post_office.account_mails(service_context)


@pytest.fixture
def mailing(service_context: ServiceContext, mails: AccountMails, channel_to: ChannelTo) -> ChannelFixture:
    """A stage with mail."""
    service = Service(replace(service_context, mails=mails))
    return ChannelFixture(service, channel=channel_to(service))
