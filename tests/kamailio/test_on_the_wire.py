"""The settings of the engine and of an account on the wire."""

import hashlib
import re
import socket
import ssl
from pathlib import Path

import pytest

from sipsorcery_web.kamailio.rpc import rpc_secret
from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .sipp import REPLY, Phone, receive, scenario, send

NEEDS = pytest.mark.skipif(not Path("/usr/sbin/kamailio").exists(), reason="needs Debian's kamailio")


def register(username: str, expires: int, authorization: str = "") -> bytes:
    lines = [
        f"REGISTER sip:{DOMAIN} SIP/2.0",
        f"Via: SIP/2.0/TLS {HOME}:5999;branch=z9hG4bK{len(authorization)}",
        f"From: <sip:{username}@{DOMAIN}>;tag=1",
        f"To: <sip:{username}@{DOMAIN}>",
        "Call-ID: wire@127.0.0.1",
        f"CSeq: {1 + bool(authorization)} REGISTER",
        f"Contact: <sip:{username}@{HOME}:5999;transport=tls>",
        f"Expires: {expires}",
        "Max-Forwards: 70",
        *([authorization] if authorization else []),
        "Content-Length: 0",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def authorization(challenge: str, username: str, password: str, algorithm: str, method: str = "REGISTER") -> str:
    """The answer to a challenge (RFC 7616, section 3.4)."""
    digest = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5
    nonce = re.findall(r'nonce="([^"]+)"', challenge)[0]
    realm = re.findall(r'realm="([^"]+)"', challenge)[0]
    uri = f"sip:{DOMAIN}"
    ha1 = digest(f"{username}:{realm}:{password}".encode()).hexdigest()
    ha2 = digest(f"{method}:{uri}".encode()).hexdigest()
    answer = digest(f"{ha1}:{nonce}:00000001:c1:auth:{ha2}".encode()).hexdigest()
    return (
        f'Authorization: Digest username="{username}", realm="{realm}", nonce="{nonce}", uri="{uri}", qop=auth, nc=00000001, '
        f'cnonce="c1", response="{answer}", algorithm={algorithm}'
    )


def signs_in(line: socket.socket, username: str, password: str, algorithm: str = "MD5") -> str:
    """Register over a connection and give the final answer."""
    line.sendall(register(username, 600))
    challenge = line.recv(65536).decode()
    if not challenge.startswith("SIP/2.0 401"):
        return challenge
    line.sendall(register(username, 600, authorization(challenge, username, password, algorithm)))
    return line.recv(65536).decode()


@NEEDS
def test_a_phone_registers_over_tls(tmp_path: Path, passwords: Passwords, certificate: tuple[str, str]) -> None:
    own, key = certificate
    harness = KamailioHarness(tmp_path / "data", passwords, sip_certificate=own, sip_certificate_key=key)
    context = ssl.create_default_context(cafile=own)
    with harness.open():
        account = harness.account("alice", "secure-one")
        with (
            socket.create_connection((HOME, harness.settings.sip_tls_port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=DOMAIN) as line,
        ):
            assert signs_in(line, "secure-one", str(account.sip_password)).startswith("SIP/2.0 200")
            (binding,) = harness.client("alice").registrar_bindings.page()
            assert (binding.remote_sip_socket or "").startswith("tls:127.0.0.1:")


@NEEDS
def test_sha_256_is_asked_for_and_taken(tmp_path: Path, passwords: Passwords) -> None:
    with KamailioHarness(tmp_path / "data", passwords, sip_digest="SHA-256").open() as harness:
        account = harness.account("alice", "modern-one")
        with socket.create_connection((HOME, harness.settings.sip_port), timeout=5) as line:
            answer = signs_in(line, "modern-one", str(account.sip_password), "SHA-256")

    assert answer.startswith("SIP/2.0 200")


def test_an_account_that_asks_for_keep_alives_gets_them(harness: KamailioHarness) -> None:
    account = harness.account("alice", "behind-nat", send_nat_keep_alives=True)
    phone = harness.phone(account)
    phone.register()

    keep_alive = scenario(receive("OPTIONS"), send(REPLY.format(status="200 OK", tag=";tag=k", body=""), retrans=False))
    phone.start(keep_alive, patience=45).wait()


def test_a_phone_that_was_given_the_machines_address_is_in_the_default_domain(harness: KamailioHarness) -> None:
    account = harness.account("alice", "by-address")
    phone = Phone(
        harness.folder / "sipp", f"{HOME}:{harness.settings.sip_port}", "by-address", str(account.sip_password), HOME
    )

    phone.register()

    assert eventually(lambda: harness.bindings_of(account))


def test_guessing_passwords_is_stopped_for_that_account_and_address(harness: KamailioHarness) -> None:
    account = harness.account("alice", "guessed-at")
    other = harness.account("alice", "left-alone")
    for _ in range(22):
        with socket.create_connection((HOME, harness.settings.sip_port), timeout=5) as line:
            answer = signs_in(line, "guessed-at", "wrong1")

    assert answer.startswith("SIP/2.0 403 Too many wrong passwords")
    assert "Retry-After: 300" in answer
    harness.phone(other).register()
    harness.phone(account).is_refused_at_once(403)


def test_http_on_the_sip_port_and_sip_on_the_control_port_get_nowhere(harness: KamailioHarness) -> None:
    secret = rpc_secret(harness.settings.engine_secret())
    question = b'{"jsonrpc":"2.0","method":"core.version","id":1}'
    head = f"POST /RPC HTTP/1.1\r\nHost: x\r\nX-Engine-Secret: {secret}\r\nContent-Length: {len(question)}\r\n\r\n".encode()
    with socket.create_connection((HOME, harness.settings.sip_port), timeout=5) as line:
        line.sendall(head + question)
        assert b"403" in line.recv(65536).split(b"\r\n")[0]

    with socket.create_connection((HOME, harness.settings.sip_rpc_port), timeout=5) as line:
        line.sendall(register("whoever", 600))
        line.settimeout(1.0)
        with pytest.raises(TimeoutError):
            line.recv(65536)
