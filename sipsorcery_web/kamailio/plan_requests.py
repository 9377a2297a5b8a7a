"""Requests of plans that are no INVITE, such as MESSAGE, sent through Kamailio and from its address."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .provider_registrations.messages import Reply
from .provider_registrations.servers import Resolver, Server, Unreachable
from .rpc import KamailioError, Rpc

_SCHEME = re.compile(r"sips?:", re.IGNORECASE)
_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:; ?[\w.+-]+=[\w.+-]+)*", re.ASCII)


@dataclass(frozen=True)
class PlanRequests:
    """Sends them, without credentials, and only where a request of a customer may go."""

    rpc_within: Callable[[float], Rpc]
    """Kamailio's methods, with so many seconds for an answer."""
    resolver: Resolver
    sockets: dict[str, str]
    """Kamailio's own address for each transport, as `udp:192.0.2.1:5060`."""

    def send(
        self, account: str, method: str, destination: str, content_type: str, body: str, seconds: int
    ) -> str | None:  # fmt: skip
        """Send one from an account, `username@domain`.

        Returns the status line of the final answer, as `202 Accepted`; None where none came in time, or none may.
        """
        uri = destination if _SCHEME.match(destination) else f"sip:{destination}"
        lines = [f"To: <{uri}>", f"From: <sip:{account}>"]
        if body:
            lines.append(f"Content-Type: {content_type if _CONTENT_TYPE.fullmatch(content_type) else 'text/plain'}")
        headers = "".join(f"{line}\r\n" for line in lines)
        try:
            address = self.resolver.reach(Server.of(uri))
            details = uri, address.uri, self.sockets[address.transport], headers, body
            answer = self.rpc_within(seconds).call("tm.t_uac_wait", method, *details, server_name=address.server_name)
            status, phrase, *_, block = answer
        except (ValueError, Unreachable, KamailioError):
            return None
        return Reply.read(int(status), str(phrase), str(block)).words if block else None
