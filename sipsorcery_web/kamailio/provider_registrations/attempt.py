"""One attempt to register with a provider: a REGISTER, and what its answers ask for in addition."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from ..rpc import KamailioAbsent, KamailioRefusal, Rpc
from .digest import Challenge, Credentials, challenges_in
from .messages import Binding, Reply
from .outcomes import (
    CONTACT_CHANGED,
    NAME_UNKNOWN,
    NOT_SENT,
    SILENT,
    Kind,
    Outcome,
    refusal,
    refused_password,
    unanswered,
)
from .pace import granted_seconds
from .servers import Address, Resolver, Server, Unreachable

MOST_REQUESTS = 5
"""REGISTERs of one attempt: without a password, with it, with a newer nonce, and again for a longer expiry."""
CHALLENGED = (401, 407)
TOO_BRIEF = 423
LONGEST_EXPIRY = 30 * 86400
"""A Min-Expires beyond it is taken for a mistake."""


class Sender(Protocol):
    """A carrier of REGISTER requests and their final answers."""

    def send(self, binding: Binding, address: Address, headers: str) -> Reply | None:
        """Return the final answer, None where none came. KamailioAbsent, KamailioRefusal where it could not be sent."""


@dataclass(frozen=True)
class KamailioSender:
    """Kamailio as the carrier, so that providers see the address that phones do."""

    rpc: Rpc
    sockets: dict[str, str]
    """Kamailio's own address for each transport, as `udp:192.0.2.1:5060`."""

    def send(self, binding: Binding, address: Address, headers: str) -> Reply | None:
        """Send a request, as Sender has it; Kamailio repeats the request over UDP (RFC 3261, section 17.1.2)."""
        socket = self.sockets[address.transport]
        details = binding.request_uri, address.uri, socket, headers, ""
        answer = self.rpc.call("tm.t_uac_wait", "REGISTER", *details, server_name=address.server_name)
        status, phrase, *_, block = answer  # in between, of some answers, what Kamailio has read in them
        if not block:
            return None  # Kamailio's own 408: nothing came
        return Reply.read(int(status), str(phrase), str(block))


@dataclass(frozen=True)
class Registration:
    """A registration that a provider is asked for. An `expires` of 0 ends the registration."""

    binding: Binding
    server: str
    """The URI of the server that it is sent to."""
    credentials: Credentials
    expires: int
    cseq: int
    """Of the first request; those that follow take the next numbers."""
    turn: int = 0
    """Which of the server's addresses has its turn, so that a silent one is not the only one asked."""


@dataclass
class Attempt:
    """A registration that is being tried."""

    registration: Registration
    resolver: Resolver
    sender: Sender
    requests: int = 0
    _address: Address | None = None

    def __post_init__(self) -> None:
        self._binding = self.registration.binding

    def run(self) -> Outcome:
        """Speak with the provider and return the outcome."""
        try:
            self._address = self.resolver.reach(_server(self.registration.server), self.registration.turn)
            self._binding = self.registration.binding.over(self._address.transport)
            outcome = self._exchange()
        except Unreachable as error:
            outcome = Outcome(Kind.SILENT, str(error))
        except KamailioAbsent:
            outcome = Outcome(Kind.NOT_TRIED)
        except KamailioRefusal as error:
            outcome = Outcome(Kind.SILENT, NOT_SENT.format(error)[:1024])
        return replace(outcome, socket=str(self._address) if self._address else None, requests=self.requests)

    def _exchange(self) -> Outcome:
        expires, authorization, answered = self.registration.expires, "", None
        reply: Reply | None = None
        while self.requests < MOST_REQUESTS:
            reply = self._send(expires, authorization)
            if reply is None:
                return Outcome(Kind.SILENT, SILENT)
            if reply.status in CHALLENGED:
                challenge = self._answerable(reply, answered)
                if challenge is None:
                    return self._not_let_in(reply, answered)
                authorization, answered = self._authorization(challenge), challenge
            elif reply.status == TOO_BRIEF and _is_sensible(reply.min_expires, expires):
                expires, authorization, answered = reply.min_expires or expires, "", None  # its nonce is used up
            else:
                break
        assert reply is not None  # noqa: S101 (a request was sent)
        return self._final(reply, expires)

    def _send(self, expires: int, authorization: str) -> Reply | None:
        assert self._address is not None  # noqa: S101 (it was found before)
        headers = self._binding.headers(self.registration.cseq + self.requests, expires, authorization)
        self.requests += 1
        return self.sender.send(self._binding, self._address, headers)

    def _final(self, reply: Reply, expires: int) -> Outcome:
        if not 200 <= reply.status < 300:
            kind, message = refusal(reply)
            return Outcome(kind, message, retry_after=reply.retry_after)
        if expires == 0:
            return Outcome(Kind.ENDED)
        user = self.registration.binding.contact_user
        users = reply.contact_users
        return Outcome(
            Kind.REGISTERED,
            message=CONTACT_CHANGED if users and user not in users else None,
            granted=granted_seconds(reply.granted(user), expires),
            min_expires=expires if expires > self.registration.expires else 0,
        )

    def _not_let_in(self, reply: Reply, answered: Challenge | None) -> Outcome:
        if answered is not None:
            details = refused_password(answered)
        else:
            credentials = self.registration.credentials
            details = unanswered(challenges_in(reply.headers), credentials.realm, bool(credentials.password))
        kind, message = refusal(reply, details)
        return Outcome(kind, message, retry_after=reply.retry_after)

    def _answerable(self, reply: Reply, answered: Challenge | None) -> Challenge | None:
        """The first challenge that can be answered; after an answer only one that calls the nonce too old."""
        challenges = self._of_our_realm(challenges_in(reply.headers))
        if not self.registration.credentials.password:
            return None
        if answered is None:
            return next(challenges, None)
        return next((each for each in challenges if each.is_stale and each.parameters != answered.parameters), None)

    def _of_our_realm(self, challenges: list[Challenge]) -> Iterator[Challenge]:
        realm = self.registration.credentials.realm
        return (each for each in challenges if each.is_answerable and realm in ("", each.realm))

    def _authorization(self, challenge: Challenge) -> str:
        return challenge.authorization(self.registration.credentials, "REGISTER", self.registration.binding.request_uri)


def _server(text: str) -> Server:
    try:
        return Server.of(text)
    except ValueError:
        raise Unreachable(NAME_UNKNOWN) from None


def _is_sensible(min_expires: int | None, asked: int) -> bool:
    return min_expires is not None and 0 < asked < min_expires <= LONGEST_EXPIRY
