"""Messages between call control and a SIP engine that waits for it: events of calls, and commands that answer them.

An INVITE of a caller and each leg of a Dial are transactions of the engine. An event with a `transaction` is a
question, but for NotWaiting: the transaction waits until a command names it. A question that was not answered is asked
again after a Hello.
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, kw_only=True)
class CallAsked:
    """A question what to do with a call of an account that has a plan. Answers: DialLegs, Ring, Reply."""

    transaction: str
    call: str
    """The engine's id of the call, which no other call ever has."""
    direction: Literal["out", "in"]
    account: str
    """`username@domain` of the account whose plan is meant: the caller's for `out`, the called one's for `in`."""
    user: str
    """The dialled user, without what only helps to read a telephone number."""
    host: str
    """The domain or host that was dialled; the default domain in place of the engine's own address."""
    caller: str = ""
    """`username@domain` of the account of this service that calls; empty for a provider."""
    provider: str = ""
    """The id of the provider that the call comes from, 32 hexadecimal digits; empty where none does."""
    dials: str = ""
    """A dial string that is rung in the place of any plan, for a Callback."""
    source: str = ""
    """Where the request came from, as `udp:192.0.2.7:5060`."""
    request: str = ""
    """The whole INVITE as it came, without the caller's credentials; a stranger wrote it."""


@dataclass(frozen=True, kw_only=True)
class LegAsked:
    """A question what a leg of a DialLegs is to do. Answers: SendLeg, DialLegs (a plan in the leg), Reply.

    A leg that is to start later is answered later.
    """

    transaction: str
    token: str
    call: str = ""
    """The id that a plan in this leg has in the events about it, like a call of its own."""


@dataclass(frozen=True, kw_only=True)
class DialFailed:
    """All legs of a DialLegs have failed, and the call waits again. Answers: DialLegs, Ring, Reply.

    The transaction is another one than before. What became of each leg was told by LegFailed; `code` is the one of the
    engine's own choice.
    """

    transaction: str
    call: str
    code: int


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A Ring was sent, and the call waits again. Answers: DialLegs, Ring, Reply."""

    transaction: str
    call: str


@dataclass(frozen=True, kw_only=True)
class LegMoved:
    """A leg was answered with 3xx, and was to follow that. Answers: SendLeg, Reply."""

    transaction: str
    token: str
    code: int
    contact: str
    """The value of the answer's Contact header; a stranger wrote it."""


@dataclass(frozen=True, kw_only=True)
class LegFailed:
    """A leg ended without an answer: with a final response, 408 for silence or the end of its time, 487 when cancelled.

    `is_timeout` tells a 408 of the engine's own from one that somebody sent.
    """

    token: str
    code: int
    reason: str = ""
    is_timeout: bool = False
    contact: str = ""
    """The value of the Contact header of a 3xx."""


@dataclass(frozen=True, kw_only=True)
class CallAnswered:
    """The call was answered, by this leg."""

    call: str
    token: str


@dataclass(frozen=True, kw_only=True)
class CallGone:
    """The caller has hung up before an answer; or, in a leg with a plan of its own, the leg was cancelled."""

    call: str


@dataclass(frozen=True, kw_only=True)
class CallAlive:
    """After a Hello: this call has no final answer yet."""

    call: str


@dataclass(frozen=True, kw_only=True)
class AllTold:
    """After a Hello: all questions were asked again, and each call without a final answer was named.

    Whatever else call control has of calls is over; what was answered since was told before.
    """

    since: float = 0.0
    """When the engine began, in seconds since the epoch: what it had before has ended without a word; 0 if unknown."""


@dataclass(frozen=True, kw_only=True)
class NotWaiting:
    """The transaction that a command named does not wait (any more): the caller has gone, or it took too long."""

    transaction: str


@dataclass(frozen=True, kw_only=True)
class Hello:
    """Asks for all questions that wait, and for the calls without a final answer."""


@dataclass(frozen=True, kw_only=True)
class DialLegs:
    """Rings legs at once: each is asked about with LegAsked. Tokens are secrets of at least 16 hexadecimal digits."""

    transaction: str
    tokens: tuple[str, ...]
    account: str = ""
    """`username@domain` of the called account whose plan this is, in a leg: its owner has the record of the call."""
    owner: str = ""
    """The customer whose plan this is, to whom the messages of the legs belong."""


@dataclass(frozen=True, kw_only=True)
class SendLeg:
    """Sends a leg out: to the phones of an account, or to a URI, perhaps with the credentials of a provider."""

    transaction: str
    uri: str
    """The Request-URI; for an account only the address that its phones see as the called one."""
    account: str = ""
    """`username@domain` of the account whose phones ring."""
    next_hop: str = ""
    """The URI of an outbound proxy, or of the server that was found."""
    server_name: str = ""
    """The name to say to the server over TLS."""
    from_name: str = ""
    from_uri: str = ""
    """The From of the leg; the caller's own where it is empty."""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = ""
    body: str = ""
    """The body in place of the caller's; empty for the caller's."""
    username: str = ""
    password: str = field(default="", repr=False)
    """The credentials for one try, to whoever asks for them."""
    ring_milliseconds: int = 180_000
    """How long the leg may take until it is answered."""
    call_seconds: int = 0
    """After how long an answered call is hung up; 0 for no limit."""
    follows_redirects: bool = False
    """Whether a 3xx is asked about with LegMoved."""
    hides_caller: bool = False
    """Whether the caller has withheld who it is: the leg has an anonymous From and `Privacy: id`."""
    is_outside: bool = False
    """Whether the leg leaves this installation: private addresses of the caller are hidden."""
    transfer: Literal["", "refused", "passed", "blind"] = ""
    mangles_sdp: bool = True
    """Whether an address in SDP may be replaced by where its sender is."""


@dataclass(frozen=True, kw_only=True)
class Ring:
    """A provisional response to the caller; the call waits again, with Rung."""

    transaction: str
    code: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The final response to the caller, or the end of a leg that does not go out."""

    transaction: str
    code: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


Event = (
    CallAsked
    | LegAsked
    | DialFailed
    | Rung
    | LegMoved
    | LegFailed
    | CallAnswered
    | CallGone
    | CallAlive
    | AllTold
    | NotWaiting
)
Command = Hello | DialLegs | SendLeg | Ring | Reply


class Channel(Protocol):
    """The way to the engine, as call control sees it."""

    def send(self, command: Command) -> bool:
        """Send a command, from any thread; False where there is no engine, which will ask again when there is one."""


class CallControl(Protocol):
    """Call control, as the way to the engine sees it. Calls come from one thread, in the order of the messages."""

    def connected(self) -> None:
        """The engine is there: what is waited for is asked again after a Hello."""

    def disconnected(self) -> None:
        """The engine is not there any more."""

    def heard(self, event: Event) -> None:
        """Take an event; this must not wait for anything."""
