"""SIP transactions over UDP with one proxy, which stands between this user agent and all others (RFC 3261, 17)."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from .messages import Headers, Message, response

T1, T2 = 0.5, 4.0
"""Seconds: the first pause before a message is sent again, and the longest one."""
GIVES_UP = 64 * T1
PRODUCT = "SIPSorcery Web"
Address = tuple[Any, ...]
"""The host and port of a socket, as asyncio has them."""

log = logging.getLogger(__name__)


def fresh() -> str:
    """Return a token that nobody guesses, for tags, branches and Call-IDs."""
    return secrets.token_hex(12)


class Repeating:
    """A message that is sent again and again until it is stopped, for GIVES_UP seconds at most."""

    def __init__(self, send: Callable[[], None], longest: float, ended: Callable[[], None]) -> None:
        self._send, self._longest, self._ended = send, longest, ended
        self._pause, self._left = T1, GIVES_UP
        self._timer: asyncio.TimerHandle | None = None
        self._again()

    def stop(self) -> None:
        """Send it no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        if self._left <= 0:
            self._timer = None
            self._ended()
            return
        self._send()
        pause = min(self._pause, self._left)
        self._pause, self._left = min(self._pause * 2, self._longest), self._left - pause
        self._timer = asyncio.get_running_loop().call_later(pause, self._again)


@dataclass
class ClientTransaction:
    """A request that was sent, until its final answer and as long as that may be repeated."""

    agent: "UserAgent"
    request: Message
    answered: Callable[[Message], None]
    """Told each answer once, of an INVITE each 2xx; no answer at all is a 408 of our own."""
    _repeating: Repeating | None = None
    _final: Message | None = None
    is_proceeding: bool = False
    _is_cancelled: bool = False

    def begin(self) -> None:
        """Send the request."""
        longest = GIVES_UP if self.is_invite else T2
        self._repeating = Repeating(lambda: self.agent.send(self.request), longest, self._timed_out)

    @property
    def is_invite(self) -> bool:
        """Return True for an INVITE, whose answer is acknowledged."""
        return self.request.method == "INVITE"

    @property
    def is_over(self) -> bool:
        """Return True once there is a final answer."""
        return self._final is not None

    def receive(self, answer: Message) -> None:
        """Take an answer from the network."""
        if answer.status < 200:
            self._provisional(answer)
            return
        self._stop()
        if self.is_invite and answer.status >= 300:
            self.agent.send(self._acknowledgement(answer))
        if self._final is None or (self.is_invite and answer.status < 300):
            self._conclude(answer)

    def cancel(self) -> None:
        """Ask that the INVITE be given up, at once or as soon as it has come anywhere (RFC 3261, section 9.1)."""
        if self._is_cancelled or self.is_over:
            return
        self._is_cancelled = True
        if self.is_proceeding:
            self._send_cancel()

    def _provisional(self, answer: Message) -> None:
        if self.is_over:
            return
        if self.is_invite:
            self._stop()
        if not self.is_proceeding:
            self.is_proceeding = True
            if self._is_cancelled:
                self._send_cancel()
        self.answered(answer)

    def _send_cancel(self) -> None:
        cancel = _of_same_transaction(self.request, "CANCEL", self.request["to"])
        ClientTransaction(self.agent, cancel, lambda _: None).join()
        asyncio.get_running_loop().call_later(GIVES_UP, self._timed_out)

    def join(self) -> None:
        """Have the agent know this transaction, and send its request."""
        self.agent.add(self)
        self.begin()

    def _acknowledgement(self, answer: Message) -> Message:
        return _of_same_transaction(self.request, "ACK", answer["to"])

    def _timed_out(self) -> None:
        if self._final is None:
            self._conclude(response(self.request, 408, "Request Timeout", ""))

    def _conclude(self, answer: Message) -> None:
        if self._final is None:
            asyncio.get_running_loop().call_later(GIVES_UP, self.agent.forget, self)
        self._final = answer
        self.answered(answer)

    def _stop(self) -> None:
        if self._repeating is not None:
            self._repeating.stop()


