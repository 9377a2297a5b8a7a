"""One call that a third party sets up, from its first ring to its end (RFC 3725).

The first phone is asked for an offer. It is answered at once, without sound, since the other person may take a minute
and an answer that is not acknowledged ends a call after half of one (flow I of the RFC). Its offer goes to the second
phone, and what that one says, while it rings or when it answers, goes to the first as an INVITE within the call.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from sipsorcery_web.contract.third_party_calls import CallOrder, CallProgress, CallState

from .descriptions import silence_for
from .joining import Joining, Side
from .legs import ALLOW, METHODS, Leg
from .messages import Headers, Message
from .transactions import ServerTransaction, UserAgent

NOT_ACCEPTABLE = 488
TIMED_OUT = 408


@dataclass
class Call:
    """A call under way; `ended` is told once, when it is over."""

    agent: UserAgent
    order: CallOrder
    headers: Headers
    """Of both INVITEs: what the proxy knows this user agent by."""
    ended: Callable[["Call"], None]
    id: str = field(default_factory=lambda: str(uuid4()))
    state: CallState = CallState.WAITING
    is_ringing: bool = False
    ended_by: str = ""
    """Of a call that is over: `first` or `second` by that side, `us` by whoever asked for the call."""
    status: int = 0
    """The answer that ended it, where it was one."""
    phrase: str = ""
    _timer: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        order, agent = self.order, self.agent
        own = f"<sip:{order.account}>"
        first = _dial(order.first_dial) or [("x-third-party-second", order.second)]
        self.first = Leg(agent, self, f'"{_quoted(order.second_name)}" {own}', order.first, [*self.headers, *first])
        self.second = Leg(agent, self, own, order.second, [*self.headers, *_dial(order.second_dial)])
        self._join()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Return the legs that requests may come in."""
        return self.first, self.second

    def begin(self) -> None:
        """Ring the first phone, once it is time."""
        self._timer = asyncio.get_running_loop().call_later(self.order.delay, self._ring_first)

    def hang_up(self) -> None:
        """End it, whatever its state."""
        self._end("us")

    @property
    def progress(self) -> CallProgress:
        """Return how far it has come."""
        return CallProgress(
            self.state, self.order.first_name, self.order.second_name, self.is_ringing, self.ended_by, self.status,
            self.phrase,
        )  # fmt: skip

    # what its legs hear

    def rings(self, leg: Leg, answer: Message) -> None:
        """Take a provisional answer; the second side's sound while it rings reaches the first (early media)."""
        self.is_ringing = True
        if leg is self.second and answer.description:
            self.joining.second.says = answer.description
            self.joining.settle()

    def answers(self, leg: Leg, answer: Message) -> None:
        """Go on to the second phone, or join both."""
        if leg is self.first:
            self._ring_second(answer)
            return
        self._let_ring(0, self.second)
        leg.acknowledge(answer)
        self.state = CallState.TALKING
        self.joining.second.says = answer.description or self.joining.second.says
        self.joining.settle()

    def fails(self, leg: Leg, answer: Message) -> None:
        """End the call: a leg was refused, or has broken off."""
        self._end("first" if leg is self.first else "second", answer.status, answer.phrase)

    def requests(self, leg: Leg, transaction: ServerTransaction) -> None:
        """Carry a request to the other side; what only concerns this one is answered here."""
        method = transaction.request.method
        if method == "BYE":
            transaction.reply(200, "OK")
            leg.is_over = True
            self._end("first" if leg is self.first else "second")
        elif method == "OPTIONS":
            transaction.reply(200, "OK", [ALLOW])
        elif method not in METHODS:
            transaction.reply(405, "Method Not Allowed", [ALLOW])
        elif self.state is not CallState.TALKING:
            self._answer_alone(leg, transaction)
        elif method == "INVITE":
            self.joining.relay_offer(leg, transaction)
        elif method == "UPDATE":
            self.joining.relay_update(leg, transaction)
        else:
            self.joining.relay(leg, transaction)

    # how it goes on

    def _join(self) -> None:
        self.joining = Joining(Side(self.first), Side(self.second), self.fails)

    def _ring_first(self) -> None:
        self.state = CallState.FIRST
        self.first.invite()
        self._let_ring(self.order.ring_first, self.first)

    def _ring_second(self, answer: Message) -> None:
        offer = answer.description
        silence = silence_for(offer)
        self.first.acknowledge(answer, silence)
        if "m=audio" not in silence:
            self._end("first", NOT_ACCEPTABLE, "Not Acceptable Here")
            return
        self.state, self.is_ringing = CallState.SECOND, False
        self.joining.first.says = self.joining.second.was_given = offer
        self.joining.first.was_given = silence
        self.second.invite(offer)
        self._let_ring(self.order.ring_second, self.second)

    def _let_ring(self, seconds: float, leg: Leg) -> None:
        """Give a leg so many seconds to answer; 0 where it has."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if seconds:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._not_answered, leg)

    def _not_answered(self, leg: Leg) -> None:
        self._end("first" if leg is self.first else "second", TIMED_OUT, "Request Timeout")

    def _answer_alone(self, leg: Leg, transaction: ServerTransaction) -> None:
        """Answer the first phone while there is nobody yet whom its request could reach."""
        request, side = transaction.request, self.joining.first
        if request.method not in ("INVITE", "UPDATE"):
            transaction.reply(*((200, "OK") if request.method == "INFO" else (480, "Temporarily Unavailable")))
            return
        if request.body:
            side.says, side.was_given = request.body, silence_for(request.body)
        given = "" if request.method == "UPDATE" and not request.body else side.was_given
        leg.answer(transaction, 200, "OK", given, on_ack=self._heard)

    def _heard(self, ack: Message) -> None:
        if ack.description:
            self.joining.first.says = ack.description
        self.joining.settle()

    def _end(self, by: str, status: int = 0, phrase: str = "") -> None:
        if self.state is CallState.OVER:
            return
        self._let_ring(0, self.first)
        self.joining.stop()
        self.state, self.ended_by, self.status, self.phrase = CallState.OVER, by, status, phrase
        for leg in (self.first, self.second):
            leg.end(f"SIP;cause={status}" if status else "")
        self.ended(self)


def _dial(dial_string: str) -> list[tuple[str, str]]:
    """The header that has call control ring this dial string; nothing for an empty one."""
    return [("x-third-party-dial", dial_string)] if dial_string else []


def _quoted(name: str) -> str:
    """Return a name that may stand between quotes."""
    return "".join(character for character in name if character.isprintable() and character not in '"\\<>')[:80]
