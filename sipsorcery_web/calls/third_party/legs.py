"""A leg: the call from this user agent to one phone, as a dialog (RFC 3261, sections 12 and 13)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .descriptions import CONTENT_TYPE, Origin
from .messages import Headers, Message, tag_of
from .transactions import PRODUCT, ClientTransaction, ServerTransaction, UserAgent, fresh

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE", "REFER", "NOTIFY", "MESSAGE")
ALLOW = ("allow", ", ".join(METHODS))
GONE = (408, 481)
"""Answers to INVITE or UPDATE within a call by which that call is over (RFC 3261, section 12.2.1.2; RFC 5057)."""
Answered = Callable[[Message], None]


class LegEvents(Protocol):
    """Told what a leg hears."""

    def rings(self, leg: "Leg", answer: Message) -> None:
        """Take a provisional answer."""

    def answers(self, leg: "Leg", answer: Message) -> None:
        """Take the answer that sets the call up; it has to be acknowledged."""

    def fails(self, leg: "Leg", answer: Message) -> None:
        """Take a refusal, or a call that has broken off."""

    def requests(self, leg: "Leg", transaction: ServerTransaction) -> None:
        """Take a request of the phone's."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """A call as one of its parties knows it (RFC 3261, section 12)."""

    call_id: str
    local: str
    """Of the From header, without the tag."""
    tag: str
    remote: str
    """Of the To header, with its tag."""
    target: str
    routes: Sequence[str]
    cseq: int
    """The number of the last request."""


