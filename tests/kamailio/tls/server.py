"""A provider's server that takes TLS connections, in the hands of a test."""

import socket
import ssl

from tests.kamailio.harness import KamailioHarness
from tests.kamailio.tcp_server import TCPServer


class TLSServer(TCPServer):
    """A server with a certificate."""

    def __init__(self, harness: KamailioHarness, username: str, certificate: tuple[str, str]) -> None:
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(*certificate)
        self._context.sni_callback = lambda _line, name, _context: self.called.append(name)
        self.called: list[str | None] = []
        """The names that clients have asked for (SNI)."""
        super().__init__(harness, username, "tls")

    def secured(self, line: socket.socket) -> socket.socket:
        return self._context.wrap_socket(line, server_side=True)
