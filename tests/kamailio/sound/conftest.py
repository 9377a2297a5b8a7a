"""Real Kamailio and rtpengine on a machine of their own, and phones on others."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.kamailio.media_relay import find_rtpengine
from sipsorcery_web.service.passwords import Passwords
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.user_agent import UserAgent

from .namespaces import SERVER, Network, network, obstacle
from .rtp import sound
from .telephones import PLACES, Telephone, Telephones


@pytest.fixture(scope="module")
def internet() -> Iterator[Network]:
    if find_rtpengine() is None:
        pytest.skip("needs Debian's rtpengine-daemon")
    if reason := obstacle():
        pytest.skip(reason)
    with network() as made:
        yield made


@pytest.fixture(scope="module")
def harness(
    internet: Network, tmp_path_factory: pytest.TempPathFactory, passwords: Passwords
) -> Iterator[KamailioHarness]:
    with KamailioHarness(tmp_path_factory.mktemp("sound"), passwords, sip_host=SERVER).open() as harness:
        yield harness


@pytest.fixture
def telephone(harness: KamailioHarness, internet: Network) -> Iterator[Telephones]:
    """Phones of accounts that are made with them: whose, what the account is called, and where the phone is."""
    with ExitStack() as stack:

        def telephone(
            owner: str, username: str, at: str, account: SIPAccount | None = None, address: str = ""
        ) -> Telephone:
            made = account or harness.account(owner, username)
            machine, address = internet.machines[at], address or PLACES[at]
            speaks = stack.enter_context(sound(machine, address))
            with machine.at_work():
                agent = UserAgent(harness, username, str(made.sip_password), ip=address)
            stack.enter_context(agent)
            agent.sdp = speaks.offer()
            return Telephone(agent, speaks)

        yield telephone
