"""The addresses of hosts that may be contacted."""

from sipsorcery_web.network.contacting import addresses_of


def test_this_machines_own_names_are_known() -> None:
    assert "127.0.0.1" in addresses_of("localhost")
