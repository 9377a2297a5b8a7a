"""Registrations with providers over TLS."""

from pathlib import Path

from tests.factories import DOMAIN
from tests.factories.records import sip_provider
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.test_providers import binding, failure, is_registered

from .authority import Authority
from .conftest import NAME, Servers
from .server import TLSServer


def registers_with(harness: KamailioHarness, server: TLSServer) -> None:
    facts = {
        "provider_server": f"sip:{NAME}:{server.at.rpartition(':')[2]};transport=tls",
        "provider_username": "line",
        "provider_password": "sw0rdfish",
        "register_contact": f"sip:alice@{DOMAIN}",
        "register_enabled": True,
        "register_expiry": 60,
    }
    harness.client("alice").sip_providers.add(sip_provider(server.username, **facts))


def test_a_provider_takes_a_registration_over_tls(harness: KamailioHarness, server: Servers) -> None:
    blue = server("reg-blue", NAME)
    registers_with(harness, blue)
    asked = blue.hears("REGISTER")
    challenge = 'WWW-Authenticate: Digest realm="blueline.example", nonce="n1", algorithm=MD5\r\n'
    blue.replies(asked, 401, "Unauthorized", more=challenge)
    proven = blue.hears("REGISTER")
    assert "sw0rdfish" not in repr(proven)
    assert 'username="line"' in proven["Authorization"]
    assert proven.contact.endswith(f":{harness.settings.sip_tls_port};transport=tls")
    blue.contact = proven.contact
    blue.replies(proven, 200, "OK", more="Expires: 60\r\n")
    assert eventually(lambda: binding(harness, "reg-blue"), is_registered)
    assert set(blue.called) == {NAME}


def test_a_refused_certificate_is_told_at_the_provider(
    harness: KamailioHarness, server: Servers, tmp_path: Path
) -> None:
    blue = server("reg-red", certificate=Authority(tmp_path, "Somebody else").certificate(NAME))
    registers_with(harness, blue)
    found = eventually(lambda: binding(harness, "reg-red"), lambda each: bool(failure(each)))
    words = "The certificate of the provider's server was refused: no authority that is trusted here has signed it."
    assert failure(found) == words
    assert blue.came == []
    page = harness.page("alice", "/providers?q=reg-red").text
    assert "Certificate refused" in page
    assert "no authority that is trusted here has signed it" in page
