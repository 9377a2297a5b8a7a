"""The look at the engine's ports before anything starts."""

import socket
from typing import Any

import pytest

from sipsorcery_web.kamailio.ports import check_ports, check_third_party_port
from sipsorcery_web.settings import SettingError, Settings, SipSettings
from tests.conftest import HOME
from tests.running import free_port


def sip(**more: Any) -> SipSettings:
    ports = {name: free_port() for name in ("sip_port", "sip_tls_port", "sip_rpc_port")}
    return Settings(**{"sip_host": HOME} | ports | more).sip


def test_free_ports_are_fine() -> None:
    check_ports(sip())


@pytest.mark.parametrize(("kind", "protocol"), [(socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP")])
def test_a_port_that_something_else_has_is_named(kind: socket.SocketKind, protocol: str) -> None:
    settings = sip()
    with socket.socket(type=kind) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((HOME, settings.port))
        if kind == socket.SOCK_STREAM:
            other.listen()

        with pytest.raises(SettingError, match=f"{protocol} port {settings.port} .* systemctl disable --now kamailio"):
            check_ports(settings)


def test_the_port_for_tls_counts_with_a_certificate_only() -> None:
    settings = sip()
    with socket.create_server((HOME, settings.tls_port)):
        check_ports(settings)
        secure = sip(sip_tls_port=settings.tls_port, sip_certificate="phones.pem")
        with pytest.raises(SettingError, match="SIPSORCERY_SIP_TLS_PORT"):
            check_ports(secure)


def test_the_port_of_the_control_channel_counts_too() -> None:
    settings = sip()
    other = socket.create_server((HOME, settings.rpc_port))
    with other, pytest.raises(SettingError, match="SIPSORCERY_SIP_RPC_PORT"):
        check_ports(settings)


def test_the_port_of_calls_that_are_asked_for_counts_too() -> None:
    settings = sip(sip_third_party_port=free_port())
    check_third_party_port(settings)
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind((settings.loopback, settings.third_party_port))
        with pytest.raises(
            SettingError, match=f"UDP port {settings.third_party_port} .* SIPSORCERY_SIP_THIRD_PARTY_PORT"
        ):
            check_third_party_port(settings)


def test_an_address_that_no_interface_has_is_named_with_the_setting_for_it() -> None:
    with pytest.raises(
        SettingError, match=r"SIP_HOST=192\.0\.2\.77 is no address .* SIPSORCERY_SIP_ADVERTISE=192\.0\.2\.77"
    ):
        check_ports(sip(sip_host="192.0.2.77"))


def test_connections_that_are_still_closing_are_no_hindrance() -> None:
    settings = sip()
    with socket.create_server((HOME, settings.port)) as before, socket.create_connection(before.getsockname()) as phone:
        accepted, _ = before.accept()
        accepted.close()  # the side that closes first keeps the port in TIME_WAIT
        phone.recv(1)

    check_ports(settings)
