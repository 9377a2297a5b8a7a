"""An engine that speaks TLS and knows one authority beside those of the system, and servers with certificates."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness
from tests.schemas import own_schema

from .authority import Authority
from .server import TLSServer

Servers = Callable[..., TLSServer]
NAME = "sip.blueline.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def harness(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, passwords: Passwords, authority: Authority
) -> Iterator[KamailioHarness]:
    own, key = authority.certificate(DOMAIN)
    given = {"sip_certificate": own, "sip_certificate_key": key, "sip_tls_authorities": str(authority.path)}
    with ExitStack() as stack:
        url = "" if request.param == "sqlite" else stack.enter_context(own_schema())
        folder: Path = tmp_path_factory.mktemp("engine")
        yield stack.enter_context(KamailioHarness(folder, passwords, url, **given).open())


@pytest.fixture(autouse=True)
def name_leads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a provider's name lead to this machine, as its hosts file would."""
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *details: Any, **more: Any) -> Any:
        return look_up(HOME if host == NAME else host, *details, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture
def server(harness: KamailioHarness, authority: Authority) -> Iterator[Servers]:
    """Servers with a certificate of the authority for these names, or with another certificate."""
    with ExitStack() as stack:

        def server(name: str, *names: str, certificate: tuple[str, str] | None = None) -> TLSServer:
            made = TLSServer(harness, name, certificate or authority.certificate(*names))
            stack.enter_context(made)
            return made

        yield server
