"""Records of customers, as a plan sees them."""

from sipsorcery_web.contract.records import SIPProvider
from sipsorcery_web.dial_plans.world import Provider


def test_a_provider_has_the_headers_of_its_record_and_no_password() -> None:
    record = SIPProvider(
        provider_name="blueline",
        provider_server="sip:blueline.example",
        provider_username="line",
        provider_password="bl4ckbird!",
        custom_headers="X-One: 1 | X-Two:a:b|nothing|",
    )

    provider = Provider.of(record)

    assert (provider.name, provider.server, provider.outbound_proxy) == ("blueline", "sip:blueline.example", "")
    assert provider.custom_headers == (("X-One", "1"), ("X-Two", "a:b"))
    assert "bl4ckbird!" not in repr(provider)
