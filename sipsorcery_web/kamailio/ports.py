"""The ports that Kamailio and rtpengine will listen at, looked at before they start: some they share without a word."""

import errno
import socket
from collections.abc import Iterator

from sipsorcery_web.settings import SettingError, SipSettings

LOOPBACK = "127.0.0.1"
CHANNEL_HOST = "127.0.0.2"
"""Another address of this machine's own network, so that the port of the control channel is enough for both."""


def check_ports(sip: SipSettings) -> None:
    """Raise SettingError for an address that is not this machine's, or a port that something else has."""
    for kind, protocol, host, port in _listeners(sip):
        try:
            _try(kind, host, port)
        except OSError as error:
            raise SettingError(_reason(error, protocol, host, port, sip)) from error


def check_control_port(port: int) -> None:
    """Raise SettingError for a control port of rtpengine that something else has."""
    try:
        _try(socket.SOCK_DGRAM, LOOPBACK, port)
    except OSError as error:
        raise SettingError(
            f"rtpengine cannot have UDP port {port} of {LOOPBACK}: {error.strerror}. "
            "Choose another one with SIPSORCERY_MEDIA_CONTROL_PORT."
        ) from error


def check_third_party_port(sip: SipSettings) -> None:
    """Raise SettingError for a port of the third-party call controller that something else has."""
    try:
        _try(socket.SOCK_DGRAM, sip.loopback, sip.third_party_port)
    except OSError as error:
        raise SettingError(
            f"calls that are asked for on pages and by plans cannot have UDP port {sip.third_party_port} of "
            f"{sip.loopback}: {error.strerror}. Choose another one with SIPSORCERY_SIP_THIRD_PARTY_PORT."
        ) from error


def _listeners(sip: SipSettings) -> Iterator[tuple[socket.SocketKind, str, str, int]]:
    yield socket.SOCK_DGRAM, "UDP", sip.host, sip.port
    yield socket.SOCK_STREAM, "TCP", sip.host, sip.port
    if sip.certificate:
        yield socket.SOCK_STREAM, "TCP", sip.host, sip.tls_port
    yield socket.SOCK_STREAM, "TCP", LOOPBACK, sip.rpc_port
    yield socket.SOCK_DGRAM, "UDP", LOOPBACK, sip.rpc_port
    yield socket.SOCK_STREAM, "TCP", CHANNEL_HOST, sip.rpc_port


def _try(kind: socket.SocketKind, host: str, port: int) -> None:
    with socket.socket(_family(host), kind) as trial:
        if kind == socket.SOCK_STREAM:  # connections of the Kamailio before may still be closing
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((host, port))
        if kind == socket.SOCK_STREAM:
            trial.listen(1)


def _reason(error: OSError, protocol: str, host: str, port: int, sip: SipSettings) -> str:
    match error.errno:
        case errno.EADDRNOTAVAIL:
            return (
                f"SIPSORCERY_SIP_HOST={host} is no address of this machine. Set it to one that the machine itself has"
                f"{_example(host, port)}. Where phones reach it at {host} through 1:1 NAT, as in most clouds, add "
                f"SIPSORCERY_SIP_ADVERTISE={host}."
            )
        case errno.EADDRINUSE:
            return (
                f"the SIP engine cannot have {protocol} port {port} of {host}: something else has it. "
                f"{_way_out(port, sip)}"
            )
        case _:
            return f"the SIP engine cannot have {protocol} port {port} of {host}: {error.strerror}."


def _way_out(port: int, sip: SipSettings) -> str:
    if port == sip.rpc_port:
        return "Choose another one with SIPSORCERY_SIP_RPC_PORT."
    variable = "SIPSORCERY_SIP_PORT" if port == sip.port else "SIPSORCERY_SIP_TLS_PORT"
    return (
        "Where that is Debian's own Kamailio: systemctl disable --now kamailio. "
        f"Or choose another address or port with SIPSORCERY_SIP_HOST and {variable}."
    )


def _example(host: str, port: int) -> str:
    """The address that this machine would send from to there; nothing is sent."""
    try:
        with socket.socket(_family(host), socket.SOCK_DGRAM) as trial:
            trial.connect((host, port))
            return f", such as {trial.getsockname()[0]}"
    except OSError:
        return ""


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
