"""An engine behind 1:1 NAT: it listens at one address, and phones and providers know it by another."""

import socket
from collections.abc import Iterator
from uuid import uuid4

import pytest

from sipsorcery_web.contract.records import SIPProvider
from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .sipp import ACKED, ANSWER, HUNG_UP, RING

OUTSIDE = "198.51.100.7"


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[KamailioHarness]:
    with KamailioHarness(tmp_path_factory.mktemp("nat"), passwords, sip_advertise=OUTSIDE).open() as harness:
        yield harness


def test_a_call_goes_by_the_address_of_the_outside_and_has_its_record(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("outside")

    answering = his.takes(RING, ANSWER, ACKED, *HUNG_UP)
    hers.calls(number, *hers.talk(number, seconds=0.2)).wait()
    answering.wait()

    heard = answering.messages.read_text()
    kamailio = f"{OUTSIDE}:{harness.settings.sip_port}"
    assert f"Record-Route: <sip:{kamailio};" in heard
    assert f"Via: SIP/2.0/UDP {kamailio};" in heard
    assert f"{HOME}:{harness.settings.sip_port}" not in heard.partition("Call-ID")[0]
    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == his.username])
    assert cdr.local_socket == f"udp:{kamailio}"


def test_a_phone_that_has_the_outside_address_for_a_domain_is_the_default_domains(harness: KamailioHarness) -> None:
    account = harness.account("alice", "by-address")
    phone = harness.phone(account)
    phone.domain = OUTSIDE

    phone.register()

    assert len(harness.bindings_of(account)) == 1
    assert account.sip_domain == DOMAIN


def test_a_provider_is_told_the_address_of_the_outside(harness: KamailioHarness) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as provider:
        provider.bind((HOME, 0))
        provider.settimeout(15)
        server = f"sip:{HOME}:{provider.getsockname()[1]}"
        harness.client("alice").sip_providers.add(
            SIPProvider(
                id=uuid4(), provider_name="outside", provider_username="desk", provider_password="secret",
                provider_server=server, register_contact=f"sip:alice@{DOMAIN}", register_enabled=True,
                register_expiry=60,
            )
        )  # fmt: skip

        heard = provider.recv(65535).decode()

    assert heard.startswith("REGISTER ")
    (contact,) = (line for line in heard.split("\r\n") if line.startswith("Contact:"))
    assert f"@{OUTSIDE}:{harness.settings.sip_port}" in contact
    assert f"Via: SIP/2.0/UDP {OUTSIDE}:{harness.settings.sip_port}" in heard