@dataclass
class ServerTransaction:
    """A request that came, and its answer, which is sent again when the request is."""

    agent: "UserAgent"
    request: Message
    source: Address
    tag: str = field(default_factory=fresh)
    """At To, where the request has none."""
    _answer: Message | None = None
    _repeating: Repeating | None = None

    def reply(self, status: int, phrase: str, more: Headers = (), body: str = "", unheard: Any = None) -> None:
        """Answer; of a final answer to INVITE, `unheard` is called where no ACK comes."""
        if self.is_over:
            return
        self._answer = response(self.request, status, phrase, self.tag, more, body)
        if self.request.method == "INVITE" and status >= 200:
            self._repeating = Repeating(self.repeat, T2, unheard or (lambda: None))
        else:
            self.repeat()

    def repeat(self) -> None:
        """Send the last answer, if there is one."""
        if self._answer is not None:
            self.agent.send(self._answer, self.source)

    def acknowledged(self) -> None:
        """Repeat the answer no more."""
        if self._repeating is not None:
            self._repeating.stop()

    @property
    def is_over(self) -> bool:
        """Return True once there is a final answer."""
        return self._answer is not None and self._answer.status >= 200


class UserAgent(asyncio.DatagramProtocol):
    """A user agent at a port of its own; each request goes to the proxy, whatever its Route says."""

    def __init__(self, proxy: Address, on_request: Callable[[ServerTransaction], None]) -> None:
        self._proxy, self._on_request = proxy, on_request
        self._transport: asyncio.DatagramTransport | None = None
        self._sent: dict[tuple[str, str], ClientTransaction] = {}
        self._received: dict[tuple[str, str], ServerTransaction] = {}
        self.at = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket over (called by asyncio)."""
        self._transport = cast(asyncio.DatagramTransport, transport)  # whose class it is not derived from, here
        host, port = transport.get_extra_info("sockname")[:2]
        self.at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Take a message (called by asyncio)."""
        try:
            message = Message.read(data)
        except (ValueError, IndexError):
            return
        try:
            self._take(message, addr)
        except Exception:  # whatever one message meets, others are taken
            log.exception("A SIP message met an error of this program.")

    def request(self, message: Message, answered: Callable[[Message], None]) -> ClientTransaction:
        """Send a request in a transaction of its own; the Via is added here."""
        transaction = ClientTransaction(self, self.with_via(message), answered)
        transaction.join()
        return transaction

    def with_via(self, message: Message) -> Message:
        """Return a request with a new topmost Via."""
        via = ("via", f"SIP/2.0/UDP {self.at};branch=z9hG4bK{fresh()};rport")
        return Message(message.start, [via, *message.headers], message.body)

    def send(self, message: Message, where: Address | None = None) -> None:
        """Send a message outside of any transaction; to the proxy unless it is said where."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(message.written(), where or self._proxy)

    def add(self, transaction: ClientTransaction) -> None:
        """Take answers for a transaction from now on."""
        self._sent[_key(transaction.request)] = transaction

    def forget(self, transaction: ClientTransaction) -> None:
        """Take no more answers for a transaction."""
        self._sent.pop(_key(transaction.request), None)

    def close(self) -> None:
        """Give the port back."""
        if self._transport is not None:
            self._transport.close()

    def _take(self, message: Message, source: Address) -> None:
        if message.status:
            if transaction := self._sent.get(_key(message)):
                transaction.receive(message)
            return
        known = self._received.get(_key(message))
        if message.method == "ACK" and known is not None:
            known.acknowledged()  # of a refusal; that of a 2xx has a branch of its own
        elif known is not None:
            known.repeat()
        else:
            self._begin(message, source)

    def _begin(self, request: Message, source: Address) -> None:
        transaction = ServerTransaction(self, request, source)
        if request.method != "ACK":
            key = _key(request)
            self._received[key] = transaction
            asyncio.get_running_loop().call_later(2 * GIVES_UP, self._received.pop, key, None)
        if request.method == "CANCEL":
            # What it would give up is answered within moments: it has no effect then (RFC 3261, section 9.2).
            is_known = (request.branch, "INVITE") in self._received
            transaction.reply(*((200, "OK") if is_known else (481, "Call/Transaction Does Not Exist")))
        else:
            self._on_request(transaction)


def _key(message: Message) -> tuple[str, str]:
    """A transaction's name: branch and method, where ACK belongs to INVITE (RFC 3261, sections 17.1.3 and 17.2.3)."""
    return message.branch, "INVITE" if message.method == "ACK" else message.method


def _of_same_transaction(request: Message, method: str, to: str) -> Message:
    """ACK of a refusal, or CANCEL: as the request was, but for method and To (RFC 3261, sections 9.1 and 17.1.1.3)."""
    kept: Sequence[str] = ("via", "route", "from", "call-id", "max-forwards")
    headers = [(name, value) for name, value in request.headers if name in kept]
    start = f"{method} {request.start.partition(' ')[2]}"
    return Message(start, [*headers, ("to", to), ("cseq", f"{request.cseq[0]} {method}")])