@dataclass
class Leg:
    """A call of ours, from INVITE to BYE."""

    agent: UserAgent
    events: LegEvents
    local: str
    """Of the From header, without a tag."""
    uri: str
    extra: Headers = ()
    """Headers of the first INVITE."""
    call_id: str = field(default_factory=fresh)
    tag: str = field(default_factory=fresh)
    remote: str = ""
    target: str = ""
    routes: list[str] = field(default_factory=list)
    is_confirmed: bool = False
    is_over: bool = False
    origin: Origin = field(default_factory=Origin)
    _cseq: int = 0
    _invite: ClientTransaction | None = None
    _under_way: ClientTransaction | None = None
    """An INVITE of ours within the call."""
    _coming: ServerTransaction | None = None
    """An INVITE of the phone's within the call, until its ACK."""
    _on_ack: Answered | None = None
    _acks: dict[tuple[str, int], Message] = field(default_factory=dict)
    """Of answers to INVITE, since these are repeated until they are acknowledged; by To tag and CSeq."""

    def __post_init__(self) -> None:
        self.remote, self.target = f"<{self.uri}>", self.uri

    @classmethod
    def taken_over(cls, agent: UserAgent, events: LegEvents, party: Party) -> "Leg":
        """Return the leg of a call that goes on, with this user agent in the place of one party."""
        leg = cls(agent, events, party.local, party.target, call_id=party.call_id, tag=party.tag)
        leg.remote, leg.routes, leg.is_confirmed, leg._cseq = party.remote, list(party.routes), True, party.cseq
        return leg

    # what it says

    def invite(self, description: str = "") -> None:
        """Begin to ring, with an offer or without one."""
        request = self._request("INVITE", [*self.extra, ALLOW], self.origin.own(description))
        self._invite = self.agent.request(request, self._on_first_answer)

    def acknowledge(self, answer: Message, description: str = "") -> None:
        """Acknowledge a 2xx, now and each time that it comes again."""
        number = answer.cseq[0]
        request = self._request("ACK", (), self.origin.own(description), number)
        ack = self._acks[tag_of(answer["to"]), number] = self.agent.with_via(request)
        self.agent.send(ack)

    def offer(self, description: str, answered: Answered) -> None:
        """Send an INVITE within the call; an answer to it of 2xx has to be acknowledged."""

        def on_answer(answer: Message) -> None:
            if self._repeats_ack(answer) or answer.status < 200:
                return
            self._under_way = None
            self._note_answer(answer)
            answered(answer)

        self._under_way = self.agent.request(self._request("INVITE", [ALLOW], self.origin.own(description)), on_answer)

    def ask(self, method: str, headers: Headers, body: str, answered: Answered) -> None:
        """Send another request within the call; told its final answer."""

        def on_answer(answer: Message) -> None:
            if answer.status >= 200:
                self._note_answer(answer)
                answered(answer)

        self.agent.request(self._request(method, headers, body), on_answer)

    def end(self, reason: str = "") -> None:
        """Give the call up, or hang up."""
        if self.is_over:
            return
        self.is_over = True
        if self.is_confirmed:
            headers = [("reason", reason)] if reason else []
            self.agent.request(self._request("BYE", headers), lambda _: None)
        elif self._invite is not None:
            self._invite.cancel()

    @property
    def is_busy(self) -> bool:
        """Return True while an INVITE within the call is under way in either direction (RFC 3261, section 14)."""
        return self._under_way is not None or self._coming is not None

    # what it hears

    def receive(self, transaction: ServerTransaction) -> None:
        """Take a request of the phone's."""
        request = transaction.request
        if request.method == "ACK":
            self._acknowledged(request)
        elif self.is_over or not self.is_confirmed:
            transaction.reply(*((200, "OK") if request.method == "BYE" else (481, "Call/Transaction Does Not Exist")))
        elif request.method == "INVITE" and self.is_busy:
            transaction.reply(491, "Request Pending")
        else:
            self._refresh_target(request)
            if request.method == "INVITE":
                self._coming = transaction
                transaction.reply(100, "Trying")
            self.events.requests(self, transaction)

    def answer(
        self, transaction: ServerTransaction, status: int, phrase: str, description: str = "",
        on_ack: Answered | None = None,
    ) -> None:  # fmt: skip
        """Answer an INVITE or UPDATE of the phone's, with a description where it is taken."""
        is_taken = status < 300
        headers = [("contact", self.contact), ALLOW] if is_taken else []
        body = self.origin.own(description) if is_taken else ""
        is_invite = transaction.request.method == "INVITE"
        if is_invite and not is_taken:
            self._coming = None
        if is_invite and is_taken:
            self._on_ack = on_ack
        more = [*headers, CONTENT_TYPE] if body else headers
        transaction.reply(status, phrase, more, body, self._was_not_acknowledged if is_taken else None)

    @property
    def contact(self) -> str:
        """Return the Contact of this side of the leg."""
        return f"<sip:{self.tag}@{self.agent.at}>"

    def _on_first_answer(self, answer: Message) -> None:
        if self._repeats_ack(answer):
            return
        if answer.status < 200:
            if answer.status > 100 and not self.is_over:
                self.events.rings(self, answer)
        elif answer.status < 300:
            self._taken(answer)
        elif not self.is_over:
            self.is_over = True
            self.events.fails(self, answer)

    def _taken(self, answer: Message) -> None:
        """A phone has answered: the first one has the call; of others, and after a CANCEL, it is hung up."""
        if self.is_confirmed or self.is_over:
            other = Leg(self.agent, self.events, self.local, self.uri, call_id=self.call_id, tag=self.tag)
            other._cseq = self._cseq
            other._set_up(answer)
            self._acks[tag_of(answer["to"]), answer.cseq[0]] = other._ack_of(answer)
            other.end()
            return
        self._set_up(answer)
        self.events.answers(self, answer)

    def _ack_of(self, answer: Message) -> Message:
        self.acknowledge(answer)
        return self._acks[tag_of(answer["to"]), answer.cseq[0]]

    def _set_up(self, answer: Message) -> None:
        self.is_confirmed = True
        self.remote, self.routes = answer["to"], list(reversed(answer.all("record-route")))
        self.target = answer.contact or self.target

    def _repeats_ack(self, answer: Message) -> bool:
        ack = self._acks.get((tag_of(answer["to"]), answer.cseq[0])) if 200 <= answer.status < 300 else None
        if ack is not None:
            self.agent.send(ack)
        return ack is not None

    def _note_answer(self, answer: Message) -> None:
        if answer.status in GONE and answer.method in ("INVITE", "UPDATE") and not self.is_over:
            self.end()
            self.events.fails(self, answer)
        elif 200 <= answer.status < 300 and answer.contact and answer.method in ("INVITE", "UPDATE"):
            self.target = answer.contact

    def _refresh_target(self, request: Message) -> None:
        if request.method in ("INVITE", "UPDATE") and request.contact:
            self.target = request.contact

    def _acknowledged(self, ack: Message) -> None:
        if self._coming is None or self._coming.request.cseq[0] != ack.cseq[0]:
            return
        self._coming.acknowledged()
        self._coming, on_ack, self._on_ack = None, self._on_ack, None
        if on_ack is not None:
            on_ack(ack)

    def _was_not_acknowledged(self) -> None:
        self._coming = None
        if not self.is_over:
            self.end()
            self.events.fails(self, Message("SIP/2.0 408 Request Timeout", ()))

    def _request(self, method: str, headers: Headers = (), body: str = "", cseq: int = 0) -> Message:
        if not cseq:
            self._cseq += 1
        is_description = body and method in ("INVITE", "ACK")
        lines = [
            *(("route", route) for route in self.routes),
            ("max-forwards", "70"),
            ("from", f"{self.local};tag={self.tag}"),
            ("to", self.remote),
            ("call-id", self.call_id),
            ("cseq", f"{cseq or self._cseq} {method}"),
            ("contact", self.contact),
            ("user-agent", PRODUCT),
            *headers,
            *([CONTENT_TYPE] if is_description else []),
        ]
        return Message(f"{method} {self.target} SIP/2.0", lines, body)
