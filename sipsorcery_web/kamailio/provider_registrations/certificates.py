"""Certificates of the servers that requests go to over TLS: whose are taken, and why one is not (RFC 5922).

Kamailio takes only those of authorities that are trusted here, but compares no names, and does not tell why there is no
connection. So the certificate is looked at before anything is sent.
"""

import socket
import ssl
from dataclasses import dataclass
from functools import partial

from sipsorcery_web.network.timed_http import in_time, over_within
from sipsorcery_web.settings import SipSettings

from .outcomes import CERTIFICATE_REFUSED, NOT_CONNECTED, NOT_ENCRYPTED, SILENT
from .servers import Address, Unreachable

PATIENCE = 5.0
"""Seconds that a connection and its handshake may take."""
_EXPIRED, _NOT_YET_VALID = 10, 9
_UNKNOWN_AUTHORITY = frozenset({2, 7, 18, 19, 20, 21})
_OTHER_NAME = frozenset({62, 64})
"""Codes of OpenSSL (X509_V_ERR_...)."""


@dataclass(frozen=True)
class Certificates:
    """The authorities that are trusted, and this machine's own certificate, for servers that ask for it."""

    context: ssl.SSLContext
    source: str
    """The address of this machine that requests come from."""

    @classmethod
    def of(cls, sip: SipSettings) -> "Certificates":
        """The system's authorities, and those of the operator's file."""
        context = ssl.create_default_context()
        if sip.tls_authorities:
            context.load_verify_locations(sip.tls_authorities)
        if sip.certificate:
            context.load_cert_chain(sip.certificate, sip.certificate_key)
        return cls(context, sip.host)

    def prove(self, address: Address) -> None:
        """Have the server at an address prove that it is the one of its name. Unreachable where it does not."""
        try:
            with over_within(PATIENCE):
                in_time(partial(self._shake_hands, address))
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(CERTIFICATE_REFUSED.format(_reason(error, address.name))) from error
        except TimeoutError as error:
            raise Unreachable(SILENT) from error
        except ssl.SSLError as error:
            raise Unreachable(NOT_ENCRYPTED.format(error.reason or "the connection broke")) from error
        except OSError as error:
            raise Unreachable(NOT_CONNECTED.format(error.strerror or "it broke")) from error

    def _shake_hands(self, address: Address) -> None:
        to, own = (str(address.ip), address.port), (self.source, 0)
        with (
            socket.create_connection(to, PATIENCE, own) as line,
            self.context.wrap_socket(line, server_hostname=address.name.strip("[]")),
        ):
            pass


def _reason(error: ssl.SSLCertVerificationError, name: str) -> str:
    if error.verify_code in _UNKNOWN_AUTHORITY:
        return "no authority that is trusted here has signed it"
    if error.verify_code in _OTHER_NAME:
        return f"it is not for {name}"
    if error.verify_code == _EXPIRED:
        return "it has expired"
    if error.verify_code == _NOT_YET_VALID:
        return "it is not valid yet"
    return error.verify_message
